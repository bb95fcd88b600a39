#include "session/coalescing.hpp"

#include <gtest/gtest.h>

namespace pantheon::session {
namespace {

using namespace std::chrono_literals;
using core::Bytes;

constexpr Bytes kToken{200};
constexpr auto kNoHold = 0us;

// Brings pieces at a steady interval; what the last one was told.
std::chrono::microseconds after(Coalescing& coalescing, core::SteadyTime& now,
                                std::chrono::microseconds interval, int pieces, std::size_t streams) {
  auto told = kNoHold;
  for (int i = 0; i < pieces; ++i) {
    now += interval;
    told = coalescing.hold(now, kToken, streams);
  }
  return told;
}

TEST(Coalescing, LetsTheFirstPieceGoAtOnce) {
  Coalescing coalescing;
  EXPECT_EQ(coalescing.hold(core::SteadyTime{}, kToken, 10), kNoHold);
}

TEST(Coalescing, NeverHoldsPiecesThatComeSlowly) {
  Coalescing coalescing;
  core::SteadyTime now{};
  EXPECT_EQ(after(coalescing, now, 2ms, 1000, 10), kNoHold);
}

TEST(Coalescing, HoldsSmallPiecesOfSeveralStreamsThatComeFast) {
  Coalescing coalescing;
  core::SteadyTime now{};
  EXPECT_EQ(after(coalescing, now, 1ms, 200, 10), Coalescing::kHold);
}

TEST(Coalescing, NeverHoldsAStreamThatIsAlone) {
  Coalescing coalescing;
  core::SteadyTime now{};
  EXPECT_EQ(after(coalescing, now, 1ms, 200, 1), kNoHold);
}

TEST(Coalescing, NeverHoldsALargePiece) {
  Coalescing coalescing;
  core::SteadyTime now{};
  after(coalescing, now, 1ms, 200, 10);
  EXPECT_EQ(coalescing.hold(now, Bytes{Coalescing::kSmall.count + 1}, 10), kNoHold);
}

TEST(Coalescing, StopsHoldingAfterAPause) {
  Coalescing coalescing;
  core::SteadyTime now{};
  after(coalescing, now, 1ms, 200, 10);
  now += 100ms;
  EXPECT_EQ(coalescing.hold(now, kToken, 10), kNoHold);
}

}  // namespace
}  // namespace pantheon::session
