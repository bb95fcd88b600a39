// A Socket.IO server that shares its namespaces with others over Redis and does what its clients ask: so a
// test can see from both sides what goes over the wire. Each event is acknowledged when it is done, with what
// came back.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iostream>

#include "cluster/redis_adapter.hpp"
#include "core/task_group.hpp"
#include "http/server.hpp"
#include "socketio/server.hpp"

namespace {

namespace asio = boost::asio;
namespace json = pantheon::core::json;
using namespace pantheon;
using std::chrono::milliseconds;

constexpr milliseconds kTimeout{2000};

/// `{ rooms, except }` as a client names them.
socketio::Selection selection_of(const socketio::Event& event) {
  socketio::Selection selection;
  if (event.args.empty() || !event.args[0].is_object()) return selection;
  const auto& object = event.args[0].get_object();
  const auto add = [&](std::string_view key, std::vector<std::string>& names) {
    if (const auto* list = core::get_array(object, key)) {
      for (const auto& name : *list) names.push_back(json::value_to<std::string>(name));
    }
  };
  add("rooms", selection.rooms);
  add("except", selection.except);
  return selection;
}

std::string text_at(const socketio::Event& event, std::size_t index) {
  return index < event.args.size() ? json::value_to<std::string>(event.args[index]) : std::string();
}

asio::awaitable<void> fetch(socketio::Namespace* nsp, socketio::Event event) {
  const auto sockets = co_await nsp->select(selection_of(event)).fetch();
  json::array seen;
  if (!sockets) {
    seen.push_back(json::value(sockets.error().code()));
  } else {
    for (const auto& socket : *sockets) {
      seen.push_back(json::object{{"id", socket.id},
                                  {"rooms", json::array(socket.rooms.begin(), socket.rooms.end())},
                                  {"data", socket.data}});
    }
  }
  json::array result;
  result.push_back(std::move(seen));
  event.ack(std::move(result));
}

asio::awaitable<void> ask(socketio::Namespace* nsp, socketio::Event event) {
  json::array question{text_at(event, 1)};
  const auto answers =
      co_await nsp->select(selection_of(event)).request("question", std::move(question), kTimeout);
  json::array values;
  for (const auto& answer : answers.answers)
    values.push_back(answer.args.empty() ? json::value() : answer.args[0]);
  json::object result{{"expected", answers.expected}, {"answers", std::move(values)}};
  json::array arguments;
  arguments.push_back(std::move(result));
  event.ack(std::move(arguments));
}

asio::awaitable<void> ask_servers(socketio::Namespace* nsp, socketio::Event event) {
  json::array arguments{text_at(event, 0)};
  const auto answers = co_await nsp->server_side_request("to-servers", std::move(arguments), kTimeout);
  json::array values;
  if (!answers) {
    values.push_back(json::value(answers.error().code()));
  } else {
    for (const auto& answer : *answers) values.push_back(answer.empty() ? json::value() : answer[0]);
  }
  json::array result;
  result.push_back(std::move(values));
  event.ack(std::move(result));
}

asio::awaitable<void> list_rooms(std::shared_ptr<cluster::RedisAdapter> adapter, socketio::Namespace* nsp,
                                 socketio::Event event) {
  const auto rooms = co_await adapter->rooms(*nsp);
  json::array names;
  if (rooms) names = json::array(rooms->begin(), rooms->end());
  json::array result;
  result.push_back(std::move(names));
  event.ack(std::move(result));
}

/// What a client may ask for.
void serve(socketio::Namespace& nsp, core::TaskGroup& tasks, std::shared_ptr<cluster::RedisAdapter> adapter) {
  auto* of = &nsp;
  auto* group = &tasks;
  nsp.on_server_side("to-servers", [](const socketio::Event& event) {
    event.ack({json::value("native heard " + text_at(event, 0))});
  });
  nsp.share_data([](const socketio::Socket& socket) { return json::object{{"id", socket.id()}}; });
  nsp.on_connection([of, group, adapter](const std::shared_ptr<socketio::Socket>& socket) {
    const std::weak_ptr<socketio::Socket> weak = socket;
    socket->on("join", [weak](const socketio::Event& event) {
      if (const auto self = weak.lock()) self->join(text_at(event, 0));
      event.ack({});
    });
    socket->on("emit", [of](const socketio::Event& event) {
      auto args = event.args;
      args.erase(args.begin());
      of->select(selection_of(event)).emit("said", args, event.attachments);
      event.ack({});
    });
    socket->on("make-join", [of](const socketio::Event& event) {
      of->select(selection_of(event)).join({text_at(event, 1)});
    });
    socket->on("make-leave", [of](const socketio::Event& event) {
      of->select(selection_of(event)).leave({text_at(event, 1)});
    });
    socket->on("make-disconnect",
               [of](const socketio::Event& event) { of->select(selection_of(event)).disconnect(true); });
    socket->on("tell-servers",
               [of](const socketio::Event& event) { of->server_side_emit("told", {text_at(event, 0)}); });
    socket->on("fetch", [of, group](const socketio::Event& event) { group->spawn(fetch(of, event)); });
    socket->on("ask", [of, group](const socketio::Event& event) { group->spawn(ask(of, event)); });
    socket->on("ask-servers",
               [of, group](const socketio::Event& event) { group->spawn(ask_servers(of, event)); });
    socket->on("rooms", [of, group, adapter](const socketio::Event& event) {
      group->spawn(list_rooms(adapter, of, event));
    });
  });
}

asio::awaitable<void> run(std::string redis_url) {
  const auto executor = co_await asio::this_coro::executor;
  const auto url = cluster::parse_redis_url(redis_url);
  if (!url) {
    std::cerr << url.error().message() << '\n';
    co_return;
  }
  cluster::RedisClient client(executor, *url);
  const auto adapter = std::make_shared<cluster::RedisAdapter>(executor, client);
  core::TaskGroup tasks(executor);
  http::ServerOptions listen_on;
  listen_on.port = 0;
  http::Server server(executor, listen_on);
  socketio::Server sockets(executor);
  sockets.set_adapter(adapter);
  for (const auto* name : {"/", "/custom"}) {
    auto& nsp = sockets.of(name);
    adapter->serve(nsp);
    serve(nsp, tasks, adapter);
  }
  sockets.attach(server);
  client.start();
  const bool ready = co_await client.wait_ready(std::chrono::steady_clock::now() + std::chrono::seconds(10));
  if (!ready || !server.listen()) {
    std::cerr << (ready ? "the port cannot be listened on" : client.trouble()->message()) << '\n';
  } else {
    std::cout << "listening on http://127.0.0.1:" << server.port() << std::endl;
    asio::signal_set signals(executor, SIGINT, SIGTERM);
    co_await signals.async_wait(asio::use_awaitable);
  }
  tasks.cancel();
  co_await tasks.join();
  co_await sockets.stop();
  co_await client.stop();
  co_await server.stop();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A Socket.IO server on Redis, for tests");
  std::string redis;
  app.add_option("--redis", redis, "redis://...")->required();
  CLI11_PARSE(app, argc, argv);
  asio::io_context context(1);
  asio::co_spawn(context, run(redis), asio::detached);
  context.run();
  return 0;
}
