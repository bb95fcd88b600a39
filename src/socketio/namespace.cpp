#include <array>

#include "socketio/server.hpp"
#include "socketio/server_state.hpp"

namespace pantheon::socketio {
namespace {

// Credentials and cookies are left out.
constexpr std::array<std::string_view, 5> kSharedHeaders{"host", "origin", "user-agent", "x-forwarded-for",
                                                         "accept-language"};

core::json::object handshake_for_others(const Handshake& handshake) {
  core::json::object headers;
  for (const auto name : kSharedHeaders) {
    if (const auto value = handshake.headers.get(name); value) headers[name] = *value;
  }
  return {{"headers", std::move(headers)},
          {"address", handshake.address.to_string()},
          {"xdomain", handshake.headers.get("Origin").has_value()},
          {"secure", handshake.secure},
          {"issued", handshake.time.time_since_epoch().count()},
          {"query", core::json::object()},
          {"auth", core::json::object()}};
}

}  // namespace

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

void Namespace::on_text(std::string_view event, TextHandler handler) {
  state_->text_begin = "[" + core::serialize_json(core::json::string(event)) + ",";
  state_->text_handler = std::move(handler);
}

Broadcast Namespace::to(std::string room) {
  return Broadcast(*this).to(std::move(room));
}

Broadcast Namespace::except(std::string room) {
  return Broadcast(*this).except(std::move(room));
}

Broadcast Namespace::select(Selection selection) {
  return Broadcast(*this, std::move(selection));
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
  std::size_t count = 0;
  state_->for_each_in(room, [&](Socket*) { ++count; });
  return count;
}

std::vector<std::string> Namespace::room_names() const {
  std::vector<std::string> names;
  names.reserve(state_->rooms.size() + state_->sockets.size());
  for (const auto& [name, room] : state_->rooms) names.push_back(name);
  for (const auto& [id, socket] : state_->sockets) names.emplace_back(id);
  return names;
}

void Namespace::share_data(std::function<core::json::value(const Socket&)> describe) {
  state_->describe_data = std::move(describe);
}

RemoteSocket Namespace::describe(const Socket& socket) const {
  RemoteSocket seen{socket.id(), handshake_for_others(socket.handshake()), socket.rooms(),
                    core::json::object()};
  if (state_->describe_data) {
    call_safely("share_data", [&] { seen.data = state_->describe_data(socket); });
  }
  return seen;
}

void Namespace::server_side_emit(std::string_view event, core::json::array args) {
  args.insert(args.begin(), core::json::string(event));
  state_->adapter->server_side_emit(*this, args);
}

asio::awaitable<core::Result<std::vector<core::json::array>>> Namespace::server_side_request(
    std::string event, core::json::array args, std::chrono::milliseconds timeout) {
  args.insert(args.begin(), core::json::string(event));
  const auto adapter = state_->adapter;
  auto answers = co_await adapter->server_side_request(*this, std::move(args), timeout);
  co_return answers;
}

void Namespace::on_server_side(std::string event, EventHandler handler) {
  state_->server_side.on(std::move(event), std::move(handler));
}

void Namespace::receive_server_side(const Event& event) const {
  state_->server_side.dispatch(event);
}

}  // namespace pantheon::socketio
