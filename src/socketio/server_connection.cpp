#include "socketio/server_connection.hpp"

#include <algorithm>

#include "core/json_text.hpp"
#include "core/log.hpp"

namespace pantheon::socketio {
namespace {

namespace json = core::json;

}  // namespace

ServerConnection::ServerConnection(std::shared_ptr<Server::State> server,
                                   std::shared_ptr<engineio::Connection> engine, http::Request request)
    : server_(std::move(server)),
      engine_(std::move(engine)),
      origin_(std::make_unique<Origin>(Origin{std::move(request.headers), std::move(request.query)})),
      address_(request.remote_address),
      secure_(request.secure),
      opened_at_(core::wall_now()),
      decoder_(server_->decode_limits),
      tokens_(server_->options.event_burst),
      refilled_(std::chrono::steady_clock::now()) {
  const auto& before_join = server_->options.max_payload_before_join;
  if (before_join) engine_->limit_messages(*before_join);
  expect_a_join();
}

void ServerConnection::expect_a_join() {
  connect_deadline_ = std::make_unique<http::Deadline>(server_->executor, [this] {
    if (sockets_.empty()) close("forced server close");
  });
  connect_deadline_->arm(server_->options.connect_timeout);
}

void ServerConnection::begin(const std::shared_ptr<ServerConnection>& self) {
  // The Engine.IO connection keeps this one alive until it ends.
  self->engine_->listen(std::shared_ptr<engineio::Listener>(self, self.get()));
}

core::Result<void> ServerConnection::send(engineio::Frame frame) {
  const auto sent = engine_->send(std::move(frame));
  if (sent) return {};
  const bool slow = sent.error().is(engineio::EngineioError::send_queue_full);
  return core::failure(slow ? SocketioError::send_queue_full : SocketioError::disconnected);
}

core::Result<void> ServerConnection::send(const Frames& frames) {
  for (const auto& frame : frames) {
    if (auto sent = send(frame); !sent) return sent;
  }
  return {};
}

core::Result<void> ServerConnection::send(const SerializedPacket& packet) {
  return send(engineio::Frame{packet, true});
}

void ServerConnection::remove(const Socket& socket) {
  std::erase_if(sockets_, [&](const auto& known) { return known.get() == &socket; });
  // Or it would be here for ever, and no limit of sockets count it.
  if (sockets_.empty() && !ended_) expect_a_join();
}

std::shared_ptr<Socket> ServerConnection::find(std::string_view nsp) const {
  const auto found =
      std::ranges::find_if(sockets_, [&](const auto& socket) { return socket->nsp().name() == nsp; });
  return found == sockets_.end() ? nullptr : *found;
}

void ServerConnection::close(std::string_view reason) {
  const auto keep = shared_from_this();
  end(reason);
  engine_->close();
}

// The protocol has no packet for it: sockets get the event `error`, and where there is none the join is
// refused.
void ServerConnection::fail(const core::Error& why, std::string_view reason) {
  const auto keep = shared_from_this();
  const auto level = why.is(SocketioError::rate_limited) ? spdlog::level::warn : spdlog::level::info;
  core::logger("socketio")->log(level, "connection closed: {} ({})", why.code(), engine_->id());
  const json::object told{{"code", why.code()}, {"message", why.message()}};
  const auto sockets = sockets_;
  if (sockets.empty()) refuse("/", {{"message", why.message()}, {"data", told}});
  for (const auto& socket : sockets) {
    if (!send(frames_of(event_packet(socket->nsp().name(), "error", {told}, {})))) break;
  }
  close(reason);
}

void ServerConnection::disconnect_all() {
  const auto keep = shared_from_this();
  const auto sockets = sockets_;
  for (const auto& socket : sockets) socket->disconnect(false);
  close("forced server close");
}

void ServerConnection::end(std::string_view reason) {
  if (ended_) return;
  ended_ = true;
  if (connect_deadline_) connect_deadline_->disarm();
  const auto sockets = std::exchange(sockets_, {});
  for (const auto& socket : sockets) socket->closed(reason);
}

// A bucket of tokens: full for a quiet connection, one taken by each message.
bool ServerConnection::within_rate() {
  const auto& options = server_->options;
  if (options.max_events_per_second <= 0) return true;
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::duration<double> passed = now - refilled_;
  refilled_ = now;
  tokens_ = std::min(options.event_burst, tokens_ + passed.count() * options.max_events_per_second);
  tokens_ -= 1;
  return tokens_ >= 0;
}

void ServerConnection::received(const engineio::PacketView& message) {
  if (ended_) return;
  if (!within_rate()) return fail(SocketioError::rate_limited, "forced server close");
  if (!message.binary && take_text(message.data)) return;
  auto packet =
      message.binary ? decoder_.add_binary(core::as_bytes(message.data)) : decoder_.add_text(message.data);
  if (!packet) return fail(packet.error(), "forced close");
  if (packet->has_value()) on_packet(std::move(**packet));
}

// True when the handler of on_text() has dealt with the event.
bool ServerConnection::take_text(std::string_view text) {
  if (!text.starts_with("2[") || !decoder_.idle()) return false;
  text.remove_prefix(1);
  const auto socket = find("/");
  if (!socket) return false;
  const Namespace::State& nsp = *socket->nsp().state_;
  if (!nsp.text_handler || !text.starts_with(nsp.text_begin)) return false;
  bool taken = false;
  call_safely("text event", [&] { taken = nsp.text_handler(*socket, text); });
  return taken;
}

void ServerConnection::on_packet(Packet packet) {
  if (packet.type == PacketType::connect) return on_connect(std::move(packet));
  const auto socket = find(packet.nsp);
  if (!socket) return fail(SocketioError::not_connected, "forced server close");
  if (packet.type == PacketType::connect_error)
    return fail(SocketioError::unexpected_packet, "forced server close");
  socket->receive(std::move(packet));
}

Handshake ServerConnection::handshake_of(json::value auth) const {
  if (!origin_) return {std::move(auth), {}, {}, address_, secure_, opened_at_};
  return {std::move(auth), origin_->headers, origin_->query, address_, secure_, opened_at_};
}

void ServerConnection::on_connect(Packet packet) {
  Namespace* nsp = server_->find(packet.nsp);
  if (nsp == nullptr) return refuse(packet.nsp, {{"message", "Invalid namespace"}});
  const bool known = find(packet.nsp) || std::ranges::find(joining_, packet.nsp) != joining_.end();
  if (known || sockets_.size() + joining_.size() >= server_->options.max_namespaces)
    return fail({SocketioError::connect_refused, "too many joins"}, "forced server close");
  // Whoever has left would be another one now: without the address that its proxy named, for one.
  if (!origin_) return fail({SocketioError::connect_refused, "connect anew"}, "forced server close");
  auto socket = std::make_shared<Socket>(*nsp, shared_from_this(), handshake_of(std::move(packet.data)));
  find_again(*socket);
  const bool known_before = socket->recovered() && server_->options.recovery.skip_middlewares;
  if (known_before || nsp->state_->middlewares.empty()) return welcome(socket);
  joining_.push_back(packet.nsp);
  server_->tasks.spawn(admit(shared_from_this(), std::move(socket)));
}

asio::awaitable<void> ServerConnection::admit(std::shared_ptr<ServerConnection> self,
                                              std::shared_ptr<Socket> socket) {
  const std::string nsp = socket->nsp().name();
  const auto middlewares = socket->nsp().state_->middlewares;
  Admitted admitted;
  for (const auto& middleware : middlewares) {
    try {
      admitted = co_await middleware(socket);
    } catch (const boost::system::system_error& error) {
      if (error.code() == asio::error::operation_aborted) throw;
      admitted = tl::unexpected(Refusal(core::CommonError::internal));
    } catch (const std::exception& error) {
      core::logger("socketio")->error("middleware of {} failed: {}", nsp, error.what());
      admitted = tl::unexpected(Refusal(core::CommonError::internal));
    }
    if (!admitted) break;
  }
  if (!admitted && admitted.error().ends_connection_after) {
    const bool awake = co_await core::sleep_for(*admitted.error().ends_connection_after);
    if (awake && !self->ended_) self->close("transport close");
    co_return;
  }
  std::erase(self->joining_, nsp);
  if (self->ended_) co_return;
  if (admitted) {
    self->welcome(socket);
    co_return;
  }
  auto& [error, data, unused] = admitted.error();
  data["code"] = error.code();
  data["message"] = error.message();
  self->refuse(nsp, {{"message", error.message()}, {"data", std::move(data)}});
}

void ServerConnection::welcome(const std::shared_ptr<Socket>& socket) {
  Namespace::State& nsp = *socket->nsp().state_;
  connect_deadline_.reset();
  if (server_->options.max_payload_before_join) engine_->limit_messages(server_->options.max_payload);
  joining_.shrink_to_fit();
  sockets_.push_back(socket);
  nsp.sockets.emplace(socket->id(), socket);
  socket->state_->connected = true;
  socket->rejoin();
  if (!greet(*socket)) return;
  const auto handlers = nsp.handlers;
  for (const auto& handler : handlers) {
    call_safely("connection", [&] { handler(socket); });
  }
  if (server_->options.keep_handshakes) return;
  origin_.reset();
  socket->forget_handshake();
}

// Says that the socket is connected. One that was found again is sent what it missed before, as by the
// official server: its client keeps that until its handlers can have it.
bool ServerConnection::greet(const Socket& socket) {
  if (!send_missed(socket)) return false;
  Packet packet;
  packet.type = PacketType::connect;
  packet.nsp = socket.nsp().name();
  constexpr std::size_t kUsual = 80;
  packet.payload.reserve(kUsual);
  packet.payload = "{";
  core::append_json_member(packet.payload, "sid", socket.id());
  if (const auto& recovery = socket.state_->recovery)
    core::append_json_member(packet.payload, "pid", recovery->pid);
  packet.payload.push_back('}');
  return send(frames_of(packet)).has_value();
}

bool ServerConnection::send_missed(const Socket& socket) {
  if (!socket.recovered()) return true;
  const auto missed = std::exchange(socket.state_->recovery->missed, {});
  return std::ranges::all_of(missed, [&](const Packet& event) { return send(frames_of(event)).has_value(); });
}

void ServerConnection::find_again(Socket& socket) {
  const auto& log = socket.nsp().state_->recovery;
  const auto* auth = socket.handshake().auth.if_object();
  if (!log || auth == nullptr) return;
  const auto pid = core::get_string(*auth, "pid");
  const auto offset = core::get_string(*auth, "offset");
  if (!pid || !offset) return;
  auto session = log->restore(*pid, *offset, std::chrono::steady_clock::now());
  if (session) socket.restore(std::move(*session));
}

void ServerConnection::refuse(const std::string& nsp, const json::object& error) {
  Packet packet;
  packet.type = PacketType::connect_error;
  packet.nsp = nsp;
  packet.payload = core::serialize_json(error);
  static_cast<void>(send(frames_of(packet)));
}

}  // namespace pantheon::socketio
