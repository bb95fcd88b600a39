#include "socketio/client_state.hpp"

#include <algorithm>

#include "core/caught.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "http/error.hpp"

namespace pantheon::socketio {

namespace json = core::json;

namespace {

constexpr std::size_t kMaxHandlers = 256;

DecodeLimits limits_of(const ClientOptions& options) {
  DecodeLimits limits;
  limits.max_text = options.max_payload;
  limits.max_attachments = options.max_attachments;
  limits.max_attachments_size.count = options.max_payload.count * 4;
  return limits;
}

engineio::ClientOptions engine_options(const ClientOptions& options) {
  engineio::ClientOptions engine;
  engine.url = options.url;
  engine.path = options.path;
  engine.headers = options.headers;
  engine.connect_timeout = options.connect_timeout;
  engine.max_payload = options.max_payload;
  engine.queue.max_bytes = options.max_send_queue;
  engine.queue.max_packets = 64 * 1024;
  engine.verify_certificates = options.verify_certificates;
  engine.ca_file = options.ca_file;
  return engine;
}

}  // namespace

Client::State::State(asio::any_io_executor executor, Options o, AuthProvider a)
    : options(std::move(o)),
      auth(std::move(a)),
      tasks(std::make_shared<core::TaskGroup>(executor)),
      changed(executor),
      handlers(kMaxHandlers),
      acks(options.max_pending_acks) {}

void Client::State::drop_handlers() {
  handlers.clear();
  connect_handlers.clear();
  disconnect_handlers.clear();
  error_handlers.clear();
}

core::Result<void> Client::State::send(const Packet& packet) {
  if (!engine) return core::failure(SocketioError::disconnected);
  const auto connection = engine;
  for (const auto& frame : frames_of(packet)) {
    const auto sent = connection->send(frame);
    if (sent) continue;
    const bool full = sent.error().is(engineio::EngineioError::send_queue_full);
    return core::failure(full ? SocketioError::send_queue_full : SocketioError::disconnected);
  }
  return {};
}

void Client::State::report(const json::object& error) const {
  const auto all = error_handlers;
  for (const auto& handler : all) {
    call_safely("connect_error", [&] { handler(error); });
  }
}

void Client::State::report(const core::Error& error) const {
  json::object data{{"code", error.code()}};
  if (error.retry_after().count() > 0) data["retryAfterMs"] = error.retry_after().count();
  report(json::object{{"message", error.message()}, {"data", std::move(data)}});
}

void Client::State::disconnected(std::string_view reason) {
  if (!connected) return;
  connected = false;
  id.clear();
  acks.fail_all();
  const auto all = disconnect_handlers;
  for (const auto& handler : all) {
    call_safely("disconnect", [&] { handler(reason); });
  }
}

// Doubled at each failure up to the limit, then varied by half either way, so that many clients do not come
// at once.
std::chrono::milliseconds Client::State::next_delay() {
  const auto factor = std::int64_t{1} << std::min(failures_, 16U);
  ++failures_;
  const auto delay = std::min(options.reconnect_delay * factor, options.reconnect_delay_max);
  const std::chrono::milliseconds varied(
      static_cast<std::int64_t>(static_cast<double>(delay.count()) * (0.5 + core::random_fraction())));
  const auto least = std::exchange(least_delay, std::chrono::milliseconds(0));
  return least.count() > 0 ? least + varied : varied;
}

asio::awaitable<void> Client::State::run(std::shared_ptr<State> self) {
  struct Running {
    explicit Running(State& s) : state(s) {}
    ~Running() {
      state.running = false;
      state.changed.notify();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    State& state;
  } const running(*self);
  for (;;) {
    self->told_to_leave_ = false;
    co_await connect_once(self);
    if (self->stopping || self->told_to_leave_ || !self->options.reconnect) co_return;
    const bool alive = co_await core::sleep_for(self->next_delay());
    if (!alive || self->stopping) co_return;
  }
}

asio::awaitable<core::Result<json::object>> Client::State::ask_auth(std::shared_ptr<State> self) {
  if (!self->auth) co_return json::object();
  co_return co_await core::caught(self->auth, "socketio", "the provider of credentials");
}

asio::awaitable<void> Client::State::connect_once(std::shared_ptr<State> self) {
  auto credentials = co_await ask_auth(self);
  if (!credentials) co_return self->report(credentials.error());
  auto engine = co_await engineio::connect(self->tasks, engine_options(self->options));
  if (!engine) co_return self->report(engine.error());
  if (self->stopping) co_return;
  self->engine = std::move(*engine);
  self->begin(std::move(*credentials));
  const auto connection = self->engine;
  co_await engineio::Connection::run(connection);
}

void Client::State::begin(json::object credentials) {
  decoder_ = Decoder(limits_of(options));
  const auto self = shared_from_this();
  engine->on_message([self](const engineio::PacketView& message) { self->on_message(message); });
  engine->on_close([self](engineio::CloseReason reason) {
    self->join_deadline_.reset();
    self->disconnected(engineio::to_string(reason));
    self->engine.reset();
  });
  join_deadline_ = std::make_unique<http::Deadline>(tasks->executor(), [weak = weak_from_this()] {
    const auto state = weak.lock();
    if (!state || !state->engine || state->connected) return;
    state->report(core::Error(http::HttpError::connect_timeout));
    state->engine->abort(engineio::CloseReason::transport_close);
  });
  join_deadline_->arm(options.connect_timeout);
  Packet packet;
  packet.type = PacketType::connect;
  packet.nsp = options.nsp;
  if (!credentials.empty()) packet.payload = core::serialize_json(credentials);
  static_cast<void>(send(packet));
}

void Client::State::on_message(const engineio::PacketView& message) {
  auto packet =
      message.binary ? decoder_.add_binary(core::as_bytes(message.data)) : decoder_.add_text(message.data);
  if (!packet) {
    core::logger("socketio")->warn("malformed packet from the server: {}", packet.error().code());
    engine->abort(engineio::CloseReason::parse_error);
    return;
  }
  if (packet->has_value()) on_packet(std::move(**packet));
}

void Client::State::on_packet(Packet packet) {
  if (packet.nsp != options.nsp) return;
  switch (packet.type) {
    case PacketType::connect:
      return on_connected(packet);
    case PacketType::connect_error:
      return on_refused(packet);
    case PacketType::disconnect:
      told_to_leave_ = true;
      disconnected("io server disconnect");
      if (engine) engine->close();
      return;
    case PacketType::ack:
    case PacketType::binary_ack:
      acks.resolve(*packet.id, {std::move(packet.data.as_array()), std::move(packet.attachments)});
      return;
    default:
      if (connected) on_event(std::move(packet));
  }
}

void Client::State::on_connected(const Packet& packet) {
  const auto* object = packet.data.if_object();
  const auto sid = object == nullptr ? std::nullopt : core::get_string(*object, "sid");
  if (connected || !sid) return;
  join_deadline_->disarm();
  failures_ = 0;
  connected = true;
  id = std::string(*sid);
  const auto all = connect_handlers;
  for (const auto& handler : all) call_safely("connect", handler);
}

void Client::State::on_refused(const Packet& packet) {
  if (connected) return;
  join_deadline_->disarm();
  const auto* object = packet.data.if_object();
  report(object != nullptr ? *object : json::object{{"message", packet.data}});
  if (engine) engine->close();
}

void Client::State::on_event(Packet packet) {
  Event::Acknowledge acknowledge;
  if (packet.id) {
    const std::weak_ptr<engineio::Connection> asked_on = engine;
    acknowledge = [weak = weak_from_this(), asked_on, ack_id = *packet.id,
                   done = std::make_shared<bool>(false)](const json::array& args,
                                                         std::vector<core::ByteVector> attachments) {
      const auto self = weak.lock();
      // After a reconnect the number would mean another event.
      if (!self || !self->connected || self->engine != asked_on.lock() || std::exchange(*done, true)) return;
      static_cast<void>(self->send(ack_packet(self->options.nsp, ack_id, args, std::move(attachments))));
    };
  }
  handlers.dispatch(event_of(std::move(packet), std::move(acknowledge)));
}

}  // namespace pantheon::socketio
