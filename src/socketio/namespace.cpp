#include "socketio/server.hpp"
#include "socketio/server_state.hpp"

namespace pantheon::socketio {

void Namespace::State::join(Socket& socket, const std::string& room) {
  rooms[room].insert(&socket);
}

void Namespace::State::leave(Socket& socket, std::string_view room) {
  const auto found = rooms.find(room);
  if (found == rooms.end()) return;
  found->second.erase(&socket);
  if (found->second.empty()) rooms.erase(found);
}

void Namespace::State::remove(Socket& socket) {
  for (const auto& room : socket.rooms()) leave(socket, room);
  sockets.erase(socket.id());
}

Namespace::Namespace(std::unique_ptr<State> state) : state_(std::move(state)) {}
Namespace::~Namespace() = default;

const std::string& Namespace::name() const {
  return state_->name;
}

void Namespace::use(Middleware middleware) {
  state_->middlewares.push_back(std::move(middleware));
}

void Namespace::on_connection(std::function<void(std::shared_ptr<Socket>)> handler) {
  state_->handlers.push_back(std::move(handler));
}

Broadcast Namespace::to(std::string room) {
  return Broadcast(*this).to(std::move(room));
}

Broadcast Namespace::except(std::string room) {
  return Broadcast(*this).except(std::move(room));
}

void Namespace::emit(std::string_view event, const core::json::array& args) {
  Broadcast(*this).emit(event, args);
}

std::size_t Namespace::socket_count() const {
  return state_->sockets.size();
}

std::shared_ptr<Socket> Namespace::find(std::string_view id) const {
  const auto found = state_->sockets.find(id);
  return found == state_->sockets.end() ? nullptr : found->second;
}

std::size_t Namespace::room_size(std::string_view room) const {
  const auto found = state_->rooms.find(room);
  return found == state_->rooms.end() ? 0 : found->second.size();
}

Broadcast& Broadcast::to(std::string room) {
  rooms_.push_back(std::move(room));
  return *this;
}

Broadcast& Broadcast::except(std::string room) {
  except_.push_back(std::move(room));
  return *this;
}

std::vector<std::shared_ptr<Socket>> Broadcast::sockets() const {
  const Namespace::State& state = *namespace_->state_;
  std::unordered_set<Socket*> left_out;
  for (const auto& room : except_) {
    if (const auto found = state.rooms.find(room); found != state.rooms.end()) {
      left_out.insert(found->second.begin(), found->second.end());
    }
  }
  std::vector<std::shared_ptr<Socket>> chosen;
  const auto choose = [&](Socket* socket) {
    // Also keeps a socket that is in several of the rooms from being chosen again.
    if (left_out.insert(socket).second) chosen.push_back(socket->shared_from_this());
  };
  if (rooms_.empty()) {
    for (const auto& [id, socket] : state.sockets) choose(socket.get());
  }
  for (const auto& room : rooms_) {
    const auto found = state.rooms.find(room);
    if (found == state.rooms.end()) continue;
    for (Socket* socket : found->second) choose(socket);
  }
  return chosen;
}

void Broadcast::emit(std::string_view event, const core::json::array& args) const {
  emit_serialized(serialize_event(namespace_->name(), event, args));
}

void Broadcast::emit_serialized(const SerializedPacket& packet) const {
  for (const auto& socket : sockets()) static_cast<void>(socket->emit_serialized(packet));
}

void Broadcast::disconnect(bool close_transport) const {
  for (const auto& socket : sockets()) socket->disconnect(close_transport);
}

}  // namespace pantheon::socketio
