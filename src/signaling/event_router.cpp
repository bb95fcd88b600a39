#include "signaling/event_router.hpp"

#include "core/log.hpp"
#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

constexpr double kBurstSeconds = 4;

void report(const Member& member, const socketio::Event& event, const EventFailure& failure) {
  core::json::object body{{"code", failure.error.code()}, {"message", failure.error.message()}};
  for (const auto& [name, value] : failure.extra) body[name] = value;
  if (event.wants_ack()) {
    body["ok"] = false;
    event.ack({std::move(body)});
    return;
  }
  body["event"] = event.name;
  member.emit("error", std::move(body));
}

}  // namespace

EventRouter::EventRouter(const Limits& limits)
    : rate_{limits.events_per_second, limits.events_per_second * kBurstSeconds} {}

void EventRouter::on(std::string event, Handler handler) {
  handlers_.emplace(std::move(event), std::move(handler));
}

void EventRouter::dispatch(const MemberPointer& member, const socketio::Event& event) const {
  if (const auto wait = member->events.take(rate_, std::chrono::steady_clock::now())) {
    report(*member, event, {core::Error(SignalingError::rate_limited), {{"retryAfterMs", wait->count()}}});
    return;
  }
  const auto handler = handlers_.find(event.name);
  if (handler == handlers_.end()) {
    report(*member, event, core::Error(SignalingError::unknown_event));
    return;
  }
  auto result = handler->second(member, event);
  if (!result) {
    core::logger("signaling")->info("{} refused: {}", handler->first, result.error().error.code());
    report(*member, event, result.error());
  } else if (event.wants_ack()) {
    (*result)["ok"] = true;
    event.ack({std::move(*result)});
  }
}

core::Result<core::json::object> object_argument(const socketio::Event& event) {
  if (event.args.empty() || !event.args[0].is_object() || !event.attachments.empty()) {
    return core::failure(core::CommonError::invalid_argument, "an object is expected");
  }
  return event.args[0].get_object();
}

}  // namespace pantheon::signaling
