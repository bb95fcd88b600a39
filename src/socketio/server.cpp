#include "socketio/server.hpp"

#include <algorithm>

#include "socketio/server_connection.hpp"
#include "socketio/server_state.hpp"

namespace pantheon::socketio {
namespace {

DecodeLimits decode_limits_of(const ServerOptions& options) {
  DecodeLimits limits;
  limits.max_text = options.max_payload;
  limits.max_attachments = options.max_attachments;
  limits.max_attachments_size.count =
      options.max_payload.count * std::max<std::size_t>(1, options.max_attachments);
  return limits;
}

engineio::ServerOptions engine_options(const ServerOptions& options) {
  engineio::ServerOptions engine;
  engine.timing = {options.ping_interval, options.ping_timeout};
  engine.max_payload = options.max_payload;
  engine.queue = {options.max_send_queue, options.max_send_packets};
  engine.max_connections = options.max_connections;
  engine.max_polling = options.max_polling;
  engine.sid_prefix = options.sid_prefix;
  engine.upgrade_timeout = options.upgrade_timeout;
  engine.cors = options.cors;
  engine.allow_request = options.allow_request;
  return engine;
}

}  // namespace

Server::State::State(asio::any_io_executor e, Options o)
    : executor(e),
      options(std::move(o)),
      decode_limits(std::make_shared<const DecodeLimits>(decode_limits_of(options))),
      engine(e, engine_options(options)),
      tasks(e) {}

Namespace* Server::State::find(std::string_view name) const {
  const auto found = namespaces.find(name);
  return found == namespaces.end() ? nullptr : found->second.get();
}

Server::Server(asio::any_io_executor executor, Options options)
    : state_(std::make_shared<State>(std::move(executor), std::move(options))) {
  of("/");
  state_->engine.on_connection([weak = std::weak_ptr<State>(state_)](
                                   std::shared_ptr<engineio::Connection> engine, http::Request request) {
    auto state = weak.lock();
    if (!state) return engine->abort(engineio::CloseReason::server_shutdown);
    ServerConnection::begin(
        std::make_shared<ServerConnection>(std::move(state), std::move(engine), std::move(request)));
  });
}

Server::~Server() {
  state_->tasks.cancel();
}

void Server::attach(http::Server& server, std::string path) {
  state_->engine.attach(server, std::move(path));
}

Namespace& Server::of(std::string_view name) {
  if (Namespace* known = state_->find(name); known != nullptr) return *known;
  auto state = std::make_unique<Namespace::State>();
  state->name = std::string(name);
  state->adapter = state_->adapter;
  state->tasks = &state_->tasks;
  if (state_->options.recovery.max_disconnection.count() > 0) {
    state->recovery = std::make_unique<RecoveryLog>(state_->options.recovery);
  }
  auto& slot = state_->namespaces[std::string(name)];
  slot = std::make_unique<Namespace>(std::move(state));
  return *slot;
}

void Server::set_adapter(std::shared_ptr<Adapter> adapter) {
  state_->adapter = std::move(adapter);
  for (const auto& [name, nsp] : state_->namespaces) nsp->state_->adapter = state_->adapter;
}

std::size_t Server::connections() const {
  return state_->engine.connections();
}

std::size_t Server::close_some(std::size_t count) {
  return state_->engine.close_some(count);
}

asio::awaitable<void> Server::stop() {
  const auto state = state_;
  for (const auto& [name, nsp] : state->namespaces) {
    for (const auto& socket : Broadcast(*nsp).local().sockets()) socket->closed("server shutting down");
  }
  state->tasks.cancel();
  co_await state->engine.stop();
  co_await state->tasks.join();
}

}  // namespace pantheon::socketio
