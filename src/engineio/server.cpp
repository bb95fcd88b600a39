#include "engineio/server.hpp"

#include <unordered_map>

#include "core/async_event.hpp"
#include "core/random.hpp"
#include "http/server.hpp"
#include "http/websocket_handshake.hpp"

namespace pantheon::engineio {

struct Server::State {
  State(asio::any_io_executor executor, Options o)
      : options(o), tasks(std::make_shared<core::TaskGroup>(executor)), changed(executor) {}

  core::Result<void> admit(const http::Request& request) const;
  static asio::awaitable<void> serve(std::shared_ptr<State> self, http::Request request,
                                     std::unique_ptr<http::WebSocket> socket);

  static asio::awaitable<http::Response> refuse(std::shared_ptr<State> self, http::Request request);

  Options options;
  std::shared_ptr<core::TaskGroup> tasks;
  core::AsyncEvent changed;
  ConnectionHandler on_connection;
  std::unordered_map<std::string, std::shared_ptr<Connection>> connections;
  bool stopping = false;
};

core::Result<void> Server::State::admit(const http::Request& request) const {
  const auto asked = check_handshake(request.method, request.query, http::wants_websocket(request));
  if (!asked) return core::failure(asked.error());
  if (!asked->sid.empty()) {
    // There is no other transport yet that a session could be moved from.
    return core::failure(connections.contains(asked->sid) ? EngineioError::bad_handshake
                                                          : EngineioError::session_unknown);
  }
  if (stopping || connections.size() >= options.max_connections)
    return core::failure(EngineioError::forbidden);
  return {};
}

asio::awaitable<void> Server::State::serve(std::shared_ptr<State> self, http::Request request,
                                           std::unique_ptr<http::WebSocket> socket) {
  const Opening opening{core::random_id(),
                        {},
                        self->options.timing.ping_interval,
                        self->options.timing.ping_timeout,
                        self->options.max_payload};
  auto connection =
      std::make_shared<Connection>(opening.sid, Role::server, self->options.timing,
                                   websocket_transport(std::move(socket)), self->tasks, self->options.queue);
  struct Registered {
    Registered(std::shared_ptr<State> s, const std::shared_ptr<Connection>& c)
        : state(std::move(s)), id(c->id()) {
      state->connections.emplace(id, c);
    }
    ~Registered() {
      state->connections.erase(id);
      state->changed.notify();
    }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    std::shared_ptr<State> state;
    std::string id;
  } const registered(self, connection);

  const auto opened = connection->send(encode_frame({PacketType::open, encode_opening(opening), false}));
  if (!opened) co_return;
  if (self->on_connection) self->on_connection(connection, std::move(request));
  co_await Connection::run(std::move(connection));
}

asio::awaitable<http::Response> Server::State::refuse(std::shared_ptr<State> self, http::Request request) {
  const auto admitted = self->admit(request);
  co_return handshake_error(admitted ? core::Error(EngineioError::bad_handshake) : admitted.error());
}

Server::Server(asio::any_io_executor executor, Options options)
    : state_(std::make_shared<State>(std::move(executor), options)) {}

Server::~Server() {
  state_->stopping = true;
  state_->tasks->cancel();
  state_->on_connection = nullptr;
}

void Server::on_connection(ConnectionHandler handler) {
  state_->on_connection = std::move(handler);
}

void Server::attach(http::Server& server, std::string path) {
  http::UpgradeOptions options;
  options.max_message = state_->options.max_payload;
  options.check = [state = state_](const http::Request& request) -> std::optional<http::Response> {
    const auto admitted = state->admit(request);
    if (!admitted) return handshake_error(admitted.error());
    return std::nullopt;
  };
  server.upgrade(
      path,
      [state = state_](http::Request request, std::unique_ptr<http::WebSocket> socket) {
        return State::serve(state, std::move(request), std::move(socket));
      },
      std::move(options));
  // Without an upgrade there is only the reason why not, until long-polling is served here.
  for (const char* method : {"GET", "POST"}) {
    server.route(method, path, [state = state_](http::Request request) {
      return State::refuse(state, std::move(request));
    });
  }
}

std::size_t Server::connections() const {
  return state_->connections.size();
}

asio::awaitable<void> Server::stop() {
  const auto state = state_;
  state->stopping = true;
  const auto open = state->connections;
  for (const auto& [id, connection] : open) connection->close(CloseReason::server_shutdown);
  while (!state->connections.empty()) {
    const bool alive = co_await state->changed.wait();
    if (!alive) co_return;
  }
  state->tasks->cancel();
  co_await state->tasks->join();
}

}  // namespace pantheon::engineio
