#pragma once

#include <optional>

#include "core/bytes.hpp"
#include "core/clock.hpp"

namespace pantheon::link {

/// Measures how fast the channel's buffer drains, and says how much may lie in it: 50 ms of that rate, from
/// 16 KiB to 1 MiB. More would only make tokens wait behind bulk.
class DrainRate {
 public:
  static constexpr core::Bytes kLeast{16 * 1024};
  static constexpr core::Bytes kMost{1024 * 1024};

  /// Bytes were handed to the channel.
  void handed_over(core::Bytes bytes) { handed_ += bytes.count; }

  /// The channel's buffer holds that much now. `held_back`: we had more to send than we were allowed to.
  void observe(core::Bytes buffered, bool held_back, core::SteadyTime now);

  core::Bytes allowance() const { return allowance_; }

 private:
  void sample(double bytes, std::chrono::duration<double> time, bool exact);

  std::uint64_t handed_ = 0;         // in all
  std::uint64_t start_drained_ = 0;  // at the start of the interval that is being measured
  std::optional<core::SteadyTime> start_;
  double rate_ = 0;  // bytes a second
  core::Bytes allowance_ = kLeast;
};

}  // namespace pantheon::link
