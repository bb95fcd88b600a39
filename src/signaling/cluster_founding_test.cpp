#include "signaling/cluster_founding.hpp"

#include <gtest/gtest.h>

#include "cluster/error.hpp"

namespace pantheon::signaling {
namespace {

using cluster::ClusterError;

struct ClusterFoundingTest : testing::Test {
  static bool is_other(const core::Result<void>& joined) {
    return !joined && joined.error().is(ClusterError::other_cluster);
  }
  store::DeviceStore store = store::DeviceStore::open(":memory:").value();
  store::DeviceStore another = store::DeviceStore::open(":memory:").value();
  auth::Nonces here{core::wall_now};
  auth::Nonces there{core::wall_now};
};

TEST_F(ClusterFoundingTest, NodesJoinWhereTheirDatabaseHasTheMark) {
  const auto first = found_on_database(store).value();
  const auto second = found_on_database(store).value();
  const auto stranger = found_on_database(another).value();
  EXPECT_TRUE(second.may_join(first.found()));
  EXPECT_TRUE(is_other(stranger.may_join(first.found())));
  EXPECT_TRUE(is_other(second.may_join("")));
}

TEST_F(ClusterFoundingTest, NodesWithoutDevicesTakeOverTheKeyOfTheFirst) {
  const auto first = found_without_devices(here, core::ByteVector(32, 1));
  const auto second = found_without_devices(there, core::ByteVector(32, 2));
  EXPECT_FALSE(there.redeem(here.issue()));
  ASSERT_TRUE(second.may_join(first.found()));
  EXPECT_EQ(second.found(), first.found());
  EXPECT_TRUE(there.redeem(here.issue()));
  EXPECT_TRUE(here.redeem(there.issue()));
}

TEST_F(ClusterFoundingTest, NodesWithAndWithoutDevicesDoNotMix) {
  const auto keeping = found_on_database(store).value();
  const auto without = found_without_devices(here, core::ByteVector(32, 1));
  for (const auto& joined : {keeping.may_join(without.found()), without.may_join(keeping.found())}) {
    ASSERT_TRUE(is_other(joined));
    EXPECT_NE(joined.error().detail().find("--devices=off"), std::string::npos);
  }
}

}  // namespace
}  // namespace pantheon::signaling
