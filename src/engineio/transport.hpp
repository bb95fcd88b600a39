#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string_view>

#include "core/task_group.hpp"
#include "engineio/outbox.hpp"
#include "engineio/packet.hpp"
#include "http/websocket.hpp"

namespace pantheon::engineio {

namespace asio = boost::asio;

/// What carries the packets of a session. One receive() and one send() at a time, from the executor's thread.
class Transport {
 public:
  virtual ~Transport() = default;
  /// "websocket" or "polling".
  virtual std::string_view name() const = 0;
  /// Whether something sent now would be on its way at once.
  virtual bool writable() const { return true; }
  /// The largest message that is taken from now on.
  virtual void limit_messages(core::Bytes /*most*/) {}
  virtual asio::awaitable<core::Result<Packet>> receive() = 0;
  /// Takes a packet, or why there was none in what came, while it lasts; false: no more for now.
  using Sink = std::function<bool(const core::Result<PacketView>&)>;
  /// Hands every packet to the sink as it comes, until that has enough (no error) or the transport ends.
  virtual asio::awaitable<core::Result<void>> receive_each(Sink sink);
  /// What start_receiving() brings its packets to.
  class Receiver {
   public:
    virtual ~Receiver() = default;
    /// A packet, or why there was none in what came, while it lasts.
    virtual void take_from(const Transport& transport, const core::Result<PacketView>& packet) = 0;
    /// Once: why the transport ended.
    virtual void ended(const core::Error& why) = 0;
  };
  /// The same with no coroutine that would lie idle, see http::WebSocket::start_reading(). The receiver is
  /// kept while it is called, and must own this transport. False when this transport cannot: use
  /// receive_each().
  virtual bool start_receiving(const std::shared_ptr<Receiver>& /*receiver*/,
                               std::shared_ptr<core::TaskGroup> /*tasks*/) {
    return false;
  }
  /// Sends from the front of the outbox what can be sent without waiting, which may be nothing. Not while a
  /// send() is under way.
  virtual void send_now(Outbox&) {}
  /// Whether send_now() has taken more than it could send: send() sends the rest, even when nothing follows.
  virtual bool has_unsent() const { return false; }
  /// Takes frames off the front of the outbox as it sends them, until there are none. After an error the rest
  /// is still there.
  virtual asio::awaitable<core::Result<void>> send(Outbox& outbox) = 0;
  /// Ends it politely, within about a second or when the other side next asks.
  virtual asio::awaitable<void> close() = 0;
  /// Whether close() tells the peer something although the session has ended; else abort() says all there is.
  virtual bool says_goodbye() const { return false; }
  /// Ends it now; pending operations fail.
  virtual void abort() = 0;
};

/// Ends a transport politely and keeps it until then; it is aborted where `tasks` have been cancelled.
void close_in_background(core::TaskGroup& tasks, std::shared_ptr<Transport> transport);

/// How binary messages go out: as they are, or as text where the peer has asked for that (`b64=1` in the
/// query).
enum class BinaryAs : bool { binary, base64 };

std::shared_ptr<Transport> websocket_transport(std::unique_ptr<http::WebSocket> socket,
                                               BinaryAs binary = BinaryAs::binary);

}  // namespace pantheon::engineio
