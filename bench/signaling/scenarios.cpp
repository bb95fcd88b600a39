#include "signaling/scenarios.hpp"

#include <algorithm>
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

// Signals of pairs at random moments (Poisson), whether or not earlier ones have arrived. What is measured
// counts in the window in which a signal was due.
class Traffic {
 public:
  struct Window {
    std::int64_t from_ns;
    Samples delays;
    Samples lateness;
  };

  Traffic(Swarm& swarm, const Load& load)
      : swarm_(&swarm),
        pairs_(swarm, load.pairs, load.bytes),
        gap_(load.rate),
        any_pair_(0, load.pairs - 1),
        due_(Clock::now()) {
    begin_window();
    pairs_.on_arrival([this](std::size_t, const Stamp& stamp) {
      const auto delay = std::chrono::nanoseconds(steady_now_ns() - stamp.time_ns);
      const auto is_its = [&](const Window& window) { return window.from_ns <= stamp.time_ns; };
      const auto window = std::find_if(windows_.rbegin(), windows_.rend(), is_its);
      if (window != windows_.rend()) window->delays.add(delay);
    });
  }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  void begin_window() { windows_.push_back({to_ns(due_), {}, {}}); }
  const Window& window(std::size_t number) const { return windows_.at(number); }
  /// Sends what is due, and handles what has happened. Never sleeps: its waking up would count as delay.
  void turn() {
    for (auto now = Clock::now(); due_ <= now; now = Clock::now()) {
      windows_.back().lateness.add(now - due_);
      pairs_.send(any_pair_(random_), to_ns(due_));
      due_ += std::chrono::duration_cast<Clock::duration>(Seconds(gap_(random_)));
    }
    swarm_->flush();
    swarm_->poll(std::chrono::milliseconds(0));
  }
  void run_for(std::chrono::nanoseconds time) {
    for (const auto end = due_ + time; due_ < end;) turn();
  }
  /// Waits until all have arrived.
  json::object wait_for_rest(json::object figures) {
    pairs_.wait_for_rest();
    figures["lost"] = pairs_.lost();
    figures["reordered"] = pairs_.reordered();
    figures["dropped_clients"] = swarm_->lost();
    return figures;
  }

 private:
  Swarm* swarm_;
  Pairs pairs_;
  std::mt19937_64 random_{1};  // the same moments for every server
  std::exponential_distribution<double> gap_;
  std::uniform_int_distribution<std::size_t> any_pair_;
  Clock::time_point due_;
  std::vector<Window> windows_;
};

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
  Traffic traffic(swarm, load);
  traffic.run_for(load.warm_up);
  traffic.begin_window();
  Watch watch(load);
  traffic.run_for(load.time);
  watch.stop();
  auto figures = traffic.wait_for_rest({});
  figures["delay_ms"] = traffic.window(1).delays.summary();
  figures["lateness_ms"] = traffic.window(1).lateness.summary();
  return watch.report(std::move(figures));
}

json::object measure_storm(const SwarmOptions& who, const Load& load) {
  const auto settled = 2 * load.pairs;
  Swarm swarm(who, settled + load.count);
  swarm.connect(0, settled, load.in_flight);
  Traffic traffic(swarm, load);
  traffic.run_for(load.warm_up);
  traffic.begin_window();
  traffic.run_for(load.time);
  traffic.begin_window();
  Watch watch(load);
  swarm.connect(settled, swarm.size(), load.in_flight, [&] { traffic.turn(); });
  watch.stop();
  traffic.begin_window();
  auto figures = traffic.wait_for_rest({});
  figures["delay_ms"] = traffic.window(2).delays.summary();
  figures["lateness_ms"] = traffic.window(2).lateness.summary();
  figures["calm_delay_ms"] = traffic.window(1).delays.summary();
  figures["connects_per_second"] = static_cast<double>(load.count) / watch.seconds();
  figures["retries"] = swarm.retries();
  return watch.report(std::move(figures));
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
