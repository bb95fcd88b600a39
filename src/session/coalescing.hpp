#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

#include "core/bytes.hpp"
#include "core/clock.hpp"

namespace pantheon::session {

/// Decides how long a small piece of an answer may wait for others to travel in one message. Sending and
/// receiving a message costs several wake-ups, whatever its size; so where several streams together bring
/// pieces more often than every kBusyInterval, a piece waits kHold. At a lower rate, or when one stream is
/// alone, it never waits. Pure; time comes in as an argument (docs/decisions/0010-coalescing.md).
class Coalescing {
 public:
  static constexpr std::chrono::microseconds kHold{1400};
  static constexpr std::chrono::microseconds kBusyInterval{1500};
  /// Larger pieces are worth a message of their own.
  static constexpr core::Bytes kSmall{1024};

  /// A piece was written now, while that many streams are open: how long it may wait; zero for not at all.
  std::chrono::microseconds hold(core::SteadyTime now, core::Bytes piece, std::size_t streams) {
    note(now);
    const bool busy = mean_ <= kBusyInterval && streams > 1;
    return busy && piece <= kSmall ? kHold : std::chrono::microseconds{0};
  }

 private:
  using Interval = std::chrono::duration<double, std::micro>;
  static constexpr Interval kLongest{100'000};
  static constexpr double kWeight = 1.0 / 16;  // of a new interval

  void note(core::SteadyTime now) {
    if (last_) mean_ += (std::min<Interval>(now - *last_, kLongest) - mean_) * kWeight;
    last_ = now;
  }

  std::optional<core::SteadyTime> last_;
  Interval mean_ = kLongest;  ///< between two pieces, of late
};

}  // namespace pantheon::session
