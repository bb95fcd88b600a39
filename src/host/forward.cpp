#include "host/forward.hpp"

#include <algorithm>
#include <cmath>

#include "core/log.hpp"
#include "engine/error.hpp"
#include "host/error.hpp"
#include "link/error.hpp"

namespace pantheon::host {
namespace {

std::string capped(double value) {
  return std::to_string(static_cast<std::int64_t>(value));
}

void cap_numbers(std::vector<BodyEdit>& edits, const std::vector<ScannedBody::Number>& numbers, double cap) {
  for (const auto& number : numbers) {
    if (number.value > cap) edits.push_back({number.range, capped(cap)});
  }
}

engine::EngineCall engine_call(const HostOptions& options, const session::RequestHead& head,
                               const Route& route, std::string body) {
  engine::EngineCall call;
  call.method = head.method;
  call.path = route.path;
  for (auto& [name, value] : forwarded_request_headers(head.headers))
    call.headers.add(name, std::move(value));
  // Every route that is forwarded takes JSON; a page may send it as text to spare itself a question.
  call.headers.set("content-type", "application/json");
  call.body = std::move(body);
  call.response_timeout = options.engine_silence;
  call.silence_timeout = options.engine_silence;
  return call;
}

void tell_position(session::Exchange& exchange, std::size_t position) {
  session::ResponseHead head;
  head.status = 102;
  head.info = {{"queue", core::json::object{{"position", position}}}};
  // A link that is gone cancels this coroutine anyway.
  [[maybe_unused]] const auto sent = exchange.send_head(head);
}

/// Whether an answer means that the engine has other models than before.
enum class Models { same, changed };

/// Passes the answer on. From here on errors are resets, for the head has gone out. Where it changes models,
/// the engines are asked for them before the answer ends. A peer may leave it as long untaken as an engine
/// may be silent; the place in the engine's line is not held for ever.
asio::awaitable<void> relay(session::Exchange& exchange, engine::EngineAnswer& answer, RequestRecord& record,
                            HostState& state, Models models) {
  for (;;) {
    const auto bytes = co_await answer.read();
    if (!bytes) {
      record.failed(bytes.error());
      if (!bytes.error().is(core::CommonError::cancelled)) {
        exchange.reset(bytes.error().code(), bytes.error().message());
        state.catalogue.report_broken_answer();
      }
      co_return;
    }
    if (bytes->empty()) break;
    record.sent(*bytes);
    const auto deadline = std::chrono::steady_clock::now() + state.options.engine_silence;
    const auto written = co_await exchange.write_until(*bytes, deadline);
    if (!written) {
      record.failed(written.error());
      if (written.error().is(core::CommonError::timeout))
        exchange.reset(link::error_name(link::LinkError::timed_out),
                       "nothing of the answer was taken for too long");
      co_return;
    }
  }
  if (models == Models::changed) co_await state.catalogue.ask_anew();
  exchange.end();
  record.served();
}

asio::awaitable<core::Result<void>> ask_engine(HostStatePtr state,
                                               std::shared_ptr<session::Exchange> exchange,
                                               engine::EngineInfo engine, engine::EngineCall call,
                                               SpoolBudget::Share share, RequestRecord& record,
                                               Models models) {
  auto answer = co_await state->client.send(engine.address, std::move(call));
  share.release();
  if (!answer) {
    if (answer.error().is(engine::EngineError::unavailable)) state->catalogue.report_down(engine.id);
    record.failed(answer.error());
    co_return core::failure(answer.error());
  }
  if (answer->headers().get(engine::kGatewayMark)) {
    record.failed(HostError::loop_detected);
    co_return core::failure(HostError::loop_detected);
  }
  // An answer of known length is there when the work is done, and clients often wait for no more than its
  // head.
  if (models == Models::changed && answer->headers().get("content-length")) {
    co_await state->catalogue.ask_anew();
    models = Models::same;
  }
  session::ResponseHead head;
  head.status = answer->status();
  head.headers = forwarded_response_headers(answer->headers().fields());
  const auto sent = exchange->send_head(head);
  if (!sent) {
    record.failed(sent.error());
    co_return core::Result<void>();
  }
  co_await relay(*exchange, *answer, record, *state, models);
  co_return core::Result<void>();
}

}  // namespace

asio::awaitable<core::Result<ModelChoice>> choose_model(HostStatePtr state, std::string name,
                                                        PeerRules rules) {
  ModelChoice choice;
  choice.snapshot = co_await state->catalogue.get();
  choice.model = choice.snapshot->find_model(name);
  if (choice.model == nullptr || !rules.may_use(*choice.model))
    co_return core::failure(HostError::model_unknown);
  choice.engine = choice.snapshot->find_engine(choice.model->engine_id);
  if (choice.engine == nullptr) co_return core::failure(HostError::model_unknown);
  co_return choice;
}

core::Result<void> check_dialect(const ModelChoice& choice, engine::Dialect dialect) {
  if (engine::speaks(choice.engine->kind, dialect)) return {};
  return core::failure(HostError::dialect_unsupported,
                       "this model runs in " + std::string(engine::display_name(choice.engine->kind)) +
                           ", which speaks the OpenAI API: ask /v1/chat/completions");
}

std::vector<BodyEdit> edits_for(const ScannedBody& scanned, const ModelChoice& choice,
                                const SharingRules& sharing, const Route& route, bool may_manage) {
  std::vector<BodyEdit> edits;
  if (scanned.model != choice.model->engine_name) {
    edits.push_back(
        {scanned.model_range, core::serialize_json(core::json::string(choice.model->engine_name))});
  }
  if (may_manage || route.dialect != engine::Dialect::ollama) return edits;
  for (const auto& range : scanned.keep_alive) edits.push_back({range, "null"});
  auto context = sharing.max_context_tokens;
  if (choice.model->context != 0) context = std::min(context, static_cast<double>(choice.model->context));
  cap_numbers(edits, scanned.num_ctx, context);
  cap_numbers(edits, scanned.num_gpu, sharing.max_gpu_layers);
  return edits;
}

asio::awaitable<core::Result<void>> forward_request(HostStatePtr state,
                                                    std::shared_ptr<session::Exchange> exchange, Route route,
                                                    PeerRules rules) {
  auto spooled = co_await spool_request(*exchange, state->spool);
  if (!spooled) co_return core::failure(spooled.error());
  const auto choice = co_await choose_model(state, spooled->scanned.model, rules);
  if (!choice) co_return core::failure(choice.error());
  const auto spoken = check_dialect(*choice, route.dialect);
  if (!spoken) co_return core::failure(spoken.error());
  apply_edits(spooled->body,
              edits_for(spooled->scanned, *choice, state->options.sharing, route, rules.may_manage()));

  RequestRecord record(state, exchange->peer(), choice->model->id, core::Bytes{spooled->body.size()});
  const auto engine = *choice->engine;
  // Named, not written into the call: GCC 12 destroys captures of such a temporary twice.
  FairQueue::PositionHandler tell = [exchange](std::size_t position) { tell_position(*exchange, position); };
  const auto place =
      co_await state->queue_of(engine).enter(rules.lane(), rules.lane_limits(), std::move(tell));
  if (!place) {
    record.failed(place.error());
    co_return core::failure(place.error());
  }
  auto call = engine_call(state->options, exchange->head(), route, std::move(spooled->body));
  co_return co_await ask_engine(state, exchange, engine, std::move(call), std::move(spooled->share), record,
                                Models::same);
}

asio::awaitable<core::Result<void>> forward_management(HostStatePtr state,
                                                       std::shared_ptr<session::Exchange> exchange,
                                                       Route route, PeerRules rules) {
  if (!rules.may_manage()) co_return core::failure(HostError::management_off);
  const auto snapshot = co_await state->catalogue.get();
  const auto engine = std::find_if(
      snapshot->engines.begin(), snapshot->engines.end(),
      [](const auto& candidate) { return candidate.shared && candidate.kind == engine::EngineKind::ollama; });
  if (engine == snapshot->engines.end())
    co_return core::failure(engine::EngineError::unavailable, "no Ollama here");
  auto spooled = co_await spool_unscanned(*exchange, state->spool);
  if (!spooled) co_return core::failure(spooled.error());
  RequestRecord record(state, exchange->peer(), route.path, core::Bytes{spooled->body.size()});
  auto call = engine_call(state->options, exchange->head(), route, std::move(spooled->body));
  co_return co_await ask_engine(state, exchange, *engine, std::move(call), std::move(spooled->share), record,
                                Models::changed);
}

}  // namespace pantheon::host
