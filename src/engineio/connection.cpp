#include "engineio/connection.hpp"

#include "core/log.hpp"
#include "core/mark.hpp"
#include "http/error.hpp"

namespace pantheon::engineio {
namespace {

constexpr std::chrono::seconds kCloseTimeout{3};

CloseReason reason_of(const core::Error& error) {
  if (error.is(http::HttpError::connection_closed)) return CloseReason::transport_close;
  if (error.is(EngineioError::empty_packet) || error.is(EngineioError::bad_packet_type) ||
      error.is(EngineioError::bad_base64)) {
    return CloseReason::parse_error;
  }
  return CloseReason::transport_error;
}

}  // namespace

Surroundings::Surroundings(std::shared_ptr<core::TaskGroup> t, QueueLimits l)
    : tasks(std::move(t)),
      limits(l),
      turn(std::make_shared<SendTurn>(tasks->executor())),
      timeouts(std::make_shared<Timeouts>(tasks->executor())) {}

/// A listener of two functions.
struct Connection::Handlers final : Listener {
  void received(const PacketView& packet) override {
    if (message) message(packet);
  }
  void closed(CloseReason reason) override {
    if (close) close(reason);
  }
  MessageHandler message;
  CloseHandler close;
};

Connection::Handlers& Connection::handlers() {
  auto known = std::dynamic_pointer_cast<Handlers>(listener_);
  if (!known) known = std::make_shared<Handlers>();
  listener_ = known;
  return *known;
}

void Connection::on_message(MessageHandler handler) {
  handlers().message = std::move(handler);
}

void Connection::on_close(CloseHandler handler) {
  handlers().close = std::move(handler);
}

Connection::Connection(std::string id, Role role, Session::Timing timing,
                       std::shared_ptr<Transport> transport, std::shared_ptr<const Surroundings> common)
    : id_(std::move(id)),
      session_(role, timing, std::chrono::steady_clock::now()),
      transport_(std::move(transport)),
      common_(std::move(common)) {
  watch();
}

core::Result<void> Connection::send(Frame frame) {
  if (!open()) return core::failure(EngineioError::closed);
  const core::Bytes size{frame.data->size()};
  // What one turn of the loop brings may be more than a queue holds, and its reader not slow at all.
  if (!has_room(size) && !writing_ && !transport_->has_unsent()) transport_->send_now(outbox_);
  if (!has_room(size)) {
    core::logger("engineio")
        ->info("a slow reader is cut off, {} bytes wait for it session={}",
               outbox_.bytes().count + size.count, id_);
    abort(CloseReason::transport_error);
    return core::failure(EngineioError::send_queue_full);
  }
  enqueue(std::move(frame));
  return {};
}

bool Connection::has_room(core::Bytes size) const {
  const auto& limits = common_->limits;
  return outbox_.size() < limits.max_packets && outbox_.bytes().count + size.count <= limits.max_bytes.count;
}

core::Result<void> Connection::send_message(std::string text) {
  return send(encode_frame({PacketType::message, std::move(text), false}));
}

void Connection::enqueue(Frame frame) {
  outbox_.push(std::move(frame));
  wake_writer();
}

void Connection::wake_writer() {
  if (queued_ || writing_ || finished_) return;
  queued_ = true;
  common_->turn->add(shared_from_this());
}

void Connection::flush() {
  queued_ = false;
  if (writing_ || finished_) return;
  transport_->send_now(outbox_);
  if (outbox_.empty() && !transport_->has_unsent() && !closing_) return;
  writing_ = true;
  common_->tasks->spawn(write(shared_from_this()));
}

asio::awaitable<void> Connection::write(std::shared_ptr<Connection> self) {
  const core::Mark writing(self->writing_);
  while (!self->outbox_.empty() || self->transport_->has_unsent()) {
    const auto transport = self->transport_;
    const auto sent = co_await transport->send(self->outbox_);
    if (self->finished_) co_return;
    // The reading side sees the broken connection too and reports it. One that was given up for a better one
    // leaves the rest to that.
    if (!sent && transport == self->transport_) co_return;
  }
  if (!self->closing_ || self->finished_) co_return;
  const auto transport = self->transport_;
  co_await transport->close();
  self->finish(self->reason_);
}

void Connection::close(CloseReason reason) {
  if (closing_ || finished_) return;
  closing_ = true;
  reason_ = reason;
  common_->timeouts->arm(*this, TimeoutKind::closing, std::chrono::steady_clock::now() + kCloseTimeout);
  wake_writer();
}

void Connection::abort(CloseReason reason) {
  finish(reason);
}

void Connection::apply(Session::Step step) {
  if (step.send) enqueue(encode_frame(*step.send));
  if (step.deliver) deliver(*step.deliver);
  if (step.close) finish(*step.close, Ending::politely);
}

void Connection::deliver(const PacketView& message) {
  // It may end the connection, and must not be destroyed while it runs.
  const auto listener = listener_;
  if (listener && !closing_) listener->received(message);
}

void Connection::take(const PacketView& packet) {
  apply(session_.receive(packet, std::chrono::steady_clock::now()));
  watch();
}

void Connection::watch() {
  if (finished_ || closing_ || session_.deadline() == watched_) return;
  watched_ = session_.deadline();
  common_->timeouts->arm(*this, session_.awaiting_pong() ? TimeoutKind::answer : TimeoutKind::heartbeat,
                         watched_);
}

void Connection::on_timeout() {
  const auto keep = shared_from_this();
  if (closing_) return finish(reason_);
  apply(session_.tick(std::chrono::steady_clock::now()));
  watch();
}

// Politely: what was sent before is sent, and the peer is told; whoever listens here does not wait for that.
void Connection::finish(CloseReason reason, Ending ending) {
  if (finished_) return;
  finished_ = true;
  session_.close();
  Timeouts::disarm(*this);
  if (ending == Ending::politely && !writing_) transport_->send_now(outbox_);
  outbox_.clear();
  if (ending == Ending::politely && transport_->says_goodbye()) {
    close_in_background(*common_->tasks, transport_);
  } else {
    transport_->abort();
  }
  const auto listener = std::exchange(listener_, nullptr);
  if (listener) listener->closed(closing_ ? reason_ : reason);
}

void Connection::upgrade(std::shared_ptr<Transport> transport, std::vector<Packet> received) {
  const auto keep = shared_from_this();
  transport_ = std::move(transport);
  for (const auto& packet : received) take(packet);
}

// What a transport that was given up for a better one still brings is not taken.
Transport::Sink Connection::sink_of(const Transport& transport) {
  return
      [this, from = &transport](const auto& packet) { return from == transport_.get() && receive(packet); };
}

bool Connection::start(const std::shared_ptr<Connection>& self, std::weak_ptr<Holder> holder) {
  self->holder_ = std::move(holder);
  const std::shared_ptr<Transport::Receiver> receiver(self, self.get());
  return self->transport_->start_receiving(receiver, self->common_->tasks);
}

void Connection::take_from(const Transport& transport, const core::Result<PacketView>& packet) {
  if (&transport == transport_.get()) receive(packet);
}

// What came could not be read. There is no packet that would say so.
void Connection::fail(const core::Error& why) {
  const bool just_gone =
      why.is(http::HttpError::connection_closed) || why.is(EngineioError::request_broken_off);
  if (!finished_ && !just_gone) core::logger("engineio")->info("connection closed: {} ({})", why.code(), id_);
  const auto reason = reason_of(why);
  finish(reason, reason == CloseReason::parse_error ? Ending::politely : Ending::at_once);
}

void Connection::ended(const core::Error& why) {
  fail(why);
  if (const auto holder = holder_.lock()) holder->ended(*this);
}

asio::awaitable<void> Connection::run(std::shared_ptr<Connection> self) {
  struct End {
    explicit End(Connection& c) : connection(c), transport(c.transport_) {}
    ~End() {
      if (transport == connection.transport_) connection.finish(CloseReason::transport_close);
    }
    End(const End&) = delete;
    End& operator=(const End&) = delete;
    Connection& connection;
    std::shared_ptr<Transport> transport;
  } const end(*self);
  while (!self->finished_) {
    auto sink = self->sink_of(*end.transport);
    const auto received = co_await end.transport->receive_each(std::move(sink));
    if (end.transport != self->transport_) co_return;
    if (!received) {
      self->fail(received.error());
      co_return;
    }
  }
}

// False when it was the last.
bool Connection::receive(const core::Result<PacketView>& packet) {
  if (packet) {
    take(*packet);
  } else {
    fail(packet.error());
  }
  return !finished_;
}

}  // namespace pantheon::engineio
