#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "link/config.hpp"
#include "link/error.hpp"
#include "link/event.hpp"
#include "link/head.hpp"

namespace pantheon::link {

/// One side of a link (docs/link-protocol.md): frames in, frames out, events for the user. No I/O and no
/// clock: the owner of the data channel feeds messages and time, drains events after every call, and sends
/// what compose() makes.
///
/// Loop of the owner, after the channel opened and after each receive(), tick() or call of the user:
/// take next_event() until it is empty; then compose() and send until it returns false; then wait for a
/// message, for the channel's buffer to fall to refill_below(), or for next_deadline() to call tick().
///
/// Not thread-safe. Never throws on what a peer sends. Move-only.
class Connection {
 public:
  /// Starts when the channel has opened. A Config that breaks its own rules closes the link with `internal`.
  Connection(Config config, core::SteadyTime now);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// One binary message of the channel. (For a text message: go_away(LinkError::protocol_error, "text
  /// message").)
  void receive(core::ByteView message, core::SteadyTime now);

  /// Does what is due: handshake timeout, PING, idle timeout, frames that waited for their pace.
  void tick(core::SteadyTime now);
  /// When tick() is due next; nothing once the link is closed. Ask again after every call.
  std::optional<core::SteadyTime> next_deadline() const;

  /// True when compose() may have something to send, channel buffer permitting.
  bool has_output() const;
  /// Writes the next message for the channel into `out` (its capacity is reused) with everything that is
  /// ready, control frames first. `channel_buffered` is the channel's bufferedAmount now. False, and `out`
  /// empty: nothing to send, or the buffer is full enough; then call again once it has fallen to
  /// refill_below().
  bool compose(core::ByteVector& out, core::Bytes channel_buffered, core::SteadyTime now);
  /// The level to set as the channel's buffered-amount-low threshold.
  core::Bytes refill_below() const;

  /// The next thing to tell the user, in the order it happened.
  std::optional<Event> next_event();

  /// Opens a stream (offerer, ready). `bad_head`, `too_large` (does not fit the peer's message size),
  /// `refused_stream` (the peer's limit of open streams), `shutting_down` (after GOAWAY or close, or not
  /// ready).
  core::Result<StreamId> open(const RequestHead& head);
  /// Sends a head of the answer (answerer): interim ones (status 102), then one final. Interim heads are
  /// paced to 10 a second, the newest one wins. `bad_head`, `too_large`, `stream_closed` (unknown stream, or
  /// final head already sent).
  core::Result<void> respond(StreamId stream, const ResponseHead& head);
  /// Queues bytes of the body; returns how many were accepted, at most what is free of the stream's queue of
  /// 256 KiB. Fewer than given: the rest may be tried again after Writable. 0 for a stream that is over, has
  /// ended on this side, or whose final head was not sent.
  std::size_t write(StreamId stream, core::ByteView bytes);
  /// Ends this side's direction after what was written. On the answerer, if the request is still arriving,
  /// the upload is stopped with RESET no_error. Ignored for a stream that is over or an answer without final
  /// head.
  void end(StreamId stream);
  /// Ends the stream in both directions at once; what was not yet sent or taken is dropped. No event follows.
  void reset(StreamId stream, LinkError code, std::string_view message);
  /// Returns credit: that many bytes of Data of this stream are used up.
  void consumed(StreamId stream, core::Bytes bytes);

  /// Sends news; a newer one of the same kind replaces one that has not left. `too_large` when it does not
  /// fit a message.
  core::Result<void> push(std::string_view kind, const core::json::object& body);
  /// no_error: no new streams, the running ones go on. Any other code: ends the link (event Closed).
  void go_away(LinkError code, std::string_view message);

  bool ready() const;
  bool closed() const;
  /// Streams not yet over, for draining before the channel is closed.
  std::size_t open_streams() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pantheon::link
