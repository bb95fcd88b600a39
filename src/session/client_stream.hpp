#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "link/connection.hpp"
#include "session/exchange.hpp"

namespace pantheon::session {

/// The asking side of one exchange over a link. Destroying it before the answer's end cancels the exchange:
/// the other device stops its engine. Use from the executor's one thread; one reader and one writer at a
/// time.
class ClientStream {
 public:
  virtual ~ClientStream() = default;
  /// Hands over bytes of the request's body; waits while the send queue is full.
  virtual asio::awaitable<core::Result<void>> write(core::ByteView bytes) = 0;
  /// The request is complete.
  virtual void end() = 0;
  /// The next head: interim ones (status 102), then the final one.
  virtual asio::awaitable<core::Result<ResponseHead>> head() = 0;
  /// The next bytes of the answer; empty at its end. `stream_reset` with the peer's code and message,
  /// `link_closed`.
  virtual asio::awaitable<core::Result<core::ByteVector>> read() = 0;
  /// Ends the exchange now.
  virtual void cancel() = 0;
};

}  // namespace pantheon::session
