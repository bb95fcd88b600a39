#include "link/drain_rate.hpp"

#include <algorithm>

namespace pantheon::link {
namespace {

// Shorter intervals say more about when we were woken than about the network.
constexpr std::chrono::milliseconds kLeastInterval{5};
constexpr double kTargetSeconds = 0.05;
// A faster network would not be allowed more, and a rate measured while deeper buffers fill must not outlast
// them.
constexpr double kMostRate = static_cast<double>(DrainRate::kMost.count) / kTargetSeconds;

}  // namespace

void DrainRate::observe(core::Bytes buffered, bool held_back, core::SteadyTime now) {
  const auto drained = handed_ - std::min(handed_, buffered.count);
  if (start_ && drained > start_drained_) {
    const auto time = now - *start_;
    // A buffer that ran empty was idle for a part of the interval: what drained is a lower bound, unless we
    // kept bytes back that would have filled it.
    const bool empty = buffered.count == 0;
    if (time >= kLeastInterval || empty) {
      sample(static_cast<double>(drained - start_drained_), time,
             time >= kLeastInterval && (held_back || !empty));
      start_.reset();
    }
  }
  if (!start_) {
    start_ = now;
    start_drained_ = drained;
  }
  if (buffered.count == 0 && !held_back) start_.reset();
}

void DrainRate::sample(double bytes, std::chrono::duration<double> time, bool exact) {
  const double seconds = std::max(time.count(), 1e-5);
  const double measured = std::min(bytes / seconds, kMostRate);
  if (exact) {
    const double weight =
        rate_ == 0 ? 1 : std::min(seconds / kTargetSeconds, 1.0);  // a long interval says it all
    rate_ = rate_ * (1 - weight) + measured * weight;
  } else {
    rate_ = std::max(rate_, measured);
  }
  const auto wanted =
      static_cast<std::uint64_t>(std::min(rate_ * kTargetSeconds, static_cast<double>(kMost.count)));
  // One lucky interval may at most double it.
  allowance_ = {std::clamp(wanted, kLeast.count, std::min(kMost.count, allowance_.count * 2))};
}

}  // namespace pantheon::link
