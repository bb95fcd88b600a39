#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "link/connection.hpp"
#include "link/frame.hpp"
#include "link/handshake.hpp"
#include "link/limiter.hpp"
#include "link/sender.hpp"
#include "link/stream.hpp"

namespace pantheon::link {

/// The state machine behind Connection; its own header only because it is compiled in two files: what the
/// user calls (connection.cpp) and what arrives (connection_receive.cpp).
class Connection::Impl {
 public:
  Impl(Config config, core::SteadyTime now);

  void receive(core::ByteView message, core::SteadyTime now);
  void tick(core::SteadyTime now);
  std::optional<core::SteadyTime> next_deadline() const;
  bool has_output() const { return sender_.has_output(); }
  bool compose(core::ByteVector& out, core::Bytes buffered, core::SteadyTime now);
  core::Bytes refill_below() const { return sender_.refill_below(); }
  std::optional<Event> next_event();

  core::Result<StreamId> open(const RequestHead& head);
  core::Result<void> respond(StreamId id, const ResponseHead& head);
  std::size_t write(StreamId id, core::ByteView bytes);
  void end(StreamId id);
  void reset(StreamId id, LinkError code, std::string_view message);
  void consumed(StreamId id, core::Bytes bytes);
  core::Result<void> push(std::string_view kind, const core::json::object& body);
  void go_away(LinkError code, std::string_view message);

  bool ready() const { return handshake_.ready() && !closed_; }
  bool closed() const { return closed_; }
  std::size_t open_streams() const { return streams_.size(); }

 private:
  // What a frame asks for; an error ends the link with its code.
  using Outcome = core::Result<void>;

  Outcome handle(const Frame& frame, core::SteadyTime now);
  Outcome on_unknown(core::SteadyTime now);
  Outcome on_hello(core::ByteView payload);
  Outcome on_auth(core::ByteView payload);
  Outcome on_head(const Frame& frame, core::SteadyTime now);
  Outcome on_request_head(const Frame& frame, core::SteadyTime now);
  Outcome on_response_head(const Frame& frame);
  Outcome on_data(const Frame& frame);
  Outcome on_end(const Frame& frame);
  Outcome on_reset(const Frame& frame, core::SteadyTime now);
  Outcome on_credit(const Frame& frame);
  Outcome on_ping(const Frame& frame, core::SteadyTime now);
  Outcome on_push(core::ByteView payload);
  Outcome on_go_away(core::ByteView payload);
  Outcome on_resume(const Frame& frame, core::SteadyTime now);
  Outcome on_stored(const Frame& frame);
  Outcome accept_id(StreamId id, core::SteadyTime now);
  Outcome check_phase(FrameType type) const;

  // Nothing for a stream that is over; an error for an id never opened.
  core::Result<Stream*> find_stream(StreamId id);
  Stream* stream_of(StreamId id);
  void refuse(StreamId id, LinkError code, std::string_view message);
  void break_stream(StreamId id, LinkError code, std::string_view message);
  void remove(StreamId id, bool reset);
  void own_direction_ended(StreamId id);
  void credit_link(core::Bytes bytes);
  void add_data(StreamId id, core::ByteView bytes);
  void add_push(std::string_view kind, core::json::object body);
  bool fits(StreamId id, std::size_t payload) const;

  void fail(LinkError code, std::string_view message);
  void close(LinkError code, std::string message, bool by_peer);
  bool offerer() const { return config_.role == Role::offerer; }

  Config config_;
  Handshake handshake_;
  Sender sender_;
  Sender::Progress progress_;
  Streams streams_;
  std::unordered_map<StreamId, core::Bytes> unconsumed_;  // of streams that ended before their user was done
  std::deque<Event> events_;
  ReceiveWindow link_window_{kLinkWindow, kLinkWindow, ReceiveWindow::SharedBy::several};
  StreamId highest_{0};      // stream opened so far, on either side
  bool going_away_ = false;  // a GOAWAY no_error was sent or received
  bool refusing_ = false;    // ours: newer streams are dropped
  bool closed_ = false;

  Limiter open_limit_{100, 100};
  Limiter reset_limit_{100, 100};
  Limiter ping_limit_{2, 4};
  Limiter unknown_limit_{100, 100};
  unsigned empty_data_ = 0;  // in a row

  core::SteadyTime handshake_deadline_;
  core::SteadyTime heard_at_;
  std::optional<core::SteadyTime> ping_deadline_;
  std::uint8_t pings_ = 0;
};

}  // namespace pantheon::link
