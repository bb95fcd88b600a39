#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/json.hpp"

namespace pantheon::bench {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

/// Times that were measured, in any order.
class Samples {
 public:
  void add(Milliseconds time) { times_.push_back(time.count()); }
  std::size_t size() const { return times_.size(); }
  /// `{ count, p50, p90, p99, p999, max, over_500 }`, in milliseconds.
  core::json::object summary() const;

 private:
  std::vector<double> times_;
};

/// Processor time (user and system, all threads) that this process has used.
std::chrono::nanoseconds own_cpu_time();
/// The same of another process; nothing when it is gone. In steps of 10 ms.
std::optional<std::chrono::nanoseconds> cpu_time_of(int pid);

/// Nanoseconds of the two clocks, as tokens carry them.
std::int64_t steady_now_ns();
std::int64_t wall_now_ns();

}  // namespace pantheon::bench
