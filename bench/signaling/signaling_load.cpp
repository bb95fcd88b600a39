// The load generator of the signaling benchmark: runs one scenario against a server that is running and
// prints one line of JSON. The server must be one that was just started, and on another core (taskset).
//
// signaling_load idle     --port N --pid N [--count 19000] [--settle 5]
// signaling_load connects --port N --pid N [--count 10000] [--in-flight 200] [--hold 1000]
// signaling_load relay    --port N --pid N [--pairs 500] [--outstanding 8] [--bytes 200] [--time 5]
// signaling_load latency  --port N --pid N [--pairs 500] [--rate 5000] [--bytes 200] [--time 10]
// signaling_load storm    --port N --pid N [--pairs 500] [--rate 5000] [--bytes 200] [--time 3] [--count
// 4000]
//                         [--in-flight 200]
// signaling_load return   --port N --pid N [--count 5000] [--in-flight 2000] [--fin]
#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <map>

#include "run_tool.hpp"
#include "signaling/scenarios.hpp"

namespace pantheon::bench {
namespace {

struct Arguments {
  std::string scenario;
  std::string credentials;
  std::int64_t settle = 5;
  std::int64_t warm_up = 1;
  std::int64_t time = 5;
  bool fin = false;
  SwarmOptions who;
  Load load;
};

using Scenario = core::json::object (*)(const SwarmOptions&, const Load&);
const std::map<std::string, Scenario>& scenarios() {
  static const std::map<std::string, Scenario> known{{"idle", measure_idle},   {"connects", measure_connects},
                                                     {"relay", measure_relay}, {"latency", measure_latency},
                                                     {"storm", measure_storm}, {"return", measure_return}};
  return known;
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

int run(Arguments& arguments) {
  if (!arguments.credentials.empty()) arguments.who.credentials = lines_of(arguments.credentials);
  arguments.load.settle = std::chrono::seconds(arguments.settle);
  arguments.load.warm_up = std::chrono::seconds(arguments.warm_up);
  arguments.load.time = std::chrono::seconds(arguments.time);
  arguments.load.reset = !arguments.fin;
  const auto result = scenarios().at(arguments.scenario)(arguments.who, arguments.load);
  std::cout << core::serialize_json(result) << std::endl;
  return 0;
}

void add_options(CLI::App& app, Arguments& arguments) {
  auto& load = arguments.load;
  app.add_option("scenario", arguments.scenario)
      ->check(CLI::IsMember({"idle", "connects", "relay", "latency", "storm", "return"}))
      ->required();
  app.add_option("--port", arguments.who.ports, "Of the servers, on 127.0.0.1: clients go to them in turn")
      ->required();
  app.add_option("--pid", load.servers, "Processes of the servers")->required();
  app.add_option("--addresses", arguments.who.addresses, "Source addresses, 127.0.0.2 and on");
  app.add_option("--accounts", arguments.who.accounts,
                 "Spread the pairs over so many accounts (0: one each)");
  app.add_option("--field", arguments.who.field, "Of the hello, for the credential: token or authKey");
  app.add_option("--credentials", arguments.credentials,
                 "File of credentials, one a line (else dev:p<account>)");
  app.add_option("--count", load.count, "Clients, or connects");
  app.add_option("--in-flight", load.in_flight, "Connects under way at one time");
  app.add_option("--hold", load.hold, "Connections at one time (0: all)");
  app.add_option("--pairs", load.pairs);
  app.add_option("--outstanding", load.outstanding, "Signals of a pair under way at one time");
  app.add_option("--bytes", load.bytes, "Of a signal");
  app.add_option("--rate", load.rate, "Signals a second, over all pairs");
  app.add_option("--settle", arguments.settle, "Seconds before memory is read");
  app.add_option("--warm-up", arguments.warm_up, "Seconds that do not count");
  app.add_option("--time", arguments.time, "Seconds that count");
  app.add_flag("--fin", arguments.fin, "Drop clients with FIN, not with a reset");
}

}  // namespace
}  // namespace pantheon::bench

static int parse_and_run(int argc, char** argv) {
  pantheon::bench::Arguments arguments;
  CLI::App app("Load generator of the signaling benchmark");
  pantheon::bench::add_options(app, arguments);
  CLI11_PARSE(app, argc, argv);
  return pantheon::bench::run(arguments);
}

int main(int argc, char** argv) {
  return pantheon::bench::run_tool(parse_and_run, argc, argv);
}
