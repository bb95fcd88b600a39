#include "engineio/server.hpp"

#include <vector>

#include "engineio/server_state.hpp"
#include "http/server.hpp"
#include "http/websocket_handshake.hpp"

namespace pantheon::engineio {
namespace {

void add_cors(http::Server& server, const Cors& cors, const std::string& path) {
  if (!cors.enabled()) return;
  server.before([cors, path](const http::Request& request) -> std::optional<http::Response> {
    if (request.path != path) return std::nullopt;
    return cors.preflight(request);
  });
  server.after([cors, path](const http::Request& request, http::Response& response) {
    if (request.path == path) cors.mark(request, response);
  });
}

}  // namespace

Server::Server(asio::any_io_executor executor, Options options)
    : state_(std::make_shared<State>(std::move(executor), std::move(options))) {}

Server::~Server() {
  state_->stopping = true;
  state_->tasks->cancel();
  state_->on_connection = nullptr;
}

void Server::on_connection(ConnectionHandler handler) {
  state_->on_connection = std::move(handler);
}

void Server::attach(http::Server& server, std::string path) {
  const auto state = state_;
  add_cors(server, state->cors, path);

  http::UpgradeOptions upgrades;
  upgrades.max_message = state->options.max_payload;
  upgrades.answer_with_first_message = true;
  upgrades.check = [state](const http::Request& request) -> std::optional<http::Response> {
    const auto asked = state->verify(request, true);
    if (!asked) return state->refuse(request, asked.error());
    return std::nullopt;
  };
  server.upgrade(
      path,
      [state](http::Request request, std::unique_ptr<http::WebSocket> socket) {
        return State::serve(state, std::move(request), std::move(socket));
      },
      std::move(upgrades));

  http::RouteOptions requests;
  requests.max_body_of = [state](const http::Request& request) { return state->largest_body(request); };
  requests.check = [state, path](const http::Request& request) -> std::optional<http::Response> {
    if (request.path != path) return http::error_response(http::HttpError::not_found);
    return state->check(request);
  };
  requests.broken_off = [state](const http::Request& request, const core::Error& error) {
    state->broken_off(request, error);
  };
  // As a prefix, so that it is asked whatever the method.
  server.route_prefix(
      path, [state](http::Request request) { return State::handle(state, std::move(request)); },
      std::move(requests));
}

std::size_t Server::connections() const {
  return state_->connections.size();
}

std::size_t Server::close_some(std::size_t count) {
  std::vector<std::shared_ptr<Connection>> chosen;
  for (const auto& [id, connection] : state_->connections) {
    if (chosen.size() == count) break;
    if (connection->open()) chosen.push_back(connection);
  }
  for (const auto& connection : chosen) connection->close(CloseReason::server_shutdown);
  return chosen.size();
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
  state->common->timeouts->rest();
  state->tasks->cancel();
  co_await state->tasks->join();
}

}  // namespace pantheon::engineio
