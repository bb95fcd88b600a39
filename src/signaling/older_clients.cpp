#include "signaling/older_clients.hpp"

namespace pantheon::signaling {

void OlderClients::watch(Metrics& metrics) const {
  using Kind = Metrics::Kind;
  const auto read = [&](const char* name, const char* help, Kind kind, Metrics::Label label, auto reading) {
    metrics.read(
        name, help, kind, [reading] { return static_cast<double>(reading()); }, std::move(label));
  };
  const auto clients = [&](ClientCounts::Kind generation, const char* value) {
    read("pantheon_clients", "Sockets that are signed in, by the generation of their protocol", Kind::gauge,
         {"generation", value}, [counts = counts_, generation] { return counts->now(generation); });
    read("pantheon_clients_total", "Sockets that have signed in, by the generation of their protocol",
         Kind::counter, {"generation", value},
         [counts = counts_, generation] { return counts->since_start(generation); });
  };
  clients(ClientCounts::Kind::generation1, "1");
  clients(ClientCounts::Kind::generation2, "2");
  clients(ClientCounts::Kind::current, "current");
  const auto passed = [&](const char* to, std::uint64_t LegacyCounters::*count) {
    read("pantheon_legacy_requests_total",
         "Requests of clients of generation 1, and to hosts of generation 1, that were passed on: they cross "
         "this server in the clear",
         Kind::counter, {"to", to}, [relay = relay_, count] { return relay->counters().*count; });
  };
  passed("generation1", &LegacyCounters::requests_to_generation1);
  passed("hosts", &LegacyCounters::requests_to_hosts);
  const auto refused = [&](const char* what, auto reading) {
    read("pantheon_legacy_refused_total",
         "Connections of generation 1, and requests of it or to it, that were refused", Kind::counter,
         {"what", what}, reading);
  };
  refused("connections", [server = server_] { return server->refused(); });
  refused("requests", [relay = relay_] { return relay->counters().requests_refused; });
}

core::json::object OlderClients::report() const {
  const auto& passed = relay_->counters();
  return {{"mode", name_of(mode_)},
          {"refusedConnections", server_->refused()},
          {"requestsToGeneration1", passed.requests_to_generation1},
          {"requestsToHosts", passed.requests_to_hosts},
          {"requestsRefused", passed.requests_refused},
          {"requestsTimedOut", passed.requests_timed_out},
          {"signals", passed.signals}};
}

}  // namespace pantheon::signaling
