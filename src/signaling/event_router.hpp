#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/task_group.hpp"
#include "signaling/event_limits.hpp"
#include "signaling/member.hpp"
#include "signaling/options.hpp"
#include "socketio/event.hpp"

namespace spdlog {
class logger;
}

namespace pantheon::signaling {

/// Why an event was not obeyed, and what else its sender is told.
struct EventFailure {
  EventFailure(core::Error cause) : error(std::move(cause)) {}
  EventFailure(core::Error cause, core::json::object more)
      : error(std::move(cause)), extra(std::move(more)) {}
  core::Error error;
  core::json::object extra;
};

/// `rate_limited`, with `retryAfterMs`.
EventFailure rate_limited(std::chrono::milliseconds retry_after, std::string detail = {});

/// What an acknowledgement carries beside `ok: true`.
using EventResult = tl::expected<core::json::object, EventFailure>;

/// Hands events of members to their handlers, within each member's rate, and answers: the acknowledgement
/// when one was asked for, else an `error` event when something went wrong.
class EventRouter {
 public:
  using Handler = std::function<EventResult(const MemberPointer&, const socketio::Event&)>;
  /// Told of every event: its name, the error (null when it was obeyed), and how long it took.
  using Observer =
      std::function<void(std::string_view event, const core::Error* error, std::chrono::nanoseconds took)>;

  /// For what cannot be answered at once.
  using SlowHandler = std::function<boost::asio::awaitable<EventResult>(MemberPointer, socketio::Event)>;

  explicit EventRouter(const Limits& limits);

  /// Throws `std::logic_error` when the event has no class in event_limits.cpp, as `on_slow` does.
  void on(std::string event, Handler handler);
  /// Its coroutines run in the group, which ends before this does. The handler bounds how many of them a
  /// member may have.
  void on_slow(std::string event, core::TaskGroup& tasks, SlowHandler handler);
  void observe(Observer observer) { observer_ = std::move(observer); }
  /// Call when a member has arrived, before its first event.
  void enroll(Member& member) { limits_.enroll(member, std::chrono::steady_clock::now()); }
  /// The member has asked for a list, and it is that large: large ones count as several events, or somebody
  /// who hosts thousands of models could keep the server busy with a few.
  void charge_list(Member& member, core::Bytes size) const { charge(member, size, EventClass::presence); }
  /// The same for what an event of another class made this server send.
  void charge(Member& member, core::Bytes size, EventClass event_class) const;
  /// Call for every event of the member. An abuser is told why, and cut.
  void dispatch(const MemberPointer& member, const socketio::Event& event) const;
  /// For an event that is handled before it is parsed: false when the member has to wait, and was told so.
  bool admit(Member& member, std::string_view event, core::SteadyTime now) const;
  /// And then, when it was obeyed.
  void obeyed(const Member& member, std::string_view event, core::SteadyTime begun) const;
  /// For a message of generation 1: nothing, or why the member has to wait, which the caller tells it.
  std::optional<EventFailure> take(Member& member, std::string_view message, EventClass event_class) const;

 private:
  struct Slow {
    SlowHandler handler;
    core::TaskGroup* tasks;
  };
  static boost::asio::awaitable<void> handle_slow(const EventRouter& router, SlowHandler handler,
                                                  MemberPointer member, socketio::Event event);
  EventResult handle(const MemberPointer& member, const socketio::Event& event) const;
  void answer(const Member& member, const socketio::Event& event, EventResult result,
              core::SteadyTime begun) const;
  void note(const Member& member, std::string_view event, const core::Error* error,
            core::SteadyTime begun) const;
  EventLimits limits_;
  std::shared_ptr<spdlog::logger> log_;
  Observer observer_;
  std::map<std::string, Handler, std::less<>> handlers_;
  std::map<std::string, Slow, std::less<>> slow_handlers_;
};

/// The first argument as an object, or `invalid_argument`.
core::Result<core::json::object> object_argument(const socketio::Event& event);

}  // namespace pantheon::signaling
