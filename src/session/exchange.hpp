#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "link/head.hpp"

namespace pantheon::session {

namespace asio = boost::asio;

using HeaderList = link::HeaderList;
using RequestHead = link::RequestHead;
using ResponseHead = link::ResponseHead;

/// Who is on the other side of a channel.
struct PeerIdentity {
  std::string device_id;
  std::string name;
  std::string socket_id;  ///< of the signaling server; tells apart peers that share a device id
  bool proven = false;    ///< the key is pinned or vouched for, and proven on this link by the binding
};

/// The answering side of one HTTP exchange over a link. Use from the executor's thread, inside the coroutine
/// that serves it: when the peer resets the stream or goes away, that coroutine is cancelled (asio
/// cancellation), and every operation here ends with `cancelled`.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const RequestHead& head() const = 0;
  virtual const PeerIdentity& peer() const = 0;
  /// The next bytes of the request's body; empty at its end. Credit returns to the sender as bytes are taken.
  virtual asio::awaitable<core::Result<core::ByteVector>> read() = 0;
  /// As read(), and `timeout` when none have come by then.
  virtual asio::awaitable<core::Result<core::ByteVector>> read_until(core::SteadyTime deadline) = 0;
  /// Interim heads (status 102) any number of times, then one final head.
  virtual core::Result<void> send_head(const ResponseHead& head) = 0;
  /// Hands over bytes of the answer; waits while the stream's send queue is full.
  virtual asio::awaitable<core::Result<void>> write(core::ByteView bytes) = 0;
  /// As write(), and `timeout` when not all is handed over by then.
  virtual asio::awaitable<core::Result<void>> write_until(core::ByteView bytes,
                                                          core::SteadyTime deadline) = 0;
  virtual void end() = 0;
  /// Ends the exchange with an error the peer can read. `code` is a name of the table in
  /// docs/link-protocol.md.
  virtual void reset(std::string_view code, std::string message) = 0;
};

/// Serves one exchange; owned and cancelled by the link it came over.
using ExchangeHandler = std::function<asio::awaitable<void>(std::shared_ptr<Exchange>)>;

/// Answers one message of the older JSON protocol (`get_models`, `chat`, `ping`): the `data` of its response.
using JsonRequestHandler = std::function<asio::awaitable<core::Result<core::json::value>>(
    std::string type, core::json::value data, PeerIdentity peer)>;

}  // namespace pantheon::session
