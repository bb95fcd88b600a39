#include <algorithm>
#include <array>

#include "link/connection_impl.hpp"
#include "link/control.hpp"
#include "link/text.hpp"

namespace pantheon::link {
namespace {

constexpr unsigned kMaxEmptyData = 10;
constexpr std::size_t kMaxWaitingResets = 1024;
constexpr std::array<std::string_view, 2> kPushKinds{"catalogue", "hosting"};

tl::unexpected<core::Error> calm(const char* what) {
  return core::failure(LinkError::enhance_your_calm, what);
}

LinkError code_of(const core::Error& error) {
  return error_from_name(error.code()).value_or(LinkError::internal);
}

}  // namespace

void Connection::Impl::receive(core::ByteView message, core::SteadyTime now) {
  if (closed_) return;
  heard_at_ = now;
  ping_deadline_.reset();
  const bool handshake = !handshake_.ready();  // HELLO and AUTH may be larger than what we announced
  const auto most = handshake ? kMaxMessage : config_.limits.message;
  if (core::Bytes{message.size()} > most) return fail(LinkError::protocol_error, "message too large");
  FrameReader frames(message);
  do {
    const auto frame = frames.next();
    const auto outcome = frame ? handle(*frame, now) : core::failure(frame.error());
    if (!outcome) return fail(code_of(outcome.error()), outcome.error().detail());
  } while (!frames.done() && !closed_);
  if (closed_) return;
  if (sender_.control().size() > ControlQueue::kLimit || sender_.waiting_resets() > kMaxWaitingResets) {
    fail(LinkError::enhance_your_calm, "too many answers wait to be read");
  }
}

Connection::Impl::Outcome Connection::Impl::check_phase(FrameType type) const {
  if (handshake_.ready() || type == FrameType::go_away) return {};
  if (!handshake_.peer_known()) {
    if (type == FrameType::hello) return {};
    return broken("HELLO must come first");
  }
  if (type == FrameType::auth || type == FrameType::ping || type == FrameType::pong || !known(type))
    return {};
  return broken("frame before AUTH");
}

Connection::Impl::Outcome Connection::Impl::handle(const Frame& frame, core::SteadyTime now) {
  if (auto phase = check_phase(frame.type); !phase) return phase;
  switch (frame.type) {
    case FrameType::hello:
      return on_hello(frame.payload);
    case FrameType::auth:
      return on_auth(frame.payload);
    case FrameType::head:
      return on_head(frame, now);
    case FrameType::data:
      return on_data(frame);
    case FrameType::end:
      return on_end(frame);
    case FrameType::reset:
      return on_reset(frame, now);
    case FrameType::credit:
      return on_credit(frame);
    case FrameType::ping:
      return on_ping(frame, now);
    case FrameType::pong:
      return {};
    case FrameType::push:
      return on_push(frame.payload);
    case FrameType::go_away:
      return on_go_away(frame.payload);
    case FrameType::resume:
      return on_resume(frame, now);
    case FrameType::stored:
      return on_stored(frame);
  }
  return on_unknown(now);
}

Connection::Impl::Outcome Connection::Impl::on_unknown(core::SteadyTime now) {
  if (!unknown_limit_.take(now)) return calm("too many unknown frames");
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_hello(core::ByteView payload) {
  if (handshake_.peer_known()) return broken("HELLO twice");
  if (auto read = handshake_.read_hello(payload); !read) return read;
  if (!offerer()) {
    const auto hello = handshake_.hello(config_);
    if (!hello) return core::failure(hello.error());
    sender_.control().frame(FrameType::hello, kLink, *hello);
    const auto auth = handshake_.auth(config_);
    if (!auth) return core::failure(auth.error());
    sender_.control().frame(FrameType::auth, kLink, *auth);
  }
  sender_.limit_message(std::min(sender_.max_message(), handshake_.peer().limits.message));
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_auth(core::ByteView payload) {
  if (handshake_.ready()) return broken("AUTH twice");
  auto ready = handshake_.read_auth(config_, payload);
  if (!ready) return core::failure(ready.error());
  if (offerer()) {
    const auto auth = handshake_.auth(config_);
    if (!auth) return core::failure(auth.error());
    sender_.control().frame(FrameType::auth, kLink, *auth);
  }
  events_.emplace_back(std::move(*ready));
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_head(const Frame& frame, core::SteadyTime now) {
  return offerer() ? on_response_head(frame) : on_request_head(frame, now);
}

// An id that opens a stream: it must rise, and not too often.
Connection::Impl::Outcome Connection::Impl::accept_id(StreamId id, core::SteadyTime now) {
  if (id <= highest_) return broken("a stream id does not rise");
  if (!open_limit_.take(now)) return calm("too many streams opened");
  highest_ = id;
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_request_head(const Frame& frame, core::SteadyTime now) {
  if (const auto* stream = stream_of(frame.stream); stream != nullptr && stream->peer_ended) {
    break_stream(frame.stream, LinkError::stream_closed, "HEAD after END");
    return {};
  }
  if (auto id = accept_id(frame.stream, now); !id) return id;
  if (refusing_) return {};
  auto head = parse_request_head(frame.payload);
  if (!head) {
    refuse(frame.stream, LinkError::bad_head, head.error().detail());
  } else if (streams_.size() >= config_.limits.streams) {
    refuse(frame.stream, LinkError::refused_stream, "");
  } else {
    streams_.try_emplace(frame.stream);
    events_.emplace_back(Request{frame.stream, std::move(*head)});
  }
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_response_head(const Frame& frame) {
  const auto found = find_stream(frame.stream);
  if (!found) return core::failure(found.error());
  auto* stream = *found;
  if (stream == nullptr) return {};
  if (stream->peer_ended) {
    break_stream(frame.stream, LinkError::stream_closed, "HEAD after END");
    return {};
  }
  if (stream->answer == AnswerHead::final) return broken("HEAD after the final one");
  auto head = parse_response_head(frame.payload);
  if (!head) {
    break_stream(frame.stream, LinkError::bad_head, head.error().detail());
  } else if (head->interim()) {
    events_.emplace_back(Interim{frame.stream, std::move(*head)});
  } else {
    stream->answer = AnswerHead::final;
    events_.emplace_back(Response{frame.stream, std::move(*head)});
  }
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_data(const Frame& frame) {
  const core::Bytes size{frame.payload.size()};
  empty_data_ = frame.payload.empty() ? empty_data_ + 1 : 0;
  if (empty_data_ > kMaxEmptyData) return calm("too many empty DATA frames");
  const auto found = find_stream(frame.stream);
  if (!found) return core::failure(found.error());
  if (!link_window_.receive(size))
    return core::failure(LinkError::flow_control_error, "over the link's credit");
  auto* stream = *found;
  if (stream == nullptr) {
    credit_link(size);
    return {};
  }
  if (stream->peer_ended) {
    credit_link(size);
    break_stream(frame.stream, LinkError::stream_closed, "DATA after END");
    return {};
  }
  if (offerer() && stream->answer != AnswerHead::final) return broken("DATA before the final HEAD");
  if (!stream->window.receive(size))
    return core::failure(LinkError::flow_control_error, "over the stream's credit");
  if (!frame.payload.empty()) add_data(frame.stream, frame.payload);
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_end(const Frame& frame) {
  const auto found = find_stream(frame.stream);
  if (!found) return core::failure(found.error());
  auto* stream = *found;
  if (stream == nullptr) return {};
  if (stream->peer_ended) {
    break_stream(frame.stream, LinkError::stream_closed, "END after END");
    return {};
  }
  if (offerer() && stream->answer != AnswerHead::final) return broken("END before the final HEAD");
  stream->peer_ended = true;
  events_.emplace_back(End{frame.stream});
  if (stream->end_sent) remove(frame.stream, false);
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_reset(const Frame& frame, core::SteadyTime now) {
  if (!reset_limit_.take(now)) return calm("too many RESETs");
  const auto fields = parse_reset(frame.payload);
  if (!fields) return core::failure(fields.error());
  const auto found = find_stream(frame.stream);
  if (!found) return core::failure(found.error());
  if (*found == nullptr) return {};
  sender_.cancel_open(frame.stream);
  remove(frame.stream, true);
  events_.emplace_back(Reset{frame.stream, fields->code, printable(fields->message)});
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_credit(const Frame& frame) {
  const auto bytes = parse_credit(frame.payload);
  if (!bytes) return core::failure(bytes.error());
  bool in_bounds = true;
  if (frame.stream == kLink) {
    in_bounds = sender_.add_link_credit(*bytes);
  } else {
    const auto found = find_stream(frame.stream);
    if (!found) return core::failure(found.error());
    auto* stream = *found;
    if (stream == nullptr) return {};
    in_bounds = stream->send_credit.add(*bytes);
    sender_.want_turn(frame.stream, *stream);
  }
  if (!in_bounds) return core::failure(LinkError::flow_control_error, "credit over 2^31 - 1");
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_ping(const Frame& frame, core::SteadyTime now) {
  if (!ping_limit_.take(now)) return calm("too many PINGs");
  sender_.control().frame(FrameType::pong, kLink, frame.payload);
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_push(core::ByteView payload) {
  const auto fields = parse_push(payload);
  if (!fields) return core::failure(fields.error());
  if (std::ranges::find(kPushKinds, fields->kind) == kPushKinds.end()) return {};
  auto body = core::parse_json_object(fields->body);
  if (!body) return broken("PUSH is no JSON object");
  add_push(fields->kind, std::move(*body));
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_go_away(core::ByteView payload) {
  const auto fields = parse_go_away(payload);
  if (!fields) return core::failure(fields.error());
  auto message = printable(fields->message);
  if (fields->code != LinkError::no_error) {
    sender_.drop_all();
    sender_.control().clear();
    close(fields->code, std::move(message), true);
    return {};
  }
  going_away_ = true;
  if (offerer()) {
    std::vector<StreamId> newer;
    for (const auto& [id, stream] : streams_) {
      if (id > fields->last_stream) newer.push_back(id);
    }
    std::ranges::sort(newer);
    for (const auto id : newer) {
      sender_.cancel_open(id);
      remove(id, true);
      events_.emplace_back(Reset{id, LinkError::refused_stream, "the peer takes no new streams"});
    }
  }
  events_.emplace_back(GoAway{fields->last_stream, std::move(message), true});
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_resume(const Frame& frame, core::SteadyTime now) {
  if (offerer()) return broken("RESUME from the answerer");
  if (auto id = accept_id(frame.stream, now); !id) return id;
  if (!refusing_) refuse(frame.stream, LinkError::resume_unsupported, "");
  return {};
}

Connection::Impl::Outcome Connection::Impl::on_stored(const Frame& frame) {
  if (offerer()) return broken("STORED from the answerer");
  const auto found = find_stream(frame.stream);
  if (!found) return core::failure(found.error());
  return {};
}

core::Result<Stream*> Connection::Impl::find_stream(StreamId id) {
  if (id > highest_) return broken("frame on a stream that was never opened");
  return stream_of(id);
}

// The peer broke a rule of the stream: it learns so, and so does our user.
void Connection::Impl::break_stream(StreamId id, LinkError code, std::string_view message) {
  remove(id, true);
  refuse(id, code, message);
  events_.emplace_back(Reset{id, code, std::string(message)});
}

void Connection::Impl::add_data(StreamId id, core::ByteView bytes) {
  if (!events_.empty()) {
    auto* last = std::get_if<Data>(&events_.back());
    if (last != nullptr && last->stream == id) {
      last->bytes.insert(last->bytes.end(), bytes.begin(), bytes.end());
      return;
    }
  }
  events_.emplace_back(Data{id, core::ByteVector(bytes.begin(), bytes.end())});
}

void Connection::Impl::add_push(std::string_view kind, core::json::object body) {
  for (auto& event : events_) {
    auto* older = std::get_if<Push>(&event);
    if (older == nullptr || older->kind != kind) continue;
    older->body = std::move(body);
    return;
  }
  events_.emplace_back(Push{std::string(kind), std::move(body)});
}

}  // namespace pantheon::link
