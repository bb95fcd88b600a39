#include "signaling/cluster_revocations.hpp"

#include <gtest/gtest.h>

#include "cluster/testing/roster_nodes.hpp"
#include "signaling/devices.hpp"
#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

/// A node that keeps no devices, whose queue to Redis is small, and another that looks on.
class ClusterRevocationsTest : public cluster::RosterTest {
 protected:
  ClusterRevocationsTest() : node(add_node(std::chrono::seconds(30), small_queue())), other(add_node()) {}
  void TearDown() override {
    loop.run(revocations.stop());
    loop.run(peers.stop());
    RosterTest::TearDown();
  }
  static cluster::RedisClient::Options small_queue() {
    auto options = link_options();
    options.max_pending = 30;
    return options;
  }
  static identity::Statement revocation_of(const std::string& account, const test::TestDevice& device) {
    return identity::Statement::make(device.key, {identity::StatementType::revoke, account, device.id(),
                                                  device.key.public_key(), "", core::wall_now()});
  }

  cluster::TestNode& node;
  cluster::TestNode& other;
  Rooms rooms{Limits{}};
  Absences absences{{std::chrono::seconds(5), 8, 8}};
  Directory directory{rooms, absences};
  Presence presence{loop.executor(), directory, Rate{1, 1}};
  ClusterPeers peers{node.nodes, directory, presence, 8, [this](cluster::Groups::Handlers handlers) {
                       return std::make_unique<cluster::Roster>(loop.executor(), node.client, node.nodes,
                                                                std::move(handlers));
                     }};
  store::DeviceStore store = *store::DeviceStore::open(":memory:");
  ClusterRevocations revocations{loop.executor(), node.client, "pantheon",    store,
                                 directory,       peers,       core::wall_now};
};

TEST_F(ClusterRevocationsTest, OneThatFoundNoRoomInTheQueueIsGivenToRedisWhenThereIs) {
  const test::TestDevice lost;
  const auto revocation = revocation_of("account", lost);
  ASSERT_TRUE(keep_revocation(store, revocation, core::wall_now()));
  while (node.client.post({"PING"})) {
  }
  revocations.publish(revocation);
  EXPECT_TRUE(becomes(other, {"HEXISTS", "pantheon:revoked:account", lost.id()}, 1));
}

}  // namespace
}  // namespace pantheon::signaling
