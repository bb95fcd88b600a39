#include "session/link_driver.hpp"

#include <boost/asio/post.hpp>
#include <chrono>

#include "core/log.hpp"
#include "session/error.hpp"

namespace pantheon::session {
namespace {

core::SteadyTime now() {
  return std::chrono::steady_clock::now();
}

core::Error reset_error(link::LinkError code, const std::string& message) {
  return {SessionError::stream_reset,
          std::string(link::error_name(code)) + (message.empty() ? "" : ": ") + message};
}

/// As AsyncEvent::wait_until(), and without an end where there is no deadline.
asio::awaitable<bool> wait_until(core::AsyncEvent& event, core::SteadyTime deadline) {
  return deadline == core::SteadyTime::max() ? event.wait() : event.wait_until(deadline);
}

asio::awaitable<void> serve_exchange(ExchangeHandler handler, std::shared_ptr<Exchange> exchange) {
  co_await handler(std::move(exchange));
}

}  // namespace

LinkDriver::LinkDriver(core::TaskGroup& tasks, link::Config config, ChannelTransport transport,
                       LinkCallbacks callbacks, ExchangeHandler serve, PeerIdentity peer)
    : tasks_(tasks),
      connection_(std::move(config), now()),
      transport_(std::move(transport)),
      callbacks_(std::move(callbacks)),
      serve_(std::move(serve)),
      peer_(std::move(peer)),
      timer_(tasks.executor()),
      hold_timer_(tasks.executor()) {}

void LinkDriver::start() {
  schedule_flush();
}

void LinkDriver::receive(core::ByteView message, bool is_text) {
  if (over_) return;
  if (is_text) {
    connection_.go_away(link::LinkError::protocol_error, "text message");
  } else {
    connection_.receive(message, now());
  }
  flush();
}

void LinkDriver::close(link::LinkError code, std::string_view message) {
  if (over_) return;
  connection_.go_away(code == link::LinkError::no_error ? link::LinkError::shutting_down : code, message);
  schedule_flush();
}

void LinkDriver::detach() {
  over_ = true;
  timer_.cancel();
  hold_timer_.cancel();
  transport_ = {};
  callbacks_ = {};
  serve_ = {};
  fail_all(core::Error(SessionError::link_closed));
}

void LinkDriver::schedule_flush() {
  if (flush_scheduled_ || over_) return;
  flush_scheduled_ = true;
  asio::post(executor(), [self = shared_from_this()] {
    self->flush_scheduled_ = false;
    self->flush();
  });
}

void LinkDriver::send_piece(core::Bytes size) {
  const auto hold = coalescing_.hold(now(), size, streams_.size());
  if (flush_scheduled_ || (holding_ && hold.count() > 0)) return;
  if (hold.count() == 0) return schedule_flush();
  holding_ = true;
  hold_timer_.expires_after(hold);
  hold_timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (const auto self = weak.lock(); self && !error) self->flush();
  });
}

void LinkDriver::flush() {
  if (over_ || flushing_) return;
  flushing_ = true;
  if (std::exchange(holding_, false)) hold_timer_.cancel();
  dispatch();
  send_ready();
  dispatch();
  flushing_ = false;
  if (!over_) arm_timer();
}

void LinkDriver::dispatch() {
  while (auto event = connection_.next_event()) {
    std::visit([this](auto& e) { on_event(e); }, *event);
    if (over_) return;
  }
}

void LinkDriver::send_ready() {
  if (over_) return;
  for (;;) {
    auto buffered = transport_.buffered_amount();
    while (connection_.compose(message_, buffered, now())) {
      if (const auto sent = transport_.send(message_); !sent) return;  // the channel reports its own end
      buffered = transport_.buffered_amount();
    }
    const auto low = connection_.refill_below();
    transport_.set_low_threshold(low);
    // Of what drained before the threshold was set nothing tells.
    if (buffered <= low || transport_.buffered_amount() > low) return;
  }
}

void LinkDriver::arm_timer() {
  const auto deadline = connection_.next_deadline();
  if (!deadline || (armed_ && *armed_ <= *deadline)) return;  // an earlier alarm asks again when it rings
  armed_ = deadline;
  timer_.expires_at(*deadline);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->over_) return;
    self->armed_.reset();
    self->connection_.tick(now());
    self->flush();
  });
}

StreamState* LinkDriver::find(link::StreamId id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

void LinkDriver::add_stream(link::StreamId id, std::shared_ptr<StreamState> state) {
  streams_.insert_or_assign(id, std::move(state));
}

void LinkDriver::drop_stream(link::StreamId id) {
  streams_.erase(id);
}

void LinkDriver::drop_unread(link::StreamId id, StreamState& state) {
  core::Bytes unread;
  for (const auto& bytes : state.data) unread.count += bytes.size();
  state.data.clear();
  if (over_ || unread == core::Bytes{0}) return;
  connection_.consumed(id, unread);
  if (connection_.has_output()) schedule_flush();
}

void LinkDriver::on_event(link::Ready& event) {
  peer_.device_id = event.device_id;
  peer_.proven = event.trust != link::PeerTrust::first_seen;
  if (callbacks_.on_ready) callbacks_.on_ready(event);
}

void LinkDriver::on_event(link::Request& event) {
  const auto id = event.stream;
  if (!serve_) {
    connection_.reset(id, link::LinkError::refused_stream, "this device does not serve");
    return;
  }
  auto state = std::make_shared<StreamState>(executor());
  add_stream(id, state);
  auto exchange = make_served_exchange(shared_from_this(), std::move(event), state);
  state->serving = tasks_.spawn(serve_exchange(serve_, std::move(exchange)));
}

void LinkDriver::on_event(link::Interim& event) {
  constexpr std::size_t kMostInterim = 16;
  auto* state = find(event.stream);
  if (state == nullptr || state->heads.size() >= kMostInterim) return;
  state->heads.push_back(std::move(event.head));
  state->changed.notify();
}

void LinkDriver::on_event(link::Response& event) {
  auto* state = find(event.stream);
  if (state == nullptr) return;
  state->heads.push_back(std::move(event.head));
  state->changed.notify();
}

void LinkDriver::on_event(link::Data& event) {
  auto* state = find(event.stream);
  if (state == nullptr) {
    connection_.consumed(event.stream, core::Bytes{event.bytes.size()});
    return;
  }
  state->data.push_back(std::move(event.bytes));  // bounded by the stream's credit
  state->changed.notify();
}

void LinkDriver::on_event(link::End& event) {
  auto* state = find(event.stream);
  if (state == nullptr) return;
  state->ended = true;
  state->changed.notify();
}

void LinkDriver::on_event(link::Reset& event) {
  const auto found = streams_.find(event.stream);
  if (found == streams_.end()) return;
  const auto state = found->second;
  streams_.erase(found);
  // After the answer's end a reset only stops our upload; the answer is whole.
  if (!(event.code == link::LinkError::no_error && state->ended))
    state->fail(reset_error(event.code, event.message));
  state->writable.notify();
  state->serving.cancel();
}

void LinkDriver::on_event(link::Writable& event) {
  if (auto* state = find(event.stream)) state->writable.notify();
}

void LinkDriver::on_event(link::Push& event) {
  if (callbacks_.on_push) callbacks_.on_push(event.kind, event.body);
}

void LinkDriver::on_event(link::GoAway& event) {
  core::logger("session")->debug("peer opens no new streams on this link: {}", event.message);
}

void LinkDriver::on_event(link::Closed& event) {
  if (!event.by_peer) send_ready();  // the last message says why
  over_ = true;
  timer_.cancel();
  hold_timer_.cancel();
  const auto code = event.code;
  fail_all(core::Error(SessionError::link_closed, std::string(link::error_name(code)) +
                                                      (event.message.empty() ? "" : ": ") + event.message));
  if (!callbacks_.on_closed) return;
  asio::post(executor(), [self = shared_from_this(), code, message = event.message] {
    if (self->callbacks_.on_closed) self->callbacks_.on_closed(code, message);
  });
}

void LinkDriver::fail_all(const core::Error& error) {
  const auto streams = std::move(streams_);
  streams_.clear();
  for (const auto& [id, state] : streams) {
    state->fail(error);
    state->serving.cancel();
  }
}

asio::awaitable<core::Result<core::ByteVector>> LinkDriver::read(link::StreamId id,
                                                                 std::shared_ptr<StreamState> state,
                                                                 core::SteadyTime deadline) {
  while (state->data.empty()) {
    if (state->ended) co_return core::ByteVector{};
    if (state->failed) co_return core::failure(*state->failed);
    if (now() >= deadline) co_return core::failure(core::CommonError::timeout);
    const bool alive = co_await wait_until(state->changed, deadline);
    if (!alive) co_return core::failure(core::CommonError::cancelled);
  }
  auto bytes = std::move(state->data.front());
  state->data.pop_front();
  if (!over_) {
    connection_.consumed(id, core::Bytes{bytes.size()});
    if (connection_.has_output()) schedule_flush();
  }
  co_return bytes;
}

asio::awaitable<core::Result<void>> LinkDriver::write(link::StreamId id, std::shared_ptr<StreamState> state,
                                                      core::ByteView bytes, core::SteadyTime deadline) {
  while (!bytes.empty()) {
    if (state->failed) co_return core::failure(*state->failed);
    if (over_ || find(id) == nullptr) co_return core::failure(SessionError::stream_reset);
    const auto taken = connection_.write(id, bytes);
    bytes = bytes.subspan(taken);
    if (taken > 0) send_piece({taken});
    if (bytes.empty()) break;
    if (now() >= deadline) co_return core::failure(core::CommonError::timeout);
    const bool alive = co_await wait_until(state->writable, deadline);
    if (!alive) co_return core::failure(core::CommonError::cancelled);
  }
  co_return core::Result<void>{};
}

}  // namespace pantheon::session
