#include "core/clock.hpp"
#include "core/json.hpp"
#include "engine/error.hpp"
#include "host/error.hpp"
#include "host/forward.hpp"
#include "host/model_scanner.hpp"
#include "host/serve.hpp"

namespace pantheon::host {
namespace {

namespace json = core::json;

/// Whether an engine may take a member of that name for one that the host sets.
bool is_set_here(std::string_view name) {
  const auto as_read = folded_name(name);
  return as_read == "model" || as_read == "stream" || as_read == "stream_options";
}

engine::EngineCall chat_call(json::object asked, const engine::Model& model, const HostOptions& options) {
  json::object request{{"model", model.engine_name}, {"stream", false}};
  for (auto& member : asked) {
    if (!is_set_here(member.key())) request.emplace(member.key(), std::move(member.value()));
  }
  engine::EngineCall call;
  call.method = "POST";
  call.path = "/v1/chat/completions";
  call.headers.set("content-type", "application/json");
  call.body = core::serialize_json(request);
  call.response_timeout = options.engine_silence;
  return call;
}

asio::awaitable<core::Result<json::value>> fetch_completion(HostStatePtr state, engine::EngineInfo engine,
                                                            engine::EngineCall call, RequestRecord& record) {
  auto response = co_await state->client.fetch(
      engine.address, std::move(call), state->options.max_legacy_answer, state->options.engine_silence);
  if (!response) {
    if (response.error().is(engine::EngineError::unavailable)) state->catalogue.report_down(engine.id);
    co_return core::failure(response.error());
  }
  record.sent(core::as_bytes(response->body));
  if (response->status != 200) {
    co_return core::failure(engine::EngineError::bad_answer,
                            "it refused with status " + std::to_string(response->status));
  }
  auto completion = core::parse_json_object(response->body);
  if (!completion) co_return core::failure(engine::EngineError::bad_answer);
  co_return json::value(*std::move(completion));
}

asio::awaitable<core::Result<json::value>> chat(HostStatePtr state, json::value data,
                                                session::PeerIdentity peer) {
  if (!data.is_object()) co_return core::failure(HostError::body_invalid);
  const auto name = core::get_string(data.get_object(), "model");
  if (!name) co_return core::failure(HostError::model_missing);
  const PeerRules rules(state->options.sharing, peer);
  const auto choice = co_await choose_model(state, std::string(*name), rules);
  if (!choice) co_return core::failure(choice.error());
  auto call = chat_call(std::move(data.get_object()), *choice->model, state->options);

  RequestRecord record(state, peer, choice->model->id, core::Bytes{call.body.size()});
  const auto engine = *choice->engine;
  auto place = co_await state->queue_of(engine).enter(rules.lane(), rules.lane_limits(), {});
  if (!place) {
    record.failed(place.error());
    co_return core::failure(place.error());
  }
  auto completion = co_await fetch_completion(state, engine, std::move(call), record);
  if (completion) {
    record.served();
  } else {
    record.failed(completion.error());
  }
  co_return completion;
}

asio::awaitable<core::Result<json::value>> get_models(HostStatePtr state, session::PeerIdentity peer) {
  const auto snapshot = co_await state->catalogue.get();
  const PeerRules rules(state->options.sharing, peer);
  co_return json::value(legacy_models(*snapshot, state->visible(*snapshot, rules)));
}

}  // namespace

asio::awaitable<core::Result<json::value>> serve_message(HostStatePtr state, std::string type,
                                                         json::value data, session::PeerIdentity peer) {
  if (type == "ping") {
    co_return json::value{{"pong", true}, {"timestamp", core::wall_now().time_since_epoch().count()}};
  }
  if (type == "get_models") co_return co_await get_models(state, std::move(peer));
  if (type != "chat") co_return core::failure(HostError::message_unknown);
  if (!state->options.hosting) co_return core::failure(HostError::hosting_off);
  co_return co_await chat(state, std::move(data), std::move(peer));
}

}  // namespace pantheon::host
