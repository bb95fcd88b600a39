#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"

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

  virtual ~WebSocket() = default;
  /// The next whole message; `connection_closed` when the peer closed or the connection broke,
  /// `too_large` when a message exceeds the limit it was opened with.
  virtual asio::awaitable<core::Result<Message>> read() = 0;
  virtual asio::awaitable<core::Result<void>> write(std::string_view data, bool is_text) = 0;
  /// Sends a close frame and waits for the peer's, at most a second.
  virtual asio::awaitable<void> close(std::uint16_t code, std::string reason) = 0;
  /// Drops the connection at once; pending reads and writes end with `connection_closed`.
  virtual void abort() = 0;
};

}  // namespace pantheon::http
