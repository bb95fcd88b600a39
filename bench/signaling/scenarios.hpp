#pragma once

#include <chrono>
#include <vector>

#include "core/json.hpp"
#include "signaling/swarm.hpp"

namespace pantheon::bench {

/// The size of one scenario. Each scenario runs against a server that was just started.
struct Load {
  std::vector<int> servers;     ///< process ids of the servers, whose time and memory count
  std::size_t count = 5000;     ///< clients, or connects
  std::size_t in_flight = 200;  ///< connects under way at one time
  std::size_t hold = 0;         ///< at most so many connections at one time; 0: all
  std::size_t pairs = 500;
  std::size_t outstanding = 8;  ///< signals of a pair under way at one time
  std::size_t bytes = 200;      ///< of a signal
  double rate = 5000;           ///< signals a second over all pairs
  std::chrono::seconds settle{5};
  std::chrono::seconds warm_up{1};
  std::chrono::seconds time{5};
  bool reset = true;  ///< drop with a TCP reset
};

/// `{ bytes_per_connection, ... }`: memory of the server with `count` idle clients, less that before.
core::json::object measure_idle(const SwarmOptions& who, const Load& load);
/// `{ connects_per_second, ... }`: each until its `join-account` is answered.
core::json::object measure_connects(const SwarmOptions& who, const Load& load);
/// `{ signals_per_cpu_second, lost, reordered, ... }`: as fast as they are relayed.
core::json::object measure_relay(const SwarmOptions& who, const Load& load);
/// `{ delay_ms, server_cpu, lost, reordered, ... }`: at a fixed rate, at random moments (Poisson). The delay
/// counts from the moment at which a signal was due, so that a generator that is late hides nothing.
core::json::object measure_latency(const SwarmOptions& who, const Load& load);
/// `{ delay_ms, calm_delay_ms, connects_per_second, ... }`: what delays do when `count` new clients come at
/// one time, `in_flight` under way: as fast as they are let in. In calm first, for `time`, then until all are
/// in.
core::json::object measure_storm(const SwarmOptions& who, const Load& load);
/// `{ back_seconds, ... }`: `count` clients are dropped at one time, and connect again at once.
core::json::object measure_return(const SwarmOptions& who, const Load& load);

}  // namespace pantheon::bench
