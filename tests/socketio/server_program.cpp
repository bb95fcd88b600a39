// A Socket.IO server for tests: each event asks it to do one of the things the library can do.
//
//   join <room>, leave <room>       say <room> <text>    -> `said` to the others in the room
//   say-all <text>                  -> `said` to everyone
//   file <room> <binary>            -> `file` to everyone in the room
//   ask-all <ms>                    asks everyone `question`, acks [answers, how many were asked]
//   volatile <n> [<binary>]         emits `tick` n times at once, with that, acks how many were not dropped
//   volatile-to <room> <text>       -> `tick` to everyone in the room, unless dropped
//   who                             acks the rooms of each socket
//   kick, kick-all                  disconnects this namespace, or the whole connection
//
// On connect a client gets `hello` with whether it was recovered. `/guarded` lets in who brings the token
// "open".
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iostream>

#include "core/log.hpp"
#include "core/task_group.hpp"
#include "http/server.hpp"
#include "socketio/server.hpp"

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace pantheon;
using socketio::Event;
using std::chrono::milliseconds;

std::string text_of(const Event& event, std::size_t index) {
  return json::value_to<std::string>(event.args.at(index));
}

template <class... Values>
void acknowledge(const Event& event, Values&&... values) {
  event.ack({json::value(std::forward<Values>(values))...});
}

asio::awaitable<void> ask_all(socketio::Namespace& nsp, Event event) {
  socketio::Broadcast everyone(nsp);
  json::array no_arguments;
  const milliseconds timeout(event.args.at(0).as_int64());
  const auto all = co_await everyone.request("question", std::move(no_arguments), timeout);
  json::array answers;
  for (const auto& answer : all.answers) answers.push_back(answer.args);
  acknowledge(event, std::move(answers), all.expected);
}

asio::awaitable<void> who(socketio::Namespace& nsp, Event event) {
  socketio::Broadcast everyone(nsp);
  const auto found = co_await everyone.fetch();
  json::object rooms;
  for (const auto& socket : *found) rooms[socket.id] = json::value_from(socket.rooms);
  acknowledge(event, std::move(rooms));
}

void add_rooms(const std::shared_ptr<socketio::Socket>& socket) {
  const auto on = [&](const char* name, void (*handle)(socketio::Socket&, const Event&)) {
    socket->on(name, [weak = std::weak_ptr(socket), handle](const Event& event) {
      if (const auto self = weak.lock()) handle(*self, event);
    });
  };
  on("join", [](socketio::Socket& self, const Event& event) {
    self.join(text_of(event, 0));
    event.ack({});
  });
  on("leave", [](socketio::Socket& self, const Event& event) {
    self.leave(text_of(event, 0));
    event.ack({});
  });
  on("say", [](socketio::Socket& self, const Event& event) {
    self.to(text_of(event, 0)).emit("said", {event.args.at(1)});
  });
  on("say-all", [](socketio::Socket& self, const Event& event) { self.nsp().emit("said", event.args); });
  on("file", [](socketio::Socket& self, const Event& event) {
    self.nsp().to(text_of(event, 0)).emit("file", {event.args.at(1)}, event.attachments);
  });
  on("volatile", [](socketio::Socket& self, const Event& event) {
    std::int64_t sent = 0;
    for (std::int64_t i = 0; i < event.args.at(0).as_int64(); ++i) {
      json::array args{i};
      if (event.args.size() > 1) args.push_back(event.args.at(1));
      if (self.emit_if_writable("tick", std::move(args), event.attachments)) ++sent;
    }
    event.ack({sent});
  });
  on("volatile-to", [](socketio::Socket& self, const Event& event) {
    self.nsp().to(text_of(event, 0)).if_writable().emit("tick", {event.args.at(1)});
    event.ack({});
  });
  on("kick", [](socketio::Socket& self, const Event&) { self.disconnect(); });
  on("kick-all", [](socketio::Socket& self, const Event&) { self.disconnect(true); });
}

void serve(socketio::Namespace& nsp, core::TaskGroup& tasks) {
  nsp.on_connection([&nsp, &tasks](const std::shared_ptr<socketio::Socket>& socket) {
    add_rooms(socket);
    socket->on("ask-all", [&](const Event& event) { tasks.spawn(ask_all(nsp, event)); });
    socket->on("who", [&](const Event& event) { tasks.spawn(who(nsp, event)); });
    socket->emit("hello", {socket->recovered()});
  });
}

asio::awaitable<socketio::Admitted> guard(std::shared_ptr<socketio::Socket> socket) {
  const auto* auth = socket->handshake().auth.if_object();
  if (auth != nullptr && core::get_string(*auth, "token") == "open") co_return socketio::Admitted();
  co_return core::failure(socketio::SocketioError::connect_refused);
}

asio::awaitable<void> run(socketio::ServerOptions options) {
  const auto executor = co_await asio::this_coro::executor;
  http::Server server(executor, {});
  socketio::Server sockets(executor, std::move(options));
  core::TaskGroup tasks(executor);
  serve(sockets.of("/"), tasks);
  serve(sockets.of("/guarded"), tasks);
  sockets.of("/guarded").use(guard);
  sockets.attach(server);
  if (const auto listening = server.listen(); !listening) {
    std::cerr << listening.error().message() << '\n';
    co_return;
  }
  std::cout << "listening on http://127.0.0.1:" << server.port() << std::endl;
  asio::signal_set signals(executor, SIGINT, SIGTERM);
  co_await signals.async_wait(asio::use_awaitable);
  tasks.cancel();
  co_await tasks.join();
  co_await sockets.stop();
  co_await server.stop();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Socket.IO server for tests");
  long recovery_ms = 0;
  std::vector<std::string> origins;
  socketio::ServerOptions options;
  app.add_option("--recovery-ms", recovery_ms);
  app.add_option("--cors-origin", origins);
  app.add_flag("--cors-credentials", options.cors.credentials);
  CLI11_PARSE(app, argc, argv);
  options.recovery.max_disconnection = milliseconds(recovery_ms);
  options.cors.origins = origins;
  core::configure_logging("warn", core::LogFormat::text);
  asio::io_context context(1);
  asio::co_spawn(context, run(std::move(options)), asio::detached);
  context.run();
  return 0;
}
