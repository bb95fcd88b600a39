// A Socket.IO client for tests: commands come as JSON lines on standard input, what happens goes out as JSON
// lines.
//
//   {"emit":"name","args":[...],"attachments":["<base64url>"]}
//   {"request":"name","args":[...],"attachments":[...],"timeoutMs":1000,"tag":1}
//   {"stop":true}
//
// Placeholders in `args` stand for attachments, as on the wire. Events that ask for it are acknowledged with
// their own arguments. The credentials are those of --auth, with a counter `attempt` added at each connect.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <iostream>

#include "core/log.hpp"
#include "core/task_group.hpp"
#include "socketio/client.hpp"

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace pantheon;

void say(json::object line) {
  std::cout << core::serialize_json(line) << std::endl;
}

json::array encode(const std::vector<core::ByteVector>& attachments) {
  json::array texts;
  for (const auto& bytes : attachments) texts.emplace_back(core::to_base64url(bytes));
  return texts;
}

std::vector<core::ByteVector> attachments_of(const json::object& command) {
  std::vector<core::ByteVector> attachments;
  if (const auto* texts = core::get_array(command, "attachments"); texts != nullptr) {
    for (const auto& text : *texts) attachments.push_back(core::from_base64url(text.as_string()).value());
  }
  return attachments;
}

json::array args_of(const json::object& command) {
  const auto* args = core::get_array(command, "args");
  return args == nullptr ? json::array() : *args;
}

void report_events(socketio::Client& client) {
  client.on_connect([&client] { say({{"type", "connect"}, {"id", client.id()}}); });
  client.on_disconnect([](std::string_view reason) { say({{"type", "disconnect"}, {"reason", reason}}); });
  client.on_connect_error([](const json::object& error) {
    say({{"type", "connect_error"}, {"error", error}});
  });
  client.on_any([](const socketio::Event& event) {
    say({{"type", "event"},
         {"name", event.name},
         {"args", event.args},
         {"attachments", encode(event.attachments)},
         {"raw", *event.raw}});
    if (event.wants_ack()) event.ack(event.args, event.attachments);
  });
}

asio::awaitable<void> request(socketio::Client& client, json::object command) {
  const auto timeout = std::chrono::milliseconds(core::get_integer(command, "timeoutMs").value_or(5000));
  const auto answer = co_await client.request_binary(std::string(*core::get_string(command, "request")),
                                                     args_of(command), attachments_of(command), timeout);
  json::object line{{"type", "answer"}, {"tag", command.contains("tag") ? command.at("tag") : json::value()}};
  if (answer) {
    line["args"] = answer->args;
    line["attachments"] = encode(answer->attachments);
  } else {
    line["error"] = answer.error().code();
  }
  say(std::move(line));
}

asio::awaitable<void> obey(socketio::Client& client) {
  const auto executor = co_await asio::this_coro::executor;
  asio::posix::stream_descriptor input(executor, ::dup(STDIN_FILENO));
  core::TaskGroup requests(executor);
  std::string buffer;
  for (;;) {
    const auto [error, size] = co_await asio::async_read_until(input, asio::dynamic_buffer(buffer), '\n',
                                                               asio::as_tuple(asio::use_awaitable));
    if (error) break;
    const auto command = core::parse_json_object(std::string_view(buffer).substr(0, size)).value();
    buffer.erase(0, size);
    if (command.contains("stop")) break;
    if (const auto name = core::get_string(command, "emit"); name) {
      const auto sent = client.emit(*name, args_of(command), attachments_of(command));
      if (!sent) say({{"type", "emit_failed"}, {"error", sent.error().code()}});
    }
    if (command.contains("request")) requests.spawn(request(client, command));
  }
  co_await client.stop();
  requests.cancel();
  co_await requests.join();
  say({{"type", "stopped"}});
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Socket.IO client for tests");
  socketio::ClientOptions options;
  std::string auth = "{}";
  app.add_option("--url", options.url)->required();
  app.add_option("--nsp", options.nsp);
  app.add_option("--auth", auth, "JSON object");
  CLI11_PARSE(app, argc, argv);
  options.reconnect_delay = std::chrono::milliseconds(20);
  options.reconnect_delay_max = std::chrono::milliseconds(200);
  core::configure_logging("warn", core::LogFormat::text);

  asio::io_context context(1);
  json::object credentials = core::parse_json_object(auth).value();
  int attempt = 0;
  const auto provide = [&]() -> asio::awaitable<core::Result<json::object>> {
    json::object given = credentials;
    given["attempt"] = ++attempt;
    co_return given;
  };
  socketio::Client client(context.get_executor(), options, provide);
  report_events(client);
  client.start();
  asio::co_spawn(context, obey(client), asio::detached);
  context.run();
  return 0;
}
