#include "link/limiter.hpp"

#include <gtest/gtest.h>

namespace pantheon::link {
namespace {

using namespace std::chrono_literals;
const core::SteadyTime kNow{1h};

int taken_at(Limiter& limiter, core::SteadyTime time) {
  int count = 0;
  while (limiter.take(time)) ++count;
  return count;
}

TEST(Limiter, AllowsABurstAndThenItsRate) {
  Limiter limiter(2, 4);
  EXPECT_EQ(taken_at(limiter, kNow), 4);
  EXPECT_EQ(taken_at(limiter, kNow + 499ms), 0);
  EXPECT_EQ(taken_at(limiter, kNow + 500ms), 1);
  EXPECT_EQ(taken_at(limiter, kNow + 1500ms), 2);
}

TEST(Limiter, SavesNoMoreThanABurst) {
  Limiter limiter(100, 10);
  taken_at(limiter, kNow);
  EXPECT_EQ(taken_at(limiter, kNow + 1h), 10);
}

TEST(Limiter, SaysWhenTheNextIsAllowed) {
  Limiter limiter(10, 1);
  EXPECT_TRUE(limiter.take(kNow));
  EXPECT_EQ(limiter.next(), kNow + 100ms);
  EXPECT_FALSE(limiter.take(limiter.next() - 1ns));
  EXPECT_TRUE(limiter.take(limiter.next()));
}

TEST(Limiter, AClockThatGoesBackGivesNothingAway) {
  Limiter limiter(10, 2);
  taken_at(limiter, kNow);
  EXPECT_FALSE(limiter.take(kNow - 1s));
}

}  // namespace
}  // namespace pantheon::link
