#pragma once

#include <deque>
#include <memory>
#include <string>

#include "core/bytes.hpp"
#include "core/task_group.hpp"
#include "http/deadline.hpp"
#include "http/websocket.hpp"
#include "signaling/member.hpp"

namespace pantheon::signaling {

/// For close(): the client broke a rule (RFC 6455, section 7.4.1).
inline constexpr std::uint16_t kPolicyViolation = 1008;

/// One generation-1 client: its WebSocket with a bounded send queue, and who it is once it has signed in.
/// Use from the executor's one thread.
class LegacySession : public std::enable_shared_from_this<LegacySession> {
 public:
  static constexpr core::Bytes kMaxQueue{4 * 1024 * 1024};
  static constexpr std::size_t kMaxQueued = 1024;
  static constexpr std::chrono::seconds kFarewell{3};

  /// `tasks` owns the coroutine that writes, and must outlive the session's last send(). `farewell`: how long
  /// a client that is being closed may take to read what waits.
  LegacySession(std::unique_ptr<http::WebSocket> socket, core::TaskGroup& tasks,
                std::chrono::steady_clock::duration farewell = kFarewell);

  /// The largest message that is taken from now on.
  void limit_messages(core::Bytes most) { socket_->limit_messages(most); }
  /// The next message; the errors of http::WebSocket::read().
  http::asio::awaitable<core::Result<http::WebSocket::Message>> read() { return socket_->read(); }
  /// Puts a message into the send queue; a reader so slow that it is full is cut off.
  void send(std::string text);
  /// Sends what waits, then closes with that code (RFC 6455, section 7.4) and reason; a client that does not
  /// read that in time is cut off.
  void close(std::uint16_t code, std::string reason);
  /// Whether it was ended from this side.
  bool closing() const { return close_code_ != 0; }
  /// With which code; 0 where it was not.
  std::uint16_t close_code() const { return close_code_; }
  /// Ends it now.
  void abort();

  /// Ends the session, with a word of why, unless it is armed anew in time. Nothing once it is closing.
  void expect_within(std::chrono::steady_clock::duration time, core::Error else_why);

  MemberPointer member;  ///< null before it has signed in
  core::WallTime last_seen;
  TokenBucket messages;
  std::size_t refused = 0;  ///< messages beyond the rate, in a row

 private:
  static http::asio::awaitable<void> write(std::shared_ptr<LegacySession> self);
  void wake_writer();
  void on_silence();

  std::unique_ptr<http::WebSocket> socket_;
  core::TaskGroup* tasks_;
  http::Deadline deadline_;  ///< of the client's next word, then of the farewell
  std::chrono::steady_clock::duration farewell_;
  std::optional<core::Error> why_silent_;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  std::uint16_t close_code_ = 0;  ///< 0: stays open
  std::string close_reason_;
  bool writing_ = false;
  bool ended_ = false;
};

using LegacySessionPointer = std::shared_ptr<LegacySession>;

}  // namespace pantheon::signaling
