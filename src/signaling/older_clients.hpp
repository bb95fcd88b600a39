#pragma once

#include "core/json.hpp"
#include "signaling/client_counts.hpp"
#include "signaling/legacy_relay.hpp"
#include "signaling/legacy_server.hpp"
#include "signaling/metrics.hpp"
#include "signaling/options.hpp"

namespace pantheon::signaling {

/// Who still uses older protocols, so that somebody can tell when these may be switched off. What it is made
/// of must outlive it and the readings.
class OlderClients {
 public:
  OlderClients(const ClientCounts& counts, const LegacyServer& server, const LegacyRelay& relay,
               LegacyMode mode)
      : counts_(&counts), server_(&server), relay_(&relay), mode_(mode) {}

  /// Adds readings: clients by generation, and what was passed on and refused of generation 1.
  void watch(Metrics& metrics) const;
  /// `legacy` of GET /health.
  core::json::object report() const;

 private:
  const ClientCounts* counts_;
  const LegacyServer* server_;
  const LegacyRelay* relay_;
  LegacyMode mode_;
};

}  // namespace pantheon::signaling
