#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/async_event.hpp"
#include "engineio/transport.hpp"
#include "http/message.hpp"

namespace pantheon::engineio {

/// What one request of long-polling may carry.
struct PayloadLimits {
  core::Bytes max_size{1'000'000};   ///< a longer queue is sent in several answers
  std::size_t max_packets = 16'384;  ///< of a received payload
};

/// HTTP long-polling of one session, server side: its GETs are the way out, its POSTs the way in, at most one
/// of each at a time. A second one, one that breaks off, or one that makes no sense ends the session.
/// Exists only as long as the session is polling. Use from the executor's thread.
class PollingTransport final : public Transport {
 public:
  PollingTransport(asio::any_io_executor executor, PayloadLimits limits);

  /// Answers a GET when there is something to send.
  static asio::awaitable<http::Response> poll(std::shared_ptr<PollingTransport> self);
  /// The peer of the GET that waits has gone.
  void poll_broken_off();
  /// Answers the GET that waits with a packet that means nothing, so that the client can go over to another
  /// transport.
  void release_poll();

  /// A goodbye has overtaken the poll that it releases: that is answered although the session has ended, as
  /// long as the POST of the goodbye is under way.
  bool awaits_overtaken_poll() const { return awaits_overtaken_poll_; }

  /// The head of a POST has come: the refusal, or nothing, and then post() or post_broken_off() follows.
  std::optional<http::Response> begin_post(const http::Request& request);
  /// Answers a POST when its packets have been taken, and a goodbye after the poll that it releases.
  static asio::awaitable<http::Response> post(std::shared_ptr<PollingTransport> self, std::string body);
  /// The body did not come. One that is too large is refused and harms the session no further.
  void post_broken_off(const core::Error& error);

  /// A transport the client may go over to; ended with this one. False when it tries one already.
  bool begin_upgrade(const std::shared_ptr<Transport>& candidate);
  /// It did not go over.
  void end_upgrade() { candidate_.reset(); }
  /// It did: this one carries nothing any more. Gives the packets that nobody has received yet.
  std::vector<Packet> retire();

  std::string_view name() const override { return "polling"; }
  bool writable() const override { return poll_waits() && !ended_; }
  asio::awaitable<core::Result<Packet>> receive() override;
  void send_now(Outbox& outbox) override;
  asio::awaitable<core::Result<void>> send(Outbox& outbox) override;
  asio::awaitable<void> close() override;
  void abort() override;

 private:
  enum class Posting { no, reading, delivering };
  struct Poll;
  struct Post;

  bool poll_waits() const { return polled_ && !answer_; }
  asio::awaitable<bool> wait_for_poll();
  asio::awaitable<void> wait_for_poll_within(std::chrono::milliseconds patience);
  asio::awaitable<void> wait_for_overtaken_poll();
  void answer(std::string payload);
  void fail(EngineioError error);

  PayloadLimits limits_;
  core::AsyncEvent changed_;
  std::deque<Packet> incoming_;
  std::optional<std::string> answer_;
  std::optional<EngineioError> failure_;
  std::weak_ptr<Transport> candidate_;
  Posting posting_ = Posting::no;
  bool polled_ = false;
  bool awaits_overtaken_poll_ = false;
  bool peer_says_goodbye_ = false;
  bool ended_ = false;
};

/// The answer to a GET with this payload.
http::Response payload_response(std::string payload);

}  // namespace pantheon::engineio
