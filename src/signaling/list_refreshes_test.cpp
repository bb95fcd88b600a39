#include "signaling/list_refreshes.hpp"

#include <gmock/gmock.h>

namespace pantheon::signaling {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

struct ListRefreshesTest : testing::Test {
  static constexpr core::Bytes kHousehold{60UL * 1024};
  static constexpr core::Bytes kHuge{20UL * 1024 * 1024};
  core::SteadyTime now{1000s};
  ListRefreshes refreshes;
};

TEST_F(ListRefreshesTest, AHouseholdNeverWaits) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(refreshes.may_begin("a", now)) << i;
    refreshes.sent("a", kHousehold, now);
  }
  EXPECT_EQ(refreshes.next(), std::nullopt);
}

TEST_F(ListRefreshesTest, WhoWasSentMuchWaitsOnceForAllChangesAndNobodyElseDoes) {
  EXPECT_TRUE(refreshes.may_begin("a", now));
  refreshes.sent("a", kHuge, now);
  EXPECT_FALSE(refreshes.may_begin("a", now));
  EXPECT_FALSE(refreshes.may_begin("a", now));
  EXPECT_TRUE(refreshes.may_begin("b", now));
  ASSERT_TRUE(refreshes.next());
  EXPECT_THAT(refreshes.take_due(now), IsEmpty());
  now = *refreshes.next();
  EXPECT_LE(now, core::SteadyTime(1000s) + 2s);
  EXPECT_THAT(refreshes.take_due(now), ElementsAre("a"));
  EXPECT_EQ(refreshes.next(), std::nullopt);
  EXPECT_TRUE(refreshes.may_begin("a", now));
}

}  // namespace
}  // namespace pantheon::signaling
