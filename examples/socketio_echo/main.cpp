// A Socket.IO server that echoes, as the protocol's test suite expects it: on `/` and `/custom` it emits
// `auth` with the client's credentials, sends `message` back as `message-back`, and acknowledges
// `message-with-ack` with the same arguments. `/engine.io/` is a bare Engine.IO server that echoes each
// message.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <exception>
#include <iostream>
#include <stdexcept>

#include "core/log.hpp"
#include "core/task_group.hpp"
#include "engineio/server.hpp"
#include "http/server.hpp"
#include "socketio/server.hpp"

namespace {

namespace asio = boost::asio;
using namespace pantheon;
using std::chrono::milliseconds;

struct Settings {
  std::uint16_t port = 3000;
  long ping_interval_ms = 25'000;
  long ping_timeout_ms = 20'000;
  long connect_timeout_ms = 45'000;
  long upgrade_timeout_ms = 10'000;
  std::uint64_t max_payload = 1'000'000;
};

Settings parse(CLI::App& app, int argc, char** argv) {
  Settings settings;
  app.add_option("--port", settings.port, "TCP port, on every interface; 0 takes a free one");
  app.add_option("--ping-interval-ms", settings.ping_interval_ms)->check(CLI::PositiveNumber);
  app.add_option("--ping-timeout-ms", settings.ping_timeout_ms)->check(CLI::PositiveNumber);
  app.add_option("--connect-timeout-ms", settings.connect_timeout_ms)->check(CLI::PositiveNumber);
  app.add_option("--upgrade-timeout-ms", settings.upgrade_timeout_ms)->check(CLI::PositiveNumber);
  app.add_option("--max-payload", settings.max_payload, "bytes of one message or POST")
      ->check(CLI::PositiveNumber);
  app.parse(argc, argv);
  return settings;
}

void emit_auth(socketio::Socket& socket) {
  const auto& auth = socket.handshake().auth;
  static_cast<void>(socket.emit("auth", {auth.is_null() ? core::json::object() : auth}));
}

// Not in one piece with the answer to CONNECT: the protocol's test suite begins to listen for a message when
// it has got the one before.
asio::awaitable<void> emit_auth_soon(std::shared_ptr<socketio::Socket> socket) {
  const bool awake = co_await core::sleep_for(milliseconds(10));
  if (awake) emit_auth(*socket);
}

void echo_on(socketio::Namespace& nsp, core::TaskGroup& tasks) {
  nsp.on_connection([&tasks](const std::shared_ptr<socketio::Socket>& socket) {
    tasks.spawn(emit_auth_soon(socket));
    // Handlers live in the socket: they may point to it, not own it.
    const std::weak_ptr<socketio::Socket> weak = socket;
    socket->on("message", [weak](const socketio::Event& event) {
      if (const auto to = weak.lock()) to->emit("message-back", event.args, event.attachments);
    });
    socket->on("message-with-ack",
               [](const socketio::Event& event) { event.ack(event.args, event.attachments); });
  });
}

void refuse_on(socketio::Namespace& nsp) {
  nsp.use([](std::shared_ptr<socketio::Socket>) -> asio::awaitable<socketio::Admitted> {
    co_return core::failure(socketio::SocketioError::connect_refused, "this namespace lets nobody in");
  });
}

void echo_engine(engineio::Server& server) {
  server.on_connection([](const std::shared_ptr<engineio::Connection>& connection, const http::Request&) {
    connection->on_message([weak = std::weak_ptr(connection)](const engineio::PacketView& message) {
      if (const auto to = weak.lock()) to->send(engineio::encode_frame(message));
    });
  });
}

asio::awaitable<void> run(Settings settings) {
  const auto executor = co_await asio::this_coro::executor;
  http::ServerOptions listen_on;
  listen_on.bind_address = "::";  // test suites ask for localhost, which may be ::1
  listen_on.port = settings.port;
  http::Server server(executor, listen_on);

  socketio::ServerOptions options;
  options.ping_interval = milliseconds(settings.ping_interval_ms);
  options.ping_timeout = milliseconds(settings.ping_timeout_ms);
  options.connect_timeout = milliseconds(settings.connect_timeout_ms);
  options.upgrade_timeout = milliseconds(settings.upgrade_timeout_ms);
  options.cors.origins = {"*"};
  options.max_payload.count = settings.max_payload;
  socketio::Server sockets(executor, options);
  core::TaskGroup tasks(executor);
  echo_on(sockets.of("/"), tasks);
  echo_on(sockets.of("/custom"), tasks);
  refuse_on(sockets.of("/refused"));
  sockets.attach(server);

  engineio::ServerOptions engine_options;
  engine_options.timing = {options.ping_interval, options.ping_timeout};
  engine_options.max_payload = options.max_payload;
  engine_options.upgrade_timeout = options.upgrade_timeout;
  engine_options.cors = options.cors;
  engineio::Server engine(executor, engine_options);
  echo_engine(engine);
  engine.attach(server, "/engine.io/");

  const auto listening = server.listen();
  if (!listening) throw std::runtime_error(listening.error().message());
  std::cout << "listening on http://127.0.0.1:" << server.port() << std::endl;
  asio::signal_set signals(executor, SIGINT, SIGTERM);
  co_await signals.async_wait(asio::use_awaitable);
  tasks.cancel();
  co_await tasks.join();
  co_await sockets.stop();
  co_await engine.stop();
  co_await server.stop();
}

}  // namespace

static int parse_and_run(int argc, char** argv) {
  CLI::App app("Socket.IO echo server");
  Settings settings;
  try {
    settings = parse(app, argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  core::configure_logging("warn", core::LogFormat::text);
  asio::io_context context(1);
  asio::co_spawn(context, run(settings), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  context.run();
  return 0;
}

int main(int argc, char** argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
