#include "link/connection.hpp"

#include <algorithm>
#include <array>

#include "link/connection_impl.hpp"
#include "link/control.hpp"

namespace pantheon::link {
namespace {

constexpr std::chrono::seconds kHandshakeTime{10};
constexpr std::chrono::seconds kQuietTime{15};
constexpr std::chrono::seconds kPongTime{10};
constexpr core::Bytes kLeastMessageOfPath{1024};
constexpr std::size_t kMaxPushKind = 255;

// Whether an event is about that stream.
bool belongs_to(const Event& event, StreamId id) {
  return std::visit(
      [id](const auto& e) {
        if constexpr (requires { e.stream; }) {
          return e.stream == id;
        } else {
          return false;
        }
      },
      event);
}

}  // namespace

Connection::Impl::Impl(Config config, core::SteadyTime now)
    : config_(std::move(config)), handshake_deadline_(now + kHandshakeTime), heard_at_(now) {
  if (config_.peer_max_message_size != core::Bytes{0}) {
    sender_.limit_message(std::min(kMaxMessage, config_.peer_max_message_size));
  }
  const auto hello = handshake_.hello(config_);
  if (!hello) {
    fail(LinkError::internal, hello.error().detail());
  } else if (sender_.max_message() < kLeastMessageOfPath) {
    fail(LinkError::too_large, "the peer's max-message-size is too small");
  } else if (offerer()) {
    sender_.control().frame(FrameType::hello, kLink, *hello);
  }
}

void Connection::Impl::tick(core::SteadyTime now) {
  if (closed_) return;
  sender_.tick(now);
  if (!handshake_.ready()) {
    if (now >= handshake_deadline_) fail(LinkError::handshake_timeout, "");
    return;
  }
  if (ping_deadline_) {
    if (now >= *ping_deadline_) fail(LinkError::timed_out, "");
  } else if (now >= heard_at_ + kQuietTime) {
    const std::array<std::uint8_t, 8> opaque{0, 0, 0, 0, 0, 0, 0, ++pings_};
    sender_.control().frame(FrameType::ping, kLink, opaque);
    ping_deadline_ = now + kPongTime;
  }
}

std::optional<core::SteadyTime> Connection::Impl::next_deadline() const {
  if (closed_) return std::nullopt;
  auto deadline = handshake_deadline_;
  if (handshake_.ready()) deadline = ping_deadline_.value_or(heard_at_ + kQuietTime);
  if (const auto due = sender_.next_due()) deadline = std::min(deadline, *due);
  return deadline;
}

bool Connection::Impl::compose(core::ByteVector& out, core::Bytes buffered, core::SteadyTime now) {
  progress_.clear();
  const bool made = sender_.compose(out, streams_, buffered, now, progress_);
  for (const auto id : progress_.writable) events_.emplace_back(Writable{id});
  for (const auto id : progress_.ended) own_direction_ended(id);
  return made;
}

std::optional<Event> Connection::Impl::next_event() {
  if (events_.empty()) return std::nullopt;
  std::optional<Event> event(std::move(events_.front()));
  events_.pop_front();
  return event;
}

core::Result<StreamId> Connection::Impl::open(const RequestHead& head) {
  if (!ready() || !offerer() || going_away_) return core::failure(LinkError::shutting_down);
  auto payload = serialize_head(head);
  if (!payload) return core::failure(payload.error());
  if (streams_.size() >= handshake_.peer().limits.streams) return core::failure(LinkError::refused_stream);
  const StreamId id{number(highest_) + 1};
  if (id >= kIdsSpent) {
    go_away(LinkError::no_error, "stream ids are used up");
    events_.emplace_back(GoAway{kLink, "stream ids are used up", false});
    return core::failure(LinkError::shutting_down);
  }
  if (!fits(id, payload->size())) return core::failure(LinkError::too_large);
  highest_ = id;
  streams_[id].opened = false;
  sender_.open(id, std::move(*payload));
  return id;
}

core::Result<void> Connection::Impl::respond(StreamId id, const ResponseHead& head) {
  auto* stream = stream_of(id);
  if (stream == nullptr || offerer() || stream->answer != AnswerHead::none)
    return core::failure(LinkError::stream_closed);
  auto payload = serialize_head(head);
  if (!payload) return core::failure(payload.error());
  if (!fits(id, payload->size())) return core::failure(LinkError::too_large);
  if (head.interim()) {
    if (!stream->interim) sender_.interim(id);
    stream->interim = std::move(*payload);
    return {};
  }
  stream->interim.reset();
  stream->answer = AnswerHead::final;
  sender_.control().frame(FrameType::head, id, core::as_bytes(*payload));
  return {};
}

std::size_t Connection::Impl::write(StreamId id, core::ByteView bytes) {
  auto* stream = stream_of(id);
  if (stream == nullptr || stream->end_wanted) return 0;
  if (!offerer() && stream->answer != AnswerHead::final) return 0;
  const auto taken = stream->queue.push(bytes);
  if (taken < bytes.size()) stream->user_waits = true;
  sender_.want_turn(id, *stream);
  return taken;
}

void Connection::Impl::end(StreamId id) {
  auto* stream = stream_of(id);
  if (stream == nullptr || stream->end_wanted) return;
  if (!offerer() && stream->answer != AnswerHead::final) return;
  stream->end_wanted = true;
  if (sender_.end_if_drained(id, *stream)) own_direction_ended(id);
}

// END has left, or stands in the control queue. An answer that is complete needs no more of its request: what
// is unread of one that has arrived whole goes back to the link at once, as nobody will read it.
void Connection::Impl::own_direction_ended(StreamId id) {
  auto* stream = stream_of(id);
  if (stream == nullptr) return;
  if (stream->peer_ended) return remove(id, !offerer());
  if (!offerer()) reset(id, LinkError::no_error, "");
}

void Connection::Impl::reset(StreamId id, LinkError code, std::string_view message) {
  if (stream_of(id) == nullptr) return;
  std::erase_if(events_, [id](const Event& event) { return belongs_to(event, id); });
  remove(id, true);
  refuse(id, code, message);
}

void Connection::Impl::consumed(StreamId id, core::Bytes bytes) {
  if (const auto late = unconsumed_.find(id); late != unconsumed_.end()) {
    const auto used = std::min(late->second, bytes);
    late->second.count -= used.count;
    credit_link(used);
    if (late->second == core::Bytes{0}) unconsumed_.erase(late);
    return;
  }
  auto* stream = stream_of(id);
  if (stream == nullptr) return;
  const auto used = std::min(stream->window.unconsumed(), bytes);
  const auto give = stream->window.consume(used);
  if (give > core::Bytes{0} && !stream->peer_ended) sender_.control().credit(id, give);
  credit_link(used);
}

core::Result<void> Connection::Impl::push(std::string_view kind, const core::json::object& body) {
  if (!ready()) return core::failure(LinkError::shutting_down);
  auto text = core::serialize_json(body);
  if (kind.size() > kMaxPushKind || !fits(kLink, 1 + kind.size() + text.size()))
    return core::failure(LinkError::too_large);
  sender_.push(kind, std::move(text));
  return {};
}

void Connection::Impl::go_away(LinkError code, std::string_view message) {
  if (closed_) return;
  if (code != LinkError::no_error) return fail(code, message);
  if (refusing_) return;
  going_away_ = refusing_ = true;
  sender_.control().go_away(code, offerer() ? kLink : highest_, short_reason(message));
}

Stream* Connection::Impl::stream_of(StreamId id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : &found->second;
}

void Connection::Impl::remove(StreamId id, bool reset) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const auto left = found->second.window.unconsumed();
  streams_.erase(found);
  if (left == core::Bytes{0}) return;
  if (reset) {
    credit_link(left);
  } else {
    unconsumed_.emplace(id, left);
  }
}

void Connection::Impl::refuse(StreamId id, LinkError code, std::string_view message) {
  if (!sender_.cancel_open(id)) sender_.reset(id, code, short_reason(message));
}

void Connection::Impl::credit_link(core::Bytes bytes) {
  const auto give = link_window_.consume(bytes);
  if (give > core::Bytes{0}) sender_.control().credit(kLink, give);
}

bool Connection::Impl::fits(StreamId id, std::size_t payload) const {
  return frame_size(id, payload) <= sender_.max_message().count;
}

void Connection::Impl::fail(LinkError code, std::string_view message) {
  if (closed_) return;
  sender_.drop_all();
  sender_.control().clear();
  sender_.control().go_away(code, offerer() ? kLink : highest_, short_reason(message));
  close(code, std::string(message), false);
}

void Connection::Impl::close(LinkError code, std::string message, bool by_peer) {
  closed_ = true;
  streams_.clear();
  unconsumed_.clear();
  events_.emplace_back(Closed{code, std::move(message), by_peer});
}

Connection::Connection(Config config, core::SteadyTime now)
    : impl_(std::make_unique<Impl>(std::move(config), now)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

void Connection::receive(core::ByteView message, core::SteadyTime now) {
  impl_->receive(message, now);
}
void Connection::tick(core::SteadyTime now) {
  impl_->tick(now);
}
std::optional<core::SteadyTime> Connection::next_deadline() const {
  return impl_->next_deadline();
}
bool Connection::has_output() const {
  return impl_->has_output();
}
bool Connection::compose(core::ByteVector& out, core::Bytes channel_buffered, core::SteadyTime now) {
  return impl_->compose(out, channel_buffered, now);
}
core::Bytes Connection::refill_below() const {
  return impl_->refill_below();
}
std::optional<Event> Connection::next_event() {
  return impl_->next_event();
}
core::Result<StreamId> Connection::open(const RequestHead& head) {
  return impl_->open(head);
}
core::Result<void> Connection::respond(StreamId stream, const ResponseHead& head) {
  return impl_->respond(stream, head);
}
std::size_t Connection::write(StreamId stream, core::ByteView bytes) {
  return impl_->write(stream, bytes);
}
void Connection::end(StreamId stream) {
  impl_->end(stream);
}
void Connection::reset(StreamId stream, LinkError code, std::string_view message) {
  impl_->reset(stream, code, message);
}
void Connection::consumed(StreamId stream, core::Bytes bytes) {
  impl_->consumed(stream, bytes);
}
core::Result<void> Connection::push(std::string_view kind, const core::json::object& body) {
  return impl_->push(kind, body);
}
void Connection::go_away(LinkError code, std::string_view message) {
  impl_->go_away(code, message);
}
bool Connection::ready() const {
  return impl_->ready();
}
bool Connection::closed() const {
  return impl_->closed();
}
std::size_t Connection::open_streams() const {
  return impl_->open_streams();
}

}  // namespace pantheon::link
