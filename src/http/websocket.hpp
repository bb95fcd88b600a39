#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/task_group.hpp"

namespace pantheon::http {

namespace asio = boost::asio;

/// One WebSocket connection (RFC 6455), server or client side, over TCP or TLS.
/// Use from its executor's thread: one reader and one writer at a time.
class WebSocket {
 public:
  struct Message {
    std::string data;
    bool is_text = true;
  };

  struct MessageView {
    std::string_view data;
    bool is_text = true;
  };
  /// Takes a message while it lasts; false: no more for now.
  using Sink = std::function<bool(MessageView)>;

  virtual ~WebSocket() = default;
  /// Instead of the limit that it was opened with, for frames that begin from now on.
  virtual void limit_messages(core::Bytes most) = 0;
  /// The next whole message; `connection_closed` when the peer closed or the connection broke,
  /// `too_large` when a message exceeds the limit.
  virtual asio::awaitable<core::Result<Message>> read() = 0;
  /// Hands every message to the sink as it comes, without copying it, until that has enough (no error) or the
  /// connection ends (as read() says). The sink may send and abort, and must keep nothing.
  virtual asio::awaitable<core::Result<void>> read_each(Sink sink) = 0;
  /// What start_reading() brings its messages to.
  class Reader {
   public:
    virtual ~Reader() = default;
    /// A message, while it lasts. As a Sink, but always with more to come.
    virtual void take(MessageView message) = 0;
    /// Once: why the connection ended.
    virtual void ended(const core::Error& why) = 0;
  };
  /// As read_each() with no coroutine that would lie idle for days; the reader is told that the connection
  /// ended also after abort(), and never from inside this call. Nothing is called any more once the reader is
  /// gone, which is kept while it is called. `tasks` answers control frames. False when this connection (TLS)
  /// cannot.
  virtual bool start_reading(std::weak_ptr<Reader> reader, std::shared_ptr<core::TaskGroup> tasks) = 0;
  virtual asio::awaitable<core::Result<void>> write(std::string_view data, bool is_text) = 0;
  /// Takes all of these messages and sends what can be sent without waiting. False: they were not taken, as
  /// others are on their way or this connection (TLS) must wait; use write_all().
  virtual bool write_now(std::span<const MessageView> messages) = 0;
  /// Whether write_now() has taken more than could be sent: write_all() sends the rest, even of nothing else.
  virtual bool has_unsent() const = 0;
  /// Sends what is unsent, and then these, together.
  virtual asio::awaitable<core::Result<void>> write_all(std::span<const MessageView> messages) = 0;
  /// Sends a close frame and waits for the peer's, at most a second.
  virtual asio::awaitable<void> close(std::uint16_t code, std::string reason) = 0;
  /// Drops the connection at once; pending reads and writes end with `connection_closed`.
  virtual void abort() = 0;
};

}  // namespace pantheon::http
