#include "signaling/unclear_sockets.hpp"

#include <gtest/gtest.h>

namespace pantheon::signaling {
namespace {

using namespace std::chrono_literals;

const core::SteadyTime kThen{1000s};

TEST(UnclearSockets, AreSoForTheGracePeriodAndInTheirAccount) {
  UnclearSockets unclear(5s);
  unclear.add("a", "s1", kThen);
  EXPECT_TRUE(unclear.contains("a", "s1", kThen + 4999ms));
  EXPECT_FALSE(unclear.contains("a", "s1", kThen + 5s));
  EXPECT_FALSE(unclear.contains("b", "s1", kThen));
  EXPECT_FALSE(unclear.contains("a", "s2", kThen));
}

TEST(UnclearSockets, ThereAreNoneWithoutAGracePeriod) {
  UnclearSockets unclear(0s);
  unclear.add("a", "s1", kThen);
  EXPECT_FALSE(unclear.contains("a", "s1", kThen));
}

TEST(UnclearSockets, ASecondTimeProlongsNothing) {
  UnclearSockets unclear(5s);
  unclear.add("a", "s1", kThen);
  unclear.add("a", "s1", kThen + 3s);
  EXPECT_FALSE(unclear.contains("a", "s1", kThen + 5s));
}

TEST(UnclearSockets, ThoseThatAreOverMakeRoomAndOfTooManyTheOldestGo) {
  UnclearSockets unclear(5s);
  for (std::size_t n = 0; n < UnclearSockets::kMost + 10; ++n) unclear.add("a", std::to_string(n), kThen);
  EXPECT_EQ(unclear.size(), UnclearSockets::kMost);
  EXPECT_FALSE(unclear.contains("a", "9", kThen));
  EXPECT_TRUE(unclear.contains("a", "10", kThen));
  unclear.add("a", "late", kThen + 5s);
  EXPECT_EQ(unclear.size(), 1U);
}

}  // namespace
}  // namespace pantheon::signaling
