#include "link/drain_rate.hpp"

#include <gtest/gtest.h>

namespace pantheon::link {
namespace {

using core::Bytes;
using namespace core;
using namespace std::chrono_literals;

// A sender that always has more, into a buffer that drains at a steady rate and is looked at in steps.
Bytes allowance_after(DrainRate& drain, double bytes_per_second, std::chrono::milliseconds step, int steps) {
  core::SteadyTime now{1h};
  double buffered = 0;
  for (int i = 0; i < steps; ++i) {
    const Bytes level{static_cast<std::uint64_t>(buffered)};
    drain.observe(level, i > 0, now);
    if (drain.allowance() > level) {
      drain.handed_over({drain.allowance().count - level.count});
      buffered = static_cast<double>(drain.allowance().count);
    }
    now += step;
    buffered = std::max(0.0, buffered - bytes_per_second * std::chrono::duration<double>(step).count());
  }
  return drain.allowance();
}

TEST(DrainRate, StartsWithTheLeast) {
  EXPECT_EQ(DrainRate().allowance(), 16_KiB);
}

TEST(DrainRate, AllowsFiftyMillisecondsOfASlowNetwork) {
  DrainRate drain;
  const auto allowed = allowance_after(drain, 1'000'000, 4ms, 200);  // 50,000 bytes in 50 ms
  EXPECT_GE(allowed, 40000_B);
  EXPECT_LE(allowed, 60000_B);
}

TEST(DrainRate, NeverFallsBelowTheLeast) {
  DrainRate drain;
  EXPECT_EQ(allowance_after(drain, 10'000, 10ms, 300), 16_KiB);
}

TEST(DrainRate, NeverPassesTheMost) {
  DrainRate drain;
  EXPECT_EQ(allowance_after(drain, 1e9, 1ms, 100), 1_MiB);
}

TEST(DrainRate, FollowsANetworkThatBecomesSlow) {
  DrainRate drain;
  allowance_after(drain, 1e9, 1ms, 100);
  EXPECT_LE(allowance_after(drain, 1'000'000, 10ms, 400), 100000_B);
}

TEST(DrainRate, BuffersBelowThatSwallowTheFirstBytesDoNotHideASlowNetwork) {
  DrainRate drain;
  core::SteadyTime now{1h};
  // The first half MiB disappears at once; after that 600,000 bytes a second drain, and we are woken at
  // refill level.
  std::uint64_t swallowed = 0;
  for (; swallowed < 512 * 1024; now += 100us) {
    drain.observe(0_B, swallowed > 0, now);
    swallowed += drain.allowance().count;
    drain.handed_over(drain.allowance());
  }
  for (int wake = 0; wake < 4; ++wake) {
    const auto left = drain.allowance().count / 2;
    now += std::chrono::milliseconds((drain.allowance().count - left) * 1000 / 600'000);
    drain.observe({left}, true, now);
    if (drain.allowance().count > left) drain.handed_over({drain.allowance().count - left});
  }
  EXPECT_LE(drain.allowance(), 60000_B);
}

TEST(DrainRate, ATrickleOfTokensDoesNotLookLikeASlowNetwork) {
  DrainRate drain;
  allowance_after(drain, 1e8, 1ms, 100);
  core::SteadyTime now{2h};
  for (int i = 0; i < 100; ++i, now += 20ms) {
    drain.observe(0_B, false, now);
    drain.handed_over(60_B);
  }
  EXPECT_EQ(drain.allowance(), 1_MiB);
}

}  // namespace
}  // namespace pantheon::link
