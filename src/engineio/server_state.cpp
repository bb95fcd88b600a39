#include "engineio/server_state.hpp"

#include "core/log.hpp"
#include "core/random.hpp"
#include "core/utf8.hpp"
#include "engineio/probe.hpp"
#include "http/url.hpp"

namespace pantheon::engineio {
namespace {

constexpr core::Bytes kLargestProbe{4 * 1024};
constexpr std::chrono::seconds kRefusalPause{1};
constexpr std::size_t kLongestVersion = 8;

/// Whoever runs a session forgets it at the end, unless somebody else runs it on after an upgrade.
struct Running {
  Running(std::shared_ptr<Server::State> s, std::shared_ptr<Connection> c)
      : state(std::move(s)), connection(std::move(c)) {}
  ~Running() {
    if (connection->finished()) state->ended(*connection);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  std::shared_ptr<Server::State> state;
  std::shared_ptr<Connection> connection;
};

BinaryAs binary_of(const http::Request& request) {
  return http::query_parameter(request.query, "b64").value_or("").empty() ? BinaryAs::binary
                                                                          : BinaryAs::base64;
}

std::string sid_of(const http::Request& request) {
  return http::query_parameter(request.query, "sid").value_or("");
}

}  // namespace

Server::State::State(asio::any_io_executor executor, Options o)
    : options(std::move(o)),
      cors(options.cors),
      tasks(std::make_shared<core::TaskGroup>(executor)),
      common(std::make_shared<const Surroundings>(tasks, options.queue)),
      changed(executor) {}

std::shared_ptr<PollingTransport> Server::State::find_polling(const std::string& sid) const {
  const auto found = polling.find(sid);
  return found == polling.end() ? nullptr : found->second;
}

core::Result<HandshakeQuery> Server::State::verify(const http::Request& request, bool is_upgrade) const {
  auto asked = check_handshake(request.method, request.query, is_upgrade);
  if (!asked) return asked;
  if (asked->sid.empty()) {
    const bool has_space =
        connections.size() < options.max_connections && (is_upgrade || polling.size() < options.max_polling);
    const bool allowed = !stopping && has_space && (!options.allow_request || options.allow_request(request));
    if (!allowed) return core::failure(EngineioError::forbidden);
    return asked;
  }
  const auto found = connections.find(asked->sid);
  if (found == connections.end() || found->second->finished()) {
    const auto ended = find_polling(asked->sid);
    const bool is_overtaken_poll = ended && request.method == "GET" && !is_upgrade;
    if (!is_overtaken_poll) return core::failure(EngineioError::session_unknown);
  }
  const bool fits = is_upgrade ? asked->transport == "websocket"
                               : asked->transport == "polling" && polling.contains(asked->sid);
  if (!fits || !asked->speaks_our_protocol) return core::failure(EngineioError::bad_handshake);
  return asked;
}

// Sessions end, and their clients ask on for a moment: that is no news. Who cannot begin one may be a client
// that somebody should update.
http::Response Server::State::refuse(const http::Request& request, const core::Error& error) {
  const auto log = core::logger("engineio");
  if (error.is(EngineioError::session_unknown)) {
    log->debug("a request was refused: {}", error.code());
    return handshake_error(error);
  }
  auto& told = told_refused.try_emplace(error.code(), kRefusalPause).first->second;
  if (const auto others = told.due(std::chrono::steady_clock::now())) {
    const auto version = http::query_parameter(request.query, "EIO").value_or("");
    log->info("an Engine.IO handshake was refused: {} (EIO={} from {}){}", error.code(),
              core::utf8_prefix(version, kLongestVersion), request.remote_address.to_string(),
              *others == 0 ? "" : ", as were " + std::to_string(*others) + " more since the last such line");
  }
  return handshake_error(error);
}

std::optional<http::Response> Server::State::check(const http::Request& request) {
  common->timeouts->run_due();  // no request brings a session back whose time is up
  const auto asked = verify(request, false);
  if (!asked) return refuse(request, asked.error());
  if (asked->sid.empty() || request.method == "GET") return std::nullopt;
  if (request.method == "POST") return find_polling(asked->sid)->begin_post(request);
  return refuse(request, EngineioError::bad_handshake_method);
}

// The handshake has none that anybody would read.
core::Bytes Server::State::largest_body(const http::Request& request) const {
  const auto found = connections.find(sid_of(request));
  return found == connections.end() ? kLargestProbe : largest_message(*found->second);
}

core::Bytes Server::State::largest_message(const Connection& connection) const {
  return connection.message_limit().value_or(options.max_payload);
}

void Server::State::broken_off(const http::Request& request, const core::Error& error) const {
  const auto transport = find_polling(sid_of(request));
  if (!transport) return;
  if (request.method == "POST") return transport->post_broken_off(error);
  transport->poll_broken_off();
}

asio::awaitable<http::Response> Server::State::handle(Shared self, http::Request request) {
  // While the body was read, the session may have ended.
  const auto asked = self->verify(request, false);
  if (!asked) co_return handshake_error(asked.error());
  if (asked->sid.empty()) co_return open_polling(self, std::move(request));
  auto transport = self->find_polling(asked->sid);
  if (request.method == "POST") {
    auto response = co_await PollingTransport::post(std::move(transport), std::move(request.body));
    if (!self->connections.contains(asked->sid)) self->polling.erase(asked->sid);
    co_return response;
  }
  co_return co_await PollingTransport::poll(std::move(transport));
}

http::Response Server::State::open_polling(const Shared& self, http::Request request) {
  const auto opening = self->make_opening({"websocket"});
  const auto transport = std::make_shared<PollingTransport>(
      self->tasks->executor(),
      PayloadLimits{self->options.max_payload, self->options.max_packets_per_payload});
  const auto connection = self->add(opening, transport);
  self->polling.emplace(opening.sid, transport);
  if (self->on_connection) self->on_connection(connection, std::move(request));
  self->tasks->spawn(run_polling(self, connection));
  return payload_response(encode_payload({{PacketType::open, encode_opening(opening), false}}));
}

asio::awaitable<void> Server::State::run_polling(Shared self, std::shared_ptr<Connection> connection) {
  const Running running(std::move(self), std::move(connection));
  co_await Connection::run(running.connection);
}

asio::awaitable<void> Server::State::serve(Shared self, http::Request request,
                                           std::unique_ptr<http::WebSocket> socket) {
  auto sid = sid_of(request);
  std::shared_ptr<Connection> connection;
  if (sid.empty()) {
    connection = open_websocket(self, std::move(request), std::move(socket));
  } else {
    connection =
        co_await upgrade(self, std::move(sid), websocket_transport(std::move(socket), binary_of(request)));
  }
  if (!connection || start(self, *connection)) co_return;
  const Running running(std::move(self), std::move(connection));
  co_await Connection::run(running.connection);
}

bool Server::State::start(const Shared& self, Connection& connection) {
  return Connection::start(connection.shared_from_this(), self);
}

std::shared_ptr<Connection> Server::State::open_websocket(const Shared& self, http::Request request,
                                                          std::unique_ptr<http::WebSocket> socket) {
  const auto opening = self->make_opening({});
  auto connection = self->add(opening, websocket_transport(std::move(socket), binary_of(request)));
  static_cast<void>(connection->send(encode_frame({PacketType::open, encode_opening(opening), false})));
  connection->flush();  // together with the answer to the handshake
  if (self->on_connection) self->on_connection(connection, std::move(request));
  return connection;
}

asio::awaitable<std::shared_ptr<Connection>> Server::State::upgrade(Shared self, std::string sid,
                                                                    std::shared_ptr<Transport> candidate) {
  const auto transport = self->find_polling(sid);
  candidate->limit_messages(kLargestProbe);
  bool agreed = false;
  if (transport && transport->begin_upgrade(candidate)) {
    agreed = co_await probe(transport, candidate, self->options.upgrade_timeout, self->tasks);
    transport->end_upgrade();
  }
  const auto found = self->connections.find(sid);
  if (!agreed || found == self->connections.end() || found->second->finished()) {
    co_await candidate->close();
    co_return nullptr;
  }
  const auto connection = found->second;
  candidate->limit_messages(self->largest_message(*connection));
  self->polling.erase(sid);
  connection->upgrade(candidate, transport->retire());
  co_return connection;
}

Opening Server::State::make_opening(std::vector<std::string> upgrades) const {
  return {options.sid_prefix + core::random_id(), std::move(upgrades), options.timing.ping_interval,
          options.timing.ping_timeout, options.max_payload};
}

std::shared_ptr<Connection> Server::State::add(const Opening& opening, std::shared_ptr<Transport> transport) {
  auto connection =
      std::make_shared<Connection>(opening.sid, Role::server, options.timing, std::move(transport), common);
  connections.emplace(connection->id(), connection);
  return connection;
}

void Server::State::ended(const Connection& connection) {
  const auto transport = find_polling(connection.id());
  if (transport && !transport->awaits_overtaken_poll()) polling.erase(connection.id());
  const auto found = connections.find(connection.id());
  if (found != connections.end()) {
    const auto kept = found->second;  // the key is its own
    connections.erase(found);
  }
  changed.notify();
}

}  // namespace pantheon::engineio
