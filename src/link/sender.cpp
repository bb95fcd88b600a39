#include "link/sender.hpp"

#include <algorithm>

#include "link/varint.hpp"

namespace pantheon::link {
namespace {

constexpr std::size_t kTurn = 16 * 1024;  // of one stream when several wait
constexpr std::size_t kLeastRoom = 512;   // smaller pieces of more are not worth a frame
constexpr core::Bytes kMostBuffered{4 * 1024 * 1024};
constexpr std::chrono::milliseconds kInterimPace{100};

// Bytes of payload for which a DATA frame fits in the room.
std::size_t payload_room(StreamId id, std::size_t room) {
  const auto header = 1 + varint_length(number(id)) + varint_length(static_cast<std::uint32_t>(room));
  return room > header ? room - header : 0;
}

}  // namespace

void Sender::reset(StreamId id, LinkError code, std::string_view message) {
  core::ByteVector frame;
  append_reset(frame, id, code, message);
  resets_.push_back(std::move(frame));
}

void Sender::push(std::string_view kind, std::string body) {
  const auto found = std::ranges::find(pushes_, kind, &std::pair<std::string, std::string>::first);
  if (found == pushes_.end()) {
    pushes_.emplace_back(kind, std::move(body));
  } else {
    found->second = std::move(body);
  }
}

bool Sender::cancel_open(StreamId id) {
  const auto found = std::ranges::find(opens_, id, &std::pair<StreamId, std::string>::first);
  if (found == opens_.end()) return false;
  opens_.erase(found);
  return true;
}

void Sender::want_turn(StreamId id, Stream& stream) {
  if (stream.waiting_turn || !stream.opened || stream.queue.empty()) return;
  if (stream.send_credit.left() == core::Bytes{0}) return;
  stream.waiting_turn = true;
  turns_.push_back(id);
}

bool Sender::end_if_drained(StreamId id, Stream& stream) {
  if (!stream.opened || !stream.end_wanted || stream.end_sent || !stream.queue.empty()) return false;
  control_.frame(FrameType::end, id, {});
  stream.end_sent = true;
  return true;
}

bool Sender::has_output() const {
  const bool paced = !opens_.empty() || !resets_.empty() || !interims_.empty();
  return !control_.empty() || !pushes_.empty() || (paced && !due_) ||
         (!turns_.empty() && link_credit_.left() > core::Bytes{0});
}

void Sender::drop_all() {
  turns_.clear();
  opens_.clear();
  resets_.clear();
  interims_.clear();
  pushes_.clear();
  due_.reset();
}

void Sender::release_paced(Streams& streams, core::SteadyTime now, Progress& progress) {
  due_.reset();
  for (const auto& [kind, body] : pushes_) control_.push(kind, body);
  pushes_.clear();
  while (!resets_.empty() && reset_pace_.take(now)) {
    control_.append(resets_.front());
    resets_.pop_front();
  }
  if (!resets_.empty()) wait_until(reset_pace_.next());
  // A stream that was reset makes place for a new one, so its RESET goes first.
  while (resets_.empty() && !opens_.empty() && open_pace_.take(now)) {
    const auto [id, head] = std::move(opens_.front());
    opens_.pop_front();
    control_.frame(FrameType::head, id, core::as_bytes(head));
    if (const auto found = streams.find(id); found != streams.end()) {
      found->second.opened = true;
      want_turn(id, found->second);
      if (end_if_drained(id, found->second)) progress.ended.push_back(id);
    }
  }
  if (resets_.empty() && !opens_.empty()) wait_until(open_pace_.next());
  release_interims(streams, now);
}

void Sender::release_interims(Streams& streams, core::SteadyTime now) {
  std::erase_if(interims_, [&](StreamId id) {
    const auto found = streams.find(id);
    if (found == streams.end() || !found->second.interim) return true;
    auto& stream = found->second;
    if (stream.interim_at && now < *stream.interim_at + kInterimPace) {
      wait_until(*stream.interim_at + kInterimPace);
      return false;
    }
    control_.frame(FrameType::head, id, core::as_bytes(*stream.interim));
    stream.interim.reset();
    stream.interim_at = now;
    return true;
  });
}

bool Sender::compose(core::ByteVector& out, Streams& streams, core::Bytes buffered, core::SteadyTime now,
                     Progress& progress) {
  out.clear();
  drain_.observe(buffered, held_back_, now);
  if (buffered >= kMostBuffered) return false;
  release_paced(streams, now, progress);
  control_.drain(out, max_message_.count);
  held_back_ = false;
  if (control_.empty() && !turns_.empty()) take_turns(out, streams, buffered, progress);
  drain_.handed_over({out.size()});
  return !out.empty();
}

void Sender::take_turns(core::ByteVector& out, Streams& streams, core::Bytes buffered, Progress& progress) {
  const auto allowed = drain_.allowance().count;
  const auto used = std::min(allowed, buffered.count + out.size());
  const auto most = std::min<std::size_t>(max_message_.count, out.size() + (allowed - used));
  while (!turns_.empty()) {
    const auto id = turns_.front();
    const auto found = streams.find(id);
    if (found == streams.end()) {
      turns_.pop_front();
      continue;
    }
    auto& stream = found->second;
    const auto room = most - std::min(most, out.size());
    if (!take_turn(out, room, id, stream, progress)) {
      held_back_ = most < max_message_.count && link_credit_.left() > core::Bytes{0};
      return;
    }
    turns_.pop_front();
    stream.waiting_turn = false;
    want_turn(id, stream);
  }
}

bool Sender::take_turn(core::ByteVector& out, std::size_t room, StreamId id, Stream& stream,
                       Progress& progress) {
  const auto allowed = std::min(stream.send_credit.left(), link_credit_.left()).count;
  const auto waiting = std::min<std::size_t>(stream.queue.size(), allowed);
  if (waiting == 0)
    return link_credit_.left() > core::Bytes{0};  // the stream's turn is over, or nobody's can come
  const auto turn = turns_.size() > 1 ? kTurn : waiting;
  const auto size = std::min({waiting, turn, payload_room(id, room)});
  if (size < std::min(waiting, kLeastRoom)) return false;
  append_frame(out, FrameType::data, id, stream.queue.front(size));
  stream.queue.pop(size);
  stream.send_credit.take({size});
  link_credit_.take({size});
  if (stream.user_waits && stream.queue.size() <= SendQueue::kLimit.count / 2) {
    stream.user_waits = false;
    progress.writable.push_back(id);
  }
  if (!end_if_drained(id, stream)) return true;
  progress.ended.push_back(id);
  control_.drain(out, max_message_.count);  // an END travels with the bytes before it
  return true;
}

}  // namespace pantheon::link
