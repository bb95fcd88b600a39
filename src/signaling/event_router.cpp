#include "signaling/event_router.hpp"

#include "core/log.hpp"
#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

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

void answer(const MemberPointer& member, const socketio::Event& event, EventResult result) {
  if (!result) {
    core::logger("signaling")->info("{} refused: {}", event.name, result.error().error.code());
    report(*member, event, result.error());
  } else if (event.wants_ack()) {
    (*result)["ok"] = true;
    event.ack({std::move(*result)});
  }
}

void cut_abuser(const Member& member) {
  core::logger("signaling")
      ->warn("socket {} of device {} kept sending far too many events and was disconnected", member.socket_id,
             member.device_id);
  member.cut();
}

}  // namespace

EventRouter::EventRouter(const Limits& limits) : limits_(limits) {}

void EventRouter::on(std::string event, Handler handler) {
  handlers_.emplace(std::move(event), std::move(handler));
}

void EventRouter::on_slow(std::string event, core::TaskGroup& tasks, SlowHandler handler) {
  slow_handlers_.insert_or_assign(std::move(event), Slow{std::move(handler), &tasks});
}

boost::asio::awaitable<void> EventRouter::handle(SlowHandler handler, MemberPointer member,
                                                 socketio::Event event) {
  auto result = co_await handler(member, event);
  answer(member, event, std::move(result));
}

void EventRouter::dispatch(const MemberPointer& member, const socketio::Event& event) const {
  if (const auto refused = limits_.take(*member, event.name, std::chrono::steady_clock::now())) {
    report(*member, event,
           {core::Error(SignalingError::rate_limited), {{"retryAfterMs", refused->retry_after.count()}}});
    if (refused->abuse) cut_abuser(*member);
    return;
  }
  if (const auto slow = slow_handlers_.find(event.name); slow != slow_handlers_.end()) {
    slow->second.tasks->spawn(handle(slow->second.handler, member, event));
    return;
  }
  const auto handler = handlers_.find(event.name);
  if (handler == handlers_.end()) {
    report(*member, event, core::Error(SignalingError::unknown_event));
    return;
  }
  answer(member, event, handler->second(member, event));
}

core::Result<core::json::object> object_argument(const socketio::Event& event) {
  if (event.args.empty() || !event.args[0].is_object() || !event.attachments.empty()) {
    return core::failure(core::CommonError::invalid_argument, "an object is expected");
  }
  return event.args[0].get_object();
}

}  // namespace pantheon::signaling
