#include "signaling/event_router.hpp"

#include <stdexcept>

#include "core/log.hpp"
#include "signaling/error.hpp"
#include "signaling/nesting.hpp"

namespace pantheon::signaling {
namespace {

constexpr std::size_t kLoggedName = 64;  // bytes of an event's name

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

// Without a class it would be counted as a signal, and nobody would notice.
void demand_class(const std::string& event) {
  if (!has_class(event)) throw std::logic_error(event + " has no row in kClasses of event_limits.cpp");
}

void cut_abuser(const Member& member) {
  core::logger("signaling")
      ->warn("socket {} of device {} kept sending far too many events and was disconnected", member.socket_id,
             member.device_id);
  member.cut();
}

}  // namespace

EventFailure rate_limited(std::chrono::milliseconds retry_after, std::string detail) {
  return {core::Error(SignalingError::rate_limited, std::move(detail)),
          {{"retryAfterMs", retry_after.count()}}};
}

EventRouter::EventRouter(const Limits& limits) : limits_(limits), log_(core::logger("signaling")) {}

void EventRouter::on(std::string event, Handler handler) {
  demand_class(event);
  handlers_.emplace(std::move(event), std::move(handler));
}

void EventRouter::on_slow(std::string event, core::TaskGroup& tasks, SlowHandler handler) {
  demand_class(event);
  slow_handlers_.insert_or_assign(std::move(event), Slow{std::move(handler), &tasks});
}

void EventRouter::charge(Member& member, core::Bytes size, EventClass event_class) const {
  constexpr std::size_t kOneEvent = 16 * 1024;  // bytes; lists of a household are smaller
  const auto events = size.count / kOneEvent;
  if (events == 0) return;
  limits_.charge(member, event_class, static_cast<double>(events), std::chrono::steady_clock::now());
}

boost::asio::awaitable<void> EventRouter::handle_slow(const EventRouter& router, SlowHandler handler,
                                                      MemberPointer member, socketio::Event event) {
  const auto begun = std::chrono::steady_clock::now();
  auto result = co_await handler(member, event);
  if (!result) core::logger("signaling")->info("{} refused: {}", event.name, result.error().error.code());
  router.answer(*member, event, std::move(result), begun);
}

EventResult EventRouter::handle(const MemberPointer& member, const socketio::Event& event) const {
  const auto handler = handlers_.find(event.name);
  if (handler == handlers_.end()) return core::failure(SignalingError::unknown_event);
  auto result = handler->second(member, event);
  if (!result) core::logger("signaling")->info("{} refused: {}", handler->first, result.error().error.code());
  return result;
}

void EventRouter::answer(const Member& member, const socketio::Event& event, EventResult result,
                         core::SteadyTime begun) const {
  note(member, event.name, result ? nullptr : &result.error().error, begun);
  if (!result) {
    report(member, event, result.error());
  } else if (event.wants_ack()) {
    (*result)["ok"] = true;
    event.ack({std::move(*result)});
  }
}

void EventRouter::dispatch(const MemberPointer& member, const socketio::Event& event) const {
  const auto begun = std::chrono::steady_clock::now();
  if (const auto refused = limits_.take(*member, event.name, begun)) {
    answer(*member, event, tl::unexpected(rate_limited(refused->retry_after)), begun);
    if (refused->abuse) cut_abuser(*member);
    return;
  }
  if (core::is_deeper(event.args, kMaxNesting)) {
    answer(*member, event, core::failure(core::Error(core::CommonError::too_large, "levels of JSON")), begun);
    return;
  }
  if (const auto slow = slow_handlers_.find(event.name); slow != slow_handlers_.end()) {
    slow->second.tasks->spawn(handle_slow(*this, slow->second.handler, member, event));
    return;
  }
  answer(*member, event, handle(member, event), begun);
}

bool EventRouter::admit(Member& member, std::string_view event, core::SteadyTime now) const {
  const auto refused = limits_.take(member, event, now);
  if (!refused) return true;
  socketio::Event unread;
  unread.name = event;
  answer(member, unread, tl::unexpected(rate_limited(refused->retry_after)), now);
  if (refused->abuse) cut_abuser(member);
  return false;
}

std::optional<EventFailure> EventRouter::take(Member& member, std::string_view message,
                                              EventClass event_class) const {
  const auto now = std::chrono::steady_clock::now();
  const auto refused = limits_.take(member, event_class, now);
  if (!refused) return std::nullopt;
  auto failure = rate_limited(refused->retry_after);
  note(member, message, &failure.error, now);
  if (refused->abuse) cut_abuser(member);
  return failure;
}

void EventRouter::obeyed(const Member& member, std::string_view event, core::SteadyTime begun) const {
  note(member, event, nullptr, begun);
}

// For the metrics, and for an operator who looks for an error. What events carry is nobody's business.
void EventRouter::note(const Member& member, std::string_view event, const core::Error* error,
                       core::SteadyTime begun) const {
  if (observer_) observer_(event, error, std::chrono::steady_clock::now() - begun);
  if (!log_->should_log(spdlog::level::debug)) return;
  log_->debug("{} of {} ({}): {}", event.substr(0, kLoggedName), member.socket_id, member.device_id,
              error == nullptr ? "ok" : error->code());
}

core::Result<core::json::object> object_argument(const socketio::Event& event) {
  if (event.args.empty() || !event.args[0].is_object() || !event.attachments.empty()) {
    return core::failure(core::CommonError::invalid_argument, "an object is expected");
  }
  return event.args[0].get_object();
}

}  // namespace pantheon::signaling
