#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/async_event.hpp"
#include "session/coalescing.hpp"
#include "session/link_channel.hpp"

namespace pantheon::session {

/// What both sides of a stream share: bytes and heads that arrived, and how it ended. Internal to the session
/// part.
struct StreamState {
  explicit StreamState(const asio::any_io_executor& executor) : changed(executor), writable(executor) {}
  std::deque<ResponseHead> heads;
  std::deque<core::ByteVector> data;
  bool ended = false;                 ///< the peer's direction is complete
  std::optional<core::Error> failed;  ///< the stream is over before its end
  core::AsyncEvent changed;
  core::AsyncEvent writable;
  core::Task serving;  ///< of a served exchange

  void fail(core::Error error) {
    if (!failed) failed.emplace(std::move(error));
    changed.notify();
    writable.notify();
  }
};

/// Drives the link of a LinkChannel; shared with the streams so that they may outlive it safely.
class LinkDriver : public std::enable_shared_from_this<LinkDriver> {
 public:
  LinkDriver(core::TaskGroup& tasks, link::Config config, ChannelTransport transport, LinkCallbacks callbacks,
             ExchangeHandler serve, PeerIdentity peer);

  void start();
  void receive(core::ByteView message, bool is_text);
  void close(link::LinkError code, std::string_view message);
  /// Lets go of transport and callbacks: nothing is called any more.
  void detach();
  /// Sends what is ready once the running handlers are done, so that frames that are ready together travel
  /// together.
  void schedule_flush();
  void flush();

  link::Connection& connection() { return connection_; }
  const PeerIdentity& peer() const { return peer_; }
  asio::any_io_executor executor() const { return tasks_.executor(); }

  void add_stream(link::StreamId id, std::shared_ptr<StreamState> state);
  void drop_stream(link::StreamId id);
  /// Nobody reads what has arrived for a stream: gives its credit back.
  void drop_unread(link::StreamId id, StreamState& state);
  /// The next bytes of a stream, credit returned; empty at its end. `timeout` at the deadline.
  asio::awaitable<core::Result<core::ByteVector>> read(link::StreamId id, std::shared_ptr<StreamState> state,
                                                       core::SteadyTime deadline = core::SteadyTime::max());
  /// Hands over all bytes; waits while the stream's send queue is full. `timeout` at the deadline.
  asio::awaitable<core::Result<void>> write(link::StreamId id, std::shared_ptr<StreamState> state,
                                            core::ByteView bytes,
                                            core::SteadyTime deadline = core::SteadyTime::max());

 private:
  void dispatch();
  void on_event(link::Ready& event);
  void on_event(link::Request& event);
  void on_event(link::Interim& event);
  void on_event(link::Response& event);
  void on_event(link::Data& event);
  void on_event(link::End& event);
  void on_event(link::Reset& event);
  void on_event(link::Writable& event);
  void on_event(link::Push& event);
  void on_event(link::GoAway& event);
  void on_event(link::Closed& event);
  void send_ready();
  void arm_timer();
  /// Sends a piece of an answer soon: at once, or with those that come within the hold.
  void send_piece(core::Bytes size);
  void fail_all(const core::Error& error);
  StreamState* find(link::StreamId id);

  core::TaskGroup& tasks_;
  link::Connection connection_;
  ChannelTransport transport_;
  LinkCallbacks callbacks_;
  ExchangeHandler serve_;
  PeerIdentity peer_;
  asio::steady_timer timer_;
  std::optional<core::SteadyTime> armed_;
  std::map<link::StreamId, std::shared_ptr<StreamState>> streams_;
  core::ByteVector message_;  ///< reused for every message composed
  Coalescing coalescing_;
  asio::steady_timer hold_timer_;
  bool holding_ = false;
  bool flush_scheduled_ = false;
  bool flushing_ = false;
  bool over_ = false;
};

/// Makes the served side of a stream the peer opened.
std::shared_ptr<Exchange> make_served_exchange(std::shared_ptr<LinkDriver> driver, link::Request request,
                                               std::shared_ptr<StreamState> state);
/// Makes the asking side of a stream we opened.
std::unique_ptr<ClientStream> make_client_stream(std::shared_ptr<LinkDriver> driver, link::StreamId id,
                                                 std::shared_ptr<StreamState> state);

}  // namespace pantheon::session
