#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "rtc/library.hpp"
#include "rtc/test_pair.hpp"

namespace pantheon::rtc {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

// Sanitizers slow a handshake down on a busy machine; a stall of the unpatched library still takes a whole
// second.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr auto kStall = std::chrono::milliseconds(900);
#else
constexpr auto kStall = std::chrono::milliseconds(500);
#endif

// Fails with libdatachannel 0.23.2 as it comes: most connects then take a second
// (docs/decisions/0003-libdatachannel-patch.md).
TEST(ConnectLatency, NoneOfAHundredConnectsStalls) {
  constexpr int kConnects = 100;
  start_library();
  std::vector<microseconds> times;
  for (int i = 0; i < kConnects; ++i) {
    test::Pair pair;
    const auto began = test::Clock::now();
    ASSERT_TRUE(pair.connect()) << "connect " << i;
    times.push_back(duration_cast<microseconds>(test::Clock::now() - began));
  }
  std::ranges::sort(times);
  const auto stalled = std::ranges::count_if(times, [&](microseconds time) { return time > kStall; });
  std::printf("connect: p50 %.1f ms, p99 %.1f ms, max %.1f ms, stalls: %ld\n",
              static_cast<double>(times[kConnects / 2].count()) / 1000,
              static_cast<double>(times[kConnects * 99 / 100].count()) / 1000,
              static_cast<double>(times.back().count()) / 1000, static_cast<long>(stalled));
  EXPECT_EQ(stalled, 0);
}

}  // namespace
}  // namespace pantheon::rtc
