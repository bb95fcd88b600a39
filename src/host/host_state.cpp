#include "host/host_state.hpp"

#include <algorithm>

#include "core/log.hpp"

namespace pantheon::host {

HostState::HostState(asio::any_io_executor host_executor, engine::EngineClient& engine_client,
                     engine::Catalogue& model_catalogue, HostOptions given)
    : executor(std::move(host_executor)),
      client(engine_client),
      catalogue(model_catalogue),
      options(std::move(given)),
      spool(options.spool),
      last_snapshot(std::make_shared<engine::Snapshot>()) {}

ModelRefs HostState::visible(const engine::Snapshot& snapshot, const PeerRules& rules) const {
  ModelRefs list;
  if (!options.hosting) return list;
  for (const auto& model : snapshot.models) {
    if (rules.may_use(model)) list.push_back(&model);
  }
  return list;
}

FairQueue& HostState::queue_of(const engine::EngineInfo& engine) {
  auto limits = options.queue;
  limits.running = engine.parallel;
  return queues.try_emplace(engine.id, executor, limits).first->second;
}

void HostState::emit(const HostEvent& event) const {
  const auto called = event_handlers;
  for (const auto& handler : called) handler(event);
}

void HostState::tell_change() const {
  const auto called = change_handlers;
  for (const auto& handler : called) handler();
}

void HostState::take_snapshot(engine::SnapshotPtr next) {
  const auto before = std::exchange(last_snapshot, next);
  for (const auto& engine : next->engines) {
    const auto* old = before->find_engine(engine.id);
    const bool was_up = old != nullptr && old->up;
    const bool was_shared = old != nullptr && old->shared;
    if (const auto queue = queues.find(engine.id); queue != queues.end()) {
      queue->second.set_running_limit(engine.parallel);
    }
    if (!engine.shared && old == nullptr) emit(EngineFound{engine});
    if (engine.shared && engine.up && !(was_up && was_shared)) {
      const auto models = std::count_if(next->models.begin(), next->models.end(),
                                        [&](const engine::Model& m) { return m.engine_id == engine.id; });
      emit(EngineUp{engine, static_cast<std::size_t>(models)});
    }
    if (engine.shared && !engine.up && was_up) emit(EngineDown{engine});
  }
  for (const auto& engine : before->engines) {
    if (engine.up && engine.shared && next->find_engine(engine.id) == nullptr) emit(EngineDown{engine});
  }
  tell_change();
}

RequestRecord::RequestRecord(HostStatePtr state, const session::PeerIdentity& peer, std::string model,
                             core::Bytes received)
    : state_(std::move(state)),
      number_(++state_->last_number),
      device_(peer.proven ? peer.device_id : "unproven"),
      device_name_(peer.name),
      model_(std::move(model)),
      received_(received) {
  state_->statistics.started(device_);
  state_->emit(RequestStarted{number_, device_name_, model_});
}

void RequestRecord::failed(const core::Error& error) {
  outcome_ = error.is(core::CommonError::cancelled) ? Outcome::cancelled : Outcome::failed;
  error_code_ = error.code();
}

RequestRecord::~RequestRecord() {
  const auto tokens = tokens_.count();
  state_->statistics.finished(device_, outcome_, tokens, received_, sent_);
  const auto duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
  try {
    state_->emit(RequestFinished{number_, device_name_, model_, outcome_, error_code_, tokens, duration});
  } catch (const std::exception& error) {
    core::logger("host")->error("a listener failed: {}", error.what());
  }
}

}  // namespace pantheon::host
