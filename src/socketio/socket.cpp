#include "socketio/socket.hpp"

#include <algorithm>

#include "core/json_text.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "socketio/event_packet.hpp"
#include "socketio/server_connection.hpp"
#include "socketio/server_state.hpp"

namespace pantheon::socketio {

namespace {

// How the text of an event begins; `more` are the bytes that follow.
std::shared_ptr<std::string> begin_event(std::string_view nsp, std::size_t more) {
  auto text = std::make_shared<std::string>();
  text->reserve(2 + nsp.size() + 1 + more);
  text->append("42");
  if (nsp != "/") text->append(nsp).append(",");
  return text;
}

}  // namespace

SerializedPacket serialize_raw_event(std::string_view nsp, std::string_view array_text) {
  auto text = begin_event(nsp, array_text.size());
  text->append(array_text);
  return text;
}

SerializedPacket serialize_text_event(std::string_view nsp, std::string_view event,
                                      std::string_view argument) {
  constexpr std::size_t kSigns = 8;
  auto text = begin_event(nsp, event.size() + argument.size() + kSigns);
  text->push_back('[');
  core::append_json_string(*text, event);
  text->append(",").append(argument).append("]");
  return text;
}

SerializedPacket serialize_event(std::string_view nsp, std::string_view event,
                                 const core::json::array& args) {
  return serialize_raw_event(nsp, event_payload(event, args));
}

Socket::State::State(Namespace& n, std::shared_ptr<ServerConnection> c, Handshake h)
    : nsp(&n),
      connection(std::move(c)),
      id(core::random_id()),
      handshake(std::make_unique<const Handshake>(std::move(h))),
      handlers(connection->options().max_handlers),
      acks(connection->options().max_pending_acks) {}

Socket::Socket(Namespace& nsp, std::shared_ptr<ServerConnection> connection, Handshake handshake)
    : state_(std::make_unique<State>(nsp, std::move(connection), std::move(handshake))) {
  if (!nsp.state_->recovery) return;
  state_->recovery = std::make_unique<State::Recovery>();
  state_->recovery->pid = core::random_id();
}
Socket::~Socket() = default;

const std::string& Socket::id() const {
  return state_->id;
}
const Handshake& Socket::handshake() const {
  if (!state_->handshake) remember_handshake();
  return *state_->handshake;
}
Namespace& Socket::nsp() const {
  return *state_->nsp;
}
bool Socket::connected() const {
  return state_->connected;
}
bool Socket::recovered() const {
  return state_->recovery && state_->recovery->recovered;
}

void Socket::on(std::string event, EventHandler handler) {
  state_->handlers.on(std::move(event), std::move(handler));
}

void Socket::on_any(EventHandler handler) {
  state_->handlers.on_any(std::move(handler));
}

void Socket::on_disconnect(std::function<void(std::string_view reason)> handler) {
  state_->disconnect_handlers.push_back(std::move(handler));
}

core::Result<void> Socket::send(const Frames& frames) {
  if (!state_->connected) return core::failure(SocketioError::disconnected);
  const auto connection = state_->connection;  // a slow reader is dropped in the middle of this
  return connection->send(frames);
}

bool Socket::send_if_writable(const Frames& frames) {
  return state_->connected && state_->connection->writable() && send(frames).has_value();
}

core::Result<void> Socket::emit(std::string_view event, core::json::array args,
                                std::vector<core::ByteVector> attachments) {
  auto packet = event_packet(state_->nsp->name(), event, args, std::move(attachments));
  keep_for_recovery(packet);
  return send(frames_of(packet));
}

bool Socket::emit_if_writable(std::string_view event, core::json::array args,
                              std::vector<core::ByteVector> attachments) {
  return send_if_writable(frames_of(event_packet(state_->nsp->name(), event, args, std::move(attachments))));
}

core::Result<void> Socket::emit_serialized(SerializedPacket packet) {
  if (!state_->connected) return core::failure(SocketioError::disconnected);
  const auto connection = state_->connection;  // a slow reader is dropped in the middle of this
  return connection->send(packet);
}

asio::awaitable<core::Result<Answer>> Socket::request_packet(Packet packet,
                                                             std::chrono::milliseconds timeout) {
  const auto self = shared_from_this();
  if (!state_->connected) co_return core::failure(SocketioError::disconnected);
  auto ticket = state_->acks.open(state_->connection->executor(), timeout);
  if (!ticket) co_return core::failure(ticket.error());
  packet.id = PendingAcks::id_of(**ticket);
  const auto sent = send(frames_of(packet));
  if (!sent) co_return core::failure(sent.error());
  auto answer = co_await PendingAcks::wait(std::move(*ticket));
  co_return answer;
}

asio::awaitable<core::Result<Answer>> Socket::request_binary(std::string event, core::json::array args,
                                                             std::vector<core::ByteVector> attachments,
                                                             std::chrono::milliseconds timeout) {
  return request_packet(event_packet(state_->nsp->name(), event, args, std::move(attachments)), timeout);
}

asio::awaitable<core::Result<core::json::array>> Socket::request(std::string event, core::json::array args,
                                                                 std::chrono::milliseconds timeout) {
  std::vector<core::ByteVector> no_attachments;
  auto answer =
      co_await request_binary(std::move(event), std::move(args), std::move(no_attachments), timeout);
  if (!answer) co_return core::failure(answer.error());
  co_return std::move(answer->args);
}

Broadcast Socket::broadcast() const {
  return state_->nsp->except(state_->id);
}

Broadcast Socket::to(std::string room) const {
  return broadcast().to(std::move(room));
}

void Socket::join(std::string room) {
  if (!state_->connected || room == state_->id) return;
  if (std::ranges::find(state_->rooms, room) != state_->rooms.end()) return;
  const auto most = state_->connection->options().max_rooms;
  if (state_->rooms.size() + 1 >= most) {
    core::logger("socketio")->error("a socket is in {} rooms; further ones are ignored", most);
    return;
  }
  state_->nsp->state_->join(*this, room);
  state_->rooms.push_back(std::move(room));
}

void Socket::leave(std::string_view room) {
  const auto found = std::ranges::find(state_->rooms, room);
  if (found == state_->rooms.end()) return;
  state_->nsp->state_->leave(*this, room);
  state_->rooms.erase(found);
}

std::vector<std::string> Socket::rooms() const {
  auto all = state_->rooms;
  if (state_->connection) all.push_back(state_->id);
  return all;
}

void Socket::disconnect(bool close_transport) {
  if (!state_->connected) return;
  const auto keep = shared_from_this();
  const auto connection = state_->connection;
  if (close_transport) return connection->disconnect_all();
  Packet packet;
  packet.type = PacketType::disconnect;
  packet.nsp = state_->nsp->name();
  static_cast<void>(connection->send(frames_of(packet)));
  closed("server namespace disconnect");
}

void Socket::close_connection() {
  if (!state_->connected) return;
  const auto keep = shared_from_this();
  const auto connection = state_->connection;
  connection->close("transport close");
}

void Socket::receive(Packet packet) {
  if (packet.type == PacketType::disconnect) return closed("client namespace disconnect");
  if (packet.is_ack()) {
    state_->acks.resolve(*packet.id, {std::move(packet.data.as_array()), std::move(packet.attachments)});
    return;
  }
  Event::Acknowledge acknowledge;
  if (packet.id) {
    acknowledge = [weak = weak_from_this(), id = *packet.id, done = std::make_shared<bool>(false)](
                      const core::json::array& args, std::vector<core::ByteVector> attachments) {
      const auto self = weak.lock();
      if (!self || !self->state_->connected || std::exchange(*done, true)) return;
      const auto answer = ack_packet(self->state_->nsp->name(), id, args, std::move(attachments));
      static_cast<void>(self->state_->connection->send(frames_of(answer)));
    };
  }
  state_->handlers.dispatch(event_of(std::move(packet), std::move(acknowledge)));
}

void Socket::closed(std::string_view reason) {
  if (!state_->connected) return;
  const auto keep = shared_from_this();
  state_->connected = false;
  const auto handlers = std::exchange(state_->disconnect_handlers, {});
  // The rooms are still known to the handlers, as in the official server's "disconnecting".
  for (const auto& handler : handlers) {
    call_safely("disconnect", [&] { handler(reason); });
  }
  persist(reason);
  state_->nsp->state_->remove(*this);
  state_->rooms.clear();
  state_->acks.fail_all();
  state_->handlers.clear();
  state_->connection->remove(*this);
  if (!state_->handshake) remember_handshake();
  state_->connection.reset();
}

void Socket::keep_for_recovery(Packet& packet) const {
  const auto& log = state_->nsp->state_->recovery;
  if (log && state_->connected) log->record(packet, {{state_->id}, {}}, std::chrono::steady_clock::now());
}

void Socket::restore(RecoverableSession session) {
  state_->id = std::move(session.id);
  data = std::move(session.data);
  *state_->recovery = {std::move(session.pid), true, std::move(session.rooms), std::move(session.missed)};
}

void Socket::forget_handshake() const {
  if (state_->connection) state_->handshake.reset();
}

// As far as the connection still knows it.
void Socket::remember_handshake() const {
  state_->handshake = std::make_unique<const Handshake>(state_->connection->handshake_of({}));
}

void Socket::rejoin() {
  if (!state_->recovery) return;
  for (auto& room : std::exchange(state_->recovery->rooms, {})) join(std::move(room));
}

void Socket::persist(std::string_view reason) const {
  const auto& log = state_->nsp->state_->recovery;
  if (!log || !is_recoverable(reason)) return;
  log->persist({state_->id, state_->recovery->pid, rooms(), data}, std::chrono::steady_clock::now());
}

}  // namespace pantheon::socketio
