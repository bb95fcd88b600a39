#include "signaling/scenarios.hpp"

#include <random>
#include <stdexcept>

#include "link/measure.hpp"
#include "signaling/pairs.hpp"
#include "signaling/process_memory.hpp"

namespace pantheon::bench {
namespace {

namespace json = core::json;
using Seconds = std::chrono::duration<double>;

std::chrono::nanoseconds server_time(const Load& load) {
  std::chrono::nanoseconds sum{0};
  for (const auto server : load.servers) {
    const auto time = cpu_time_of(server);
    if (!time) throw std::runtime_error("the server is gone");
    sum += *time;
  }
  return sum;
}

// What passes between its making and report(): time, and processor time of server and generator.
class Watch {
 public:
  explicit Watch(const Load& load)
      : load_(&load), server_(server_time(load)), own_(own_cpu_time()), begin_(Clock::now()) {}
  void stop() {
    elapsed_ = Clock::now() - begin_;
    server_ = server_time(*load_) - server_;
    own_ = own_cpu_time() - own_;
  }
  double seconds() const { return elapsed_.count(); }
  double server_seconds() const { return Seconds(server_).count(); }
  /// Adds `{ seconds, server_cpu, generator_cpu }`: processor times as shares of one core.
  json::object report(json::object figures) const {
    figures["seconds"] = seconds();
    figures["server_cpu"] = server_seconds() / seconds();
    figures["generator_cpu"] = Seconds(own_).count() / seconds();
    return figures;
  }

 private:
  const Load* load_;
  std::chrono::nanoseconds server_;
  std::chrono::nanoseconds own_;
  Clock::time_point begin_;
  Seconds elapsed_{0};
};

std::int64_t server_memory(const Load& load) {
  std::int64_t sum = 0;
  for (const auto server : load.servers) sum += memory_of(server);
  return sum;
}

std::int64_t to_ns(Clock::time_point time) {
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

}  // namespace

json::object measure_idle(const SwarmOptions& who, const Load& load) {
  Swarm swarm(who, load.count);
  swarm.run_for(load.warm_up);
  const auto before = server_memory(load);
  swarm.connect(0, load.count, load.in_flight);
  swarm.run_for(load.settle);
  const auto bytes = static_cast<double>(server_memory(load) - before);
  if (swarm.joined() != load.count) throw std::runtime_error("the server dropped clients");
  return {{"bytes_per_connection", bytes / static_cast<double>(load.count)},
          {"before_bytes", before},
          {"connections", load.count},
          {"retries", swarm.retries()}};
}

json::object measure_connects(const SwarmOptions& who, const Load& load) {
  const auto slots = load.hold == 0 ? load.count : std::min(load.hold, load.count);
  Swarm swarm(who, slots);
  Watch watch(load);
  if (load.hold == 0) {
    swarm.connect(0, load.count, load.in_flight);
  } else {
    swarm.connect_in_turn(load.count, slots, load.in_flight);
  }
  watch.stop();
  const auto count = static_cast<double>(load.count);
  return watch.report({{"connects_per_second", count / watch.seconds()},
                       {"connects_per_cpu_second", count / watch.server_seconds()},
                       {"retries", swarm.retries()},
                       {"lost", swarm.lost()}});
}

json::object measure_relay(const SwarmOptions& who, const Load& load) {
  Swarm swarm(who, 2 * load.pairs);
  swarm.connect(0, swarm.size(), load.in_flight);
  Pairs pairs(swarm, load.pairs, load.bytes);
  bool more = true;
  pairs.on_arrival([&](std::size_t pair, const Stamp&) {
    if (more) pairs.send(pair, 0);
  });
  for (std::size_t i = 0; i < load.outstanding * load.pairs; ++i) pairs.send(i % load.pairs, 0);
  swarm.flush();
  swarm.run_for(load.warm_up);
  const auto before = pairs.arrived();
  Watch watch(load);
  swarm.run_for(load.time);
  watch.stop();
  const auto relayed = static_cast<double>(pairs.arrived() - before);
  more = false;
  pairs.wait_for_rest();
  return watch.report({{"signals_per_cpu_second", relayed / watch.server_seconds()},
                       {"signals_per_second", relayed / watch.seconds()},
                       {"lost", pairs.lost()},
                       {"reordered", pairs.reordered()},
                       {"dropped_clients", swarm.lost()}});
}

json::object measure_latency(const SwarmOptions& who, const Load& load) {
  Swarm swarm(who, 2 * load.pairs);
  swarm.connect(0, swarm.size(), load.in_flight);
  Pairs pairs(swarm, load.pairs, load.bytes);
  Samples delays;
  Samples lateness;
  auto due = Clock::now();
  const auto measured_from = due + load.warm_up;
  const auto end = measured_from + load.time;
  pairs.on_arrival([&](std::size_t, const Stamp& stamp) {
    if (stamp.time_ns >= to_ns(measured_from))
      delays.add(std::chrono::nanoseconds(steady_now_ns() - stamp.time_ns));
  });
  std::mt19937_64 random{1};  // the same moments for every server
  std::exponential_distribution<double> gap(load.rate);
  std::uniform_int_distribution<std::size_t> any_pair(0, load.pairs - 1);
  std::optional<Watch> watch;
  while (due < end) {
    for (auto now = Clock::now(); due <= now && due < end; now = Clock::now()) {
      if (!watch && now >= measured_from) watch.emplace(load);
      if (watch) lateness.add(now - due);
      pairs.send(any_pair(random), to_ns(due));
      due += std::chrono::duration_cast<Clock::duration>(Seconds(gap(random)));
    }
    swarm.flush();
    swarm.poll(std::chrono::milliseconds(0));  // never sleeps: its waking up would count as delay
  }
  watch->stop();
  pairs.wait_for_rest();
  return watch->report({{"delay_ms", delays.summary()},
                        {"lateness_ms", lateness.summary()},
                        {"lost", pairs.lost()},
                        {"reordered", pairs.reordered()},
                        {"dropped_clients", swarm.lost()}});
}

json::object measure_return(const SwarmOptions& who, const Load& load) {
  Swarm swarm(who, load.count);
  swarm.connect(0, load.count, load.in_flight);
  swarm.run_for(load.warm_up);
  Watch watch(load);
  swarm.drop_all(load.reset);
  swarm.connect(0, load.count, load.in_flight);
  watch.stop();
  return watch.report(
      {{"back_seconds", watch.seconds()}, {"retries", swarm.retries()}, {"lost", swarm.lost()}});
}

}  // namespace pantheon::bench
