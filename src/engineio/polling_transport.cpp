#include "engineio/polling_transport.hpp"

#include <algorithm>

#include "core/utf8.hpp"
#include "engineio/handshake.hpp"
#include "http/error.hpp"
#include "http/websocket_frame.hpp"

namespace pantheon::engineio {
namespace {

constexpr std::string_view kClose = "1";
constexpr std::string_view kNoop = "6";
// Polls come one after another; a client that has not come back by then has gone.
constexpr std::chrono::seconds kClosePatience{1};
constexpr std::chrono::milliseconds kOvertaking{100};

// Without a body, as the official server answers what only a broken client sends.
http::Response refusal() {
  return {.status = 400, .headers = {{"Cache-Control", "no-store"}}};
}

http::Response taken() {
  // Not text/plain, which some browsers offer to download.
  return {
      .status = 200, .headers = {{"Content-Type", "text/html"}, {"Cache-Control", "no-store"}}, .body = "ok"};
}

DecodedPayload decode(const std::string& body, const PayloadLimits& limits) {
  if (!core::is_utf8(body)) return {{}, EngineioError::not_text};
  return decode_payload(body, limits.max_packets);
}

bool says_close(const std::vector<Packet>& packets) {
  return std::any_of(packets.begin(), packets.end(),
                     [](const Packet& packet) { return packet.type == PacketType::close; });
}

}  // namespace

http::Response payload_response(std::string payload) {
  http::Response response;
  response.headers.set("Content-Type", "text/plain; charset=UTF-8");
  response.headers.set("Cache-Control", "no-store");
  response.body = std::move(payload);
  return response;
}

struct PollingTransport::Poll {
  explicit Poll(PollingTransport& t) : transport(t) { transport.polled_ = true; }
  ~Poll() {
    transport.polled_ = false;
    transport.answer_.reset();
  }
  Poll(const Poll&) = delete;
  Poll& operator=(const Poll&) = delete;
  PollingTransport& transport;
};

struct PollingTransport::Post {
  explicit Post(PollingTransport& t) : transport(t) { transport.posting_ = Posting::delivering; }
  ~Post() { transport.posting_ = Posting::no; }
  Post(const Post&) = delete;
  Post& operator=(const Post&) = delete;
  PollingTransport& transport;
};

PollingTransport::PollingTransport(asio::any_io_executor executor, PayloadLimits limits)
    : limits_(limits), changed_(std::move(executor)) {}

void PollingTransport::fail(EngineioError error) {
  if (!failure_) failure_ = error;
  changed_.notify();
}

void PollingTransport::answer(std::string payload) {
  answer_ = std::move(payload);
  changed_.notify();
}

asio::awaitable<http::Response> PollingTransport::poll(std::shared_ptr<PollingTransport> self) {
  if (std::exchange(self->awaits_overtaken_poll_, false)) {
    self->changed_.notify();
    co_return payload_response(std::string(kNoop));
  }
  if (self->polled_) self->fail(EngineioError::overlapping_request);
  if (self->polled_ || self->ended_) co_return refusal();
  const Poll polling(*self);
  self->changed_.notify();
  while (!self->answer_) {
    const bool alive = co_await self->changed_.wait();
    if (alive) continue;
    self->fail(EngineioError::request_broken_off);
    co_return refusal();
  }
  co_return payload_response(std::move(*self->answer_));
}

void PollingTransport::poll_broken_off() {
  if (poll_waits()) fail(EngineioError::request_broken_off);
}

void PollingTransport::release_poll() {
  if (poll_waits()) answer(std::string(kNoop));
}

std::optional<http::Response> PollingTransport::begin_post(const http::Request& request) {
  if (posting_ != Posting::no) {
    fail(EngineioError::overlapping_request);
    return refusal();
  }
  if (request.headers.get("Content-Type") == "application/octet-stream") {
    fail(EngineioError::not_text);
    return refusal();
  }
  posting_ = Posting::reading;
  return std::nullopt;
}

asio::awaitable<http::Response> PollingTransport::post(std::shared_ptr<PollingTransport> self,
                                                       std::string body) {
  const Post posting(*self);
  auto decoded = decode(body, self->limits_);
  auto& packets = decoded.packets;
  // The client ends the session and wants its poll back, which may have been overtaken on the way. The
  // session ends at once all the same: the client may be back before that poll is here.
  if (!decoded.error && says_close(packets)) {
    self->awaits_overtaken_poll_ = !self->polled_;
    self->peer_says_goodbye_ = true;
  }
  self->incoming_.insert(self->incoming_.end(), std::move_iterator(packets.begin()),
                         std::move_iterator(packets.end()));
  packets.clear();
  self->changed_.notify();
  if (decoded.error) {
    self->fail(EngineioError::bad_packet_type);  // behind what came before it
    co_return handshake_error(EngineioError::bad_handshake);
  }
  while (!self->incoming_.empty() && !self->ended_) {
    const bool alive = co_await self->changed_.wait();
    if (!alive) break;
  }
  co_await self->wait_for_overtaken_poll();
  co_return taken();
}

void PollingTransport::post_broken_off(const core::Error& error) {
  if (posting_ != Posting::reading) return;
  posting_ = Posting::no;
  if (!error.is(http::HttpError::body_too_large)) fail(EngineioError::request_broken_off);
}

bool PollingTransport::begin_upgrade(const std::shared_ptr<Transport>& candidate) {
  if (ended_ || !candidate_.expired()) return false;
  candidate_ = candidate;
  return true;
}

std::vector<Packet> PollingTransport::retire() {
  candidate_.reset();
  release_poll();
  ended_ = true;
  std::vector<Packet> rest(std::move_iterator(incoming_.begin()), std::move_iterator(incoming_.end()));
  incoming_.clear();
  changed_.notify();
  return rest;
}

asio::awaitable<core::Result<Packet>> PollingTransport::receive() {
  while (incoming_.empty()) {
    if (failure_) co_return core::failure(*failure_);
    if (ended_) co_return core::failure(EngineioError::closed);
    const bool alive = co_await changed_.wait();
    if (!alive) co_return core::failure(core::CommonError::cancelled);
  }
  Packet packet = std::move(incoming_.front());
  incoming_.pop_front();
  if (incoming_.empty()) changed_.notify();
  co_return packet;
}

asio::awaitable<bool> PollingTransport::wait_for_poll() {
  while (!ended_) {
    if (poll_waits()) co_return true;
    const bool alive = co_await changed_.wait();
    if (!alive) break;
  }
  co_return false;
}

asio::awaitable<void> PollingTransport::wait_for_poll_within(std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!ended_ && !poll_waits() && std::chrono::steady_clock::now() < deadline) {
    const bool alive = co_await changed_.wait_until(deadline);
    if (!alive) co_return;
  }
}

asio::awaitable<void> PollingTransport::wait_for_overtaken_poll() {
  const auto deadline = std::chrono::steady_clock::now() + kOvertaking;
  while (awaits_overtaken_poll_ && std::chrono::steady_clock::now() < deadline) {
    const bool alive = co_await changed_.wait_until(deadline);
    if (!alive) break;
  }
  awaits_overtaken_poll_ = false;
}

void PollingTransport::send_now(Outbox& outbox) {
  if (!writable() || outbox.empty()) return;
  std::string payload;
  while (!outbox.empty() &&
         (payload.empty() || payload.size() + outbox.front().data->size() < limits_.max_size.count)) {
    append_to_payload(payload, outbox.pop());
  }
  answer(std::move(payload));
}

asio::awaitable<core::Result<void>> PollingTransport::send(Outbox& outbox) {
  while (!outbox.empty()) {
    const bool ready = co_await wait_for_poll();
    if (!ready) co_return core::failure(EngineioError::closed);
    send_now(outbox);
  }
  co_return core::Result<void>();
}

asio::awaitable<void> PollingTransport::close() {
  co_await wait_for_poll_within(kClosePatience);
  if (writable()) answer(std::string(kClose));
}

void PollingTransport::abort() {
  if (std::exchange(ended_, true)) return;
  if (poll_waits()) answer(std::string(peer_says_goodbye_ ? kNoop : kClose));
  if (const auto candidate = candidate_.lock()) candidate->abort();
  incoming_.clear();
  changed_.notify();
}

}  // namespace pantheon::engineio
