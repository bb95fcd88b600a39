#include "core/seldom.hpp"

#include <gtest/gtest.h>

namespace pantheon::core {
namespace {

using namespace std::chrono_literals;

TEST(Seldom, LetsOneThroughInEachPauseAndCountsTheOthers) {
  Seldom seldom(1s);
  SteadyTime now{};
  EXPECT_EQ(seldom.due(now), 0U);
  EXPECT_EQ(seldom.due(now), std::nullopt);
  now += 999ms;
  EXPECT_EQ(seldom.due(now), std::nullopt);
  now += 1ms;
  EXPECT_EQ(seldom.due(now), 2U);
  now += 5s;
  EXPECT_EQ(seldom.due(now), 0U);
}

}  // namespace
}  // namespace pantheon::core
