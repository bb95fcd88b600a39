#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "link/control_queue.hpp"
#include "link/drain_rate.hpp"
#include "link/flow.hpp"
#include "link/limiter.hpp"
#include "link/stream.hpp"

namespace pantheon::link {

/// Our direction of a link: what waits to be sent, at which pace, and in which order (docs/link-protocol.md,
/// section 6). Works on the streams of its Connection. Pure; time comes in as an argument.
class Sender {
 public:
  /// What became of the streams while a message was composed; the Connection acts on it.
  struct Progress {
    std::vector<StreamId> ended;     ///< their END has left
    std::vector<StreamId> writable;  ///< their user waited for room, and there is some
    void clear() {
      ended.clear();
      writable.clear();
    }
  };

  ControlQueue& control() { return control_; }
  const ControlQueue& control() const { return control_; }

  /// The size that a message may have; our own before the peer's HELLO, the smaller one after it.
  void limit_message(core::Bytes most) { max_message_ = most; }
  core::Bytes max_message() const { return max_message_; }

  /// Queues frames that are sent at a pace, below the limits at which the peer would end the link.
  void open(StreamId id, std::string head) { opens_.emplace_back(id, std::move(head)); }
  void reset(StreamId id, LinkError code, std::string_view message);
  void interim(StreamId id) { interims_.push_back(id); }
  void push(std::string_view kind, std::string body);
  /// Takes back an opening HEAD that has not left; false when it has.
  bool cancel_open(StreamId id);
  std::size_t waiting_resets() const { return resets_.size(); }

  /// The stream may have bytes to send: it gets its turn.
  void want_turn(StreamId id, Stream& stream);
  /// Sends END when the user has ended the stream and nothing is left before it; true when END was queued
  /// now.
  bool end_if_drained(StreamId id, Stream& stream);
  /// CREDIT of the peer for the link; false when it is too much.
  bool add_link_credit(core::Bytes more) { return link_credit_.add(more); }

  bool has_output() const;
  bool compose(core::ByteVector& out, Streams& streams, core::Bytes buffered, core::SteadyTime now,
               Progress& progress);
  core::Bytes refill_below() const { return {drain_.allowance().count / 2}; }

  /// When something that waits for its pace may go.
  std::optional<core::SteadyTime> next_due() const { return due_; }
  void tick(core::SteadyTime now) {
    if (due_ && now >= *due_) due_.reset();
  }
  /// Forgets everything but the control frames.
  void drop_all();

 private:
  void release_paced(Streams& streams, core::SteadyTime now, Progress& progress);
  void release_interims(Streams& streams, core::SteadyTime now);
  void wait_until(core::SteadyTime time) { due_ = due_ ? std::min(*due_, time) : time; }
  void take_turns(core::ByteVector& out, Streams& streams, core::Bytes buffered, Progress& progress);
  bool take_turn(core::ByteVector& out, std::size_t room, StreamId id, Stream& stream, Progress& progress);

  ControlQueue control_;
  core::Bytes max_message_{kMaxMessage};
  SendCredit link_credit_{kLinkWindow};
  DrainRate drain_;
  bool held_back_ = false;  // the channel's buffer, not our queues or credit, ended the last message
  std::deque<StreamId> turns_;
  std::deque<std::pair<StreamId, std::string>> opens_;
  std::deque<core::ByteVector> resets_;  // whole frames
  std::vector<StreamId> interims_;
  std::vector<std::pair<std::string, std::string>> pushes_;
  Limiter open_pace_{80, 40};
  Limiter reset_pace_{80, 40};
  std::optional<core::SteadyTime> due_;
};

}  // namespace pantheon::link
