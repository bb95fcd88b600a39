// The native client of the link benchmark: runs one load and prints one line of JSON.
//
// link_client tokens|first-token|bulk ... --engine URL                  straight from the engine
// link_client tokens|first-token|bulk|connect ... --server URL --data FOLDER [--pair LINK] [--to host|ID]
// link_client serve --server URL --data FOLDER [--pair LINK]            prints `serving <device id>`
// link_client pair --server URL --data FOLDER --pair LINK
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <iostream>

#include "core/log.hpp"
#include "link/workload.hpp"
#include "rtc/library.hpp"
#include "run_tool.hpp"

namespace pantheon::bench {
namespace {

struct Arguments {
  std::string engine;
  std::string server;
  std::vector<std::string> folders;
  std::string pair_link;
  std::string to = "host";
  TokenLoad load;
  unsigned count = 200;
  std::uint64_t bytes = 0;
  std::string verb;
};

using Devices = std::vector<std::unique_ptr<Device>>;

asio::awaitable<core::json::object> measure(Source& source, const Arguments& arguments, Devices& devices) {
  if (arguments.verb == "tokens") co_return co_await measure_tokens(source, arguments.load);
  if (arguments.verb == "first-token") co_return co_await measure_first_token(source, arguments.count);
  if (arguments.verb == "connect") {
    co_return co_await measure_connects(*devices.front(), arguments.to, arguments.count);
  }
  // A served device has bytes of its own; a host asks its engine.
  const bool alone = arguments.engine.empty() && arguments.to != "host";
  const auto path = alone ? "/bulk/" + std::to_string(arguments.bytes) : std::string("/v1/completions");
  const auto body =
      alone ? std::string()
            : core::serialize_json(core::json::object{{"model", "paced"}, {"bytes", arguments.bytes}});
  co_return co_await measure_bulk(source, path, body);
}

asio::awaitable<void> serve_until_signal(Device& device, asio::any_io_executor executor) {
  std::cout << "serving " << device.id() << std::endl;
  asio::signal_set signals(executor, SIGINT, SIGTERM);
  co_await signals.async_wait(asio::use_awaitable);
}

asio::awaitable<core::Result<core::json::object>> run(const Arguments& arguments,
                                                      asio::any_io_executor executor) {
  Devices devices;
  for (const auto& folder : arguments.folders) {
    Device::Options options{arguments.server, folder, arguments.pair_link, {}};
    if (arguments.verb == "serve") options.serve = serve_bulk;
    auto device = co_await Device::start(executor, std::move(options));
    if (!device) co_return core::failure(device.error());
    devices.push_back(std::move(*device));
  }
  core::json::object result;
  if (arguments.verb == "serve") {
    co_await serve_until_signal(*devices.front(), executor);
  } else if (!arguments.engine.empty()) {
    EngineSource source(executor, arguments.engine);
    result = co_await measure(source, arguments, devices);
  } else if (arguments.verb != "pair") {
    LinkSource source(devices, arguments.to);
    result = co_await measure(source, arguments, devices);
  }
  for (const auto& device : devices) co_await device->stop();
  co_return result;
}

int run_to_end(const Arguments& arguments) {
  core::configure_logging("warn", core::LogFormat::text);
  asio::io_context io(1);
  int code = 1;
  const auto report = [&](const std::exception_ptr& thrown, core::Result<core::json::object> result) {
    if (thrown) {
      std::cerr << "link_client: it threw\n";
    } else if (!result) {
      std::cerr << "link_client: " << result.error().message() << "\n";
    } else {
      code = result->contains("error") ? 1 : 0;
      std::cout << core::serialize_json(*result) << std::endl;
    }
  };
  asio::co_spawn(io, run(arguments, io.get_executor()), report);
  io.run();
  rtc::stop_library(std::chrono::seconds(2));
  return code;
}

}  // namespace
}  // namespace pantheon::bench

static int parse_and_run(int argc, char** argv) {
  pantheon::bench::Arguments arguments;
  CLI::App app("The native client of the link benchmark");
  app.add_option("verb", arguments.verb)
      ->check(CLI::IsMember({"tokens", "first-token", "bulk", "connect", "serve", "pair"}))
      ->required();
  app.add_option("--engine", arguments.engine, "Ask this engine, without Pantheon");
  app.add_option("--server", arguments.server, "Signaling server");
  app.add_option("--data", arguments.folders, "Folder of a device; streams are spread over several");
  app.add_option("--pair", arguments.pair_link, "Pairing link of a folder that is new");
  app.add_option("--to", arguments.to, "Device to ask: host, or an id");
  app.add_option("--streams", arguments.load.streams);
  app.add_option("--rate", arguments.load.rate, "Tokens a second of each stream");
  app.add_option("--tokens", arguments.load.tokens, "Of each stream");
  app.add_option("--watch", arguments.load.watched_pid, "Process whose processor time counts, too");
  app.add_option("--count", arguments.count, "Requests or connects");
  app.add_option("--bytes", arguments.bytes);
  CLI11_PARSE(app, argc, argv);
  return pantheon::bench::run_to_end(arguments);
}

int main(int argc, char** argv) {
  return pantheon::bench::run_tool(parse_and_run, argc, argv);
}
