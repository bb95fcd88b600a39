#pragma once

#include <algorithm>
#include <chrono>

#include "core/clock.hpp"

namespace pantheon::link {

/// So many events in a second, with bursts (a token bucket). Time comes in as an argument and may stand
/// still.
class Limiter {
 public:
  Limiter(unsigned per_second, unsigned burst)
      : interval_(std::chrono::nanoseconds(std::chrono::seconds(1)) / per_second),
        depth_(interval_ * burst) {}

  /// Counts one event; false, and nothing counted, when it is one too many.
  bool take(core::SteadyTime now) {
    const auto start = std::max(full_at_, now);
    if (start + interval_ - now > depth_) return false;
    full_at_ = start + interval_;
    return true;
  }

  /// The earliest time at which take() succeeds.
  core::SteadyTime next() const { return full_at_ + interval_ - depth_; }

 private:
  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds depth_;
  core::SteadyTime full_at_{};  // when the bucket will have refilled
};

}  // namespace pantheon::link
