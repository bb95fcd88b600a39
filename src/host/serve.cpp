#include "host/serve.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "engine/error.hpp"
#include "host/error.hpp"
#include "host/forward.hpp"
#include "host/route_rules.hpp"

namespace pantheon::host {
namespace {

using ExchangePtr = std::shared_ptr<session::Exchange>;

constexpr core::Bytes kMaxShowAnswer = core::Bytes{4 * 1024 * 1024};
constexpr std::chrono::seconds kShowTimeout{30};

asio::awaitable<void> send_document(ExchangePtr exchange, unsigned status, std::string document) {
  session::ResponseHead head;
  head.status = status;
  head.headers = {{"content-type", "application/json"}, {"content-length", std::to_string(document.size())}};
  if (!exchange->send_head(head)) co_return;
  if (exchange->head().method != "HEAD") {
    const auto written = co_await exchange->write(core::as_bytes(document));
    if (!written) co_return;
  }
  exchange->end();
}

asio::awaitable<void> send_object(ExchangePtr exchange, core::json::object object) {
  return send_document(std::move(exchange), 200, core::serialize_json(object));
}

asio::awaitable<core::Result<void>> answer_one_model(HostStatePtr state, ExchangePtr exchange, std::string id,
                                                     PeerRules rules) {
  const auto choice = co_await choose_model(state, std::move(id), rules);
  if (!choice) co_return core::failure(choice.error());
  co_await send_object(exchange, openai_model(*choice->model));
  co_return core::Result<void>();
}

/// Ollama's own words on a model of its own, without what is private; else what the catalogue knows.
asio::awaitable<core::Result<void>> answer_show(HostStatePtr state, ExchangePtr exchange, PeerRules rules) {
  auto spooled = co_await spool_request(*exchange, state->spool);
  if (!spooled) co_return core::failure(spooled.error());
  const auto choice = co_await choose_model(state, spooled->scanned.model, rules);
  if (!choice) co_return core::failure(choice.error());
  if (choice->engine->kind != engine::EngineKind::ollama) {
    co_await send_object(exchange, ollama_show_answer(*choice->model));
    co_return core::Result<void>();
  }
  engine::EngineCall call;
  call.method = "POST";
  call.path = "/api/show";
  call.headers.set("content-type", "application/json");
  call.body = core::serialize_json(core::json::object{{"model", choice->model->engine_name}});
  auto response =
      co_await state->client.fetch(choice->engine->address, std::move(call), kMaxShowAnswer, kShowTimeout);
  if (!response) co_return core::failure(response.error());
  auto shown = core::parse_json_object(response->body);
  if (response->status != 200 || !shown) co_return core::failure(engine::EngineError::bad_answer);
  co_await send_object(exchange, shown_model(*std::move(shown)));
  co_return core::Result<void>();
}

core::json::object listing(const HostState& state, const engine::Snapshot& snapshot, Action action,
                           const PeerRules& rules) {
  const auto models = state.visible(snapshot, rules);
  switch (action) {
    case Action::catalogue:
      return catalogue_answer(state.options.identity, snapshot, models);
    case Action::ollama_tags:
      return ollama_tags_answer(models);
    case Action::ollama_ps:
      return ollama_ps_answer(models);
    case Action::ollama_version:
      return ollama_version_answer(snapshot);
    default:
      return openai_models_answer(models);
  }
}

core::Result<void> check_encoding(const session::RequestHead& head) {
  for (const auto& [name, value] : head.headers) {
    if (name == "content-encoding" && value != "identity")
      return core::failure(HostError::encoding_unsupported);
  }
  return {};
}

bool wants_recent(const session::RequestHead& head) {
  return std::ranges::any_of(head.headers, [](const auto& header) {
    return header.first == "cache-control" && header.second == "no-cache";
  });
}

asio::awaitable<core::Result<void>> answer(HostStatePtr state, ExchangePtr exchange) {
  const auto& head = exchange->head();
  const auto looped = check_hops(head.hops, state->options.identity.device_id);
  if (!looped) co_return core::failure(looped.error());
  const auto route = match_route(head.method, head.path);
  if (!route) co_return core::failure(route.error());
  if (!state->options.hosting && route->action != Action::catalogue)
    co_return core::failure(HostError::hosting_off);
  const auto encoded = check_encoding(head);
  if (!encoded) co_return core::failure(encoded.error());
  const PeerRules rules(state->options.sharing, exchange->peer());
  switch (route->action) {
    case Action::forward:
      co_return co_await forward_request(state, exchange, *route, rules);
    case Action::manage:
      co_return co_await forward_management(state, exchange, *route, rules);
    case Action::ollama_show:
      co_return co_await answer_show(state, exchange, rules);
    default:
      break;
  }
  if (!route->argument.empty()) co_return co_await answer_one_model(state, exchange, route->argument, rules);
  engine::SnapshotPtr snapshot;
  if (wants_recent(head)) {
    snapshot = co_await state->catalogue.get_recent();
  } else {
    snapshot = co_await state->catalogue.get();
  }
  co_await send_object(exchange, listing(*state, *snapshot, route->action, rules));
  co_return core::Result<void>();
}

}  // namespace

asio::awaitable<void> serve_exchange(HostStatePtr state, ExchangePtr exchange) {
  const auto done = co_await answer(state, exchange);
  if (done || done.error().is(core::CommonError::cancelled)) co_return;
  core::logger("host")->info("refused a request of {}: {}", exchange->peer().device_id, done.error().code());
  const auto dialect = dialect_of(exchange->head().path);
  co_await send_document(exchange, done.error().http_status(), error_body(dialect, done.error()));
}

}  // namespace pantheon::host
