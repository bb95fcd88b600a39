#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/task_group.hpp"
#include "link/connection.hpp"
#include "session/client_stream.hpp"
#include "session/exchange.hpp"

namespace pantheon::session {

namespace asio = boost::asio;

/// The data channel as a link needs it.
struct ChannelTransport {
  std::function<core::Result<void>(core::ByteView)> send;
  std::function<core::Bytes()> buffered_amount;
  std::function<void(core::Bytes)> set_low_threshold;
};

/// What a link tells its owner. Called on the executor, never from within a call of the owner.
struct LinkCallbacks {
  std::function<void(const link::Ready&)> on_ready;
  std::function<void(std::string_view kind, const core::json::object& body)> on_push;
  /// The link is over and the channel may be closed; called once.
  std::function<void(link::LinkError code, std::string_view message)> on_closed;
};

/// Drives a link::Connection over a data channel: timers, coalescing, back-pressure, and a coroutine for each
/// exchange that is served. Use from the executor's one thread. close() before letting go of it.
class LinkChannel {
 public:
  /// `tasks` owns the coroutines of served exchanges and must outlive them. `serve` may be empty on a side
  /// that only asks. `peer` is completed by what the binding proves.
  LinkChannel(core::TaskGroup& tasks, link::Config config, ChannelTransport transport,
              LinkCallbacks callbacks, ExchangeHandler serve, PeerIdentity peer);
  ~LinkChannel();
  LinkChannel(const LinkChannel&) = delete;
  LinkChannel& operator=(const LinkChannel&) = delete;

  /// A message of the data channel arrived.
  void receive(core::ByteView message, bool is_text);
  /// The channel's buffered amount fell to the low threshold.
  void drained();

  /// Opens an exchange (offering side, after on_ready). The stream's errors come from its own calls.
  core::Result<std::unique_ptr<ClientStream>> open(const RequestHead& head);

  /// Sends news. A body that does not fit one message is left out: `{}`.
  void push(std::string_view kind, const core::json::object& body);
  /// Tells the peer why, resets what runs, and calls on_closed. Nothing happens the second time.
  void close(link::LinkError code, std::string_view message);

  bool ready() const;

 private:
  std::shared_ptr<class LinkDriver> driver_;
};

}  // namespace pantheon::session
