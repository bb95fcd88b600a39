#include "store/node_store.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace pantheon::store {
namespace {

using std::chrono::seconds;

/// Two nodes on one file.
class NodeStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "pantheon-nodes-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    a.emplace(*NodeStore::open(folder_ / "nodes.db"));
    b.emplace(*NodeStore::open(folder_ / "nodes.db"));
  }
  void TearDown() override {
    a.reset();
    b.reset();
    std::filesystem::remove_all(folder_);
  }

  std::optional<NodeStore> a;
  std::optional<NodeStore> b;
  const core::WallTime now{seconds(1'000'000)};
  const core::WallTime later = now + seconds(60);

 private:
  std::filesystem::path folder_;
};

TEST_F(NodeStoreTest, ANonceCountsOnceOnAllNodes) {
  EXPECT_TRUE(*a->use_nonce("n", later));
  EXPECT_FALSE(*b->use_nonce("n", later));
  EXPECT_FALSE(*a->use_nonce("n", later));
  EXPECT_TRUE(*b->use_nonce("other", later));
  ASSERT_TRUE(a->forget_expired(later));
  EXPECT_TRUE(*b->use_nonce("n", later + seconds(60)));
}

TEST_F(NodeStoreTest, ACodeIsHeldByOneNodeAndBurntOnce) {
  EXPECT_TRUE(*a->hold_code("c", {"a", "account", "device"}, later));
  const auto owner = b->code_owner("c", now);
  ASSERT_TRUE(owner && *owner);
  EXPECT_EQ((*owner)->node, "a");
  EXPECT_EQ((*owner)->device_id, "device");
  EXPECT_FALSE(*b->burn_code("c", "b"));
  EXPECT_TRUE(*a->burn_code("c", "a"));
  EXPECT_FALSE(*a->burn_code("c", "a"));
  EXPECT_FALSE(b->code_owner("c", now)->has_value());
}

TEST_F(NodeStoreTest, ADeviceTakesItsCodeAlongAndNobodyElseDoes) {
  EXPECT_TRUE(*a->hold_code("c", {"a", "account", "device"}, later));
  EXPECT_FALSE(*b->hold_code("c", {"b", "account", "another"}, later));
  EXPECT_FALSE(*b->hold_code("c", {"b", "other account", "device"}, later));
  EXPECT_TRUE(*b->hold_code("c", {"b", "account", "device"}, later));
  EXPECT_FALSE(*a->burn_code("c", "a"));
  EXPECT_TRUE(*b->burn_code("c", "b"));
}

TEST_F(NodeStoreTest, ACodeThatIsTakenAlongEndsWhenItWouldHaveEnded) {
  const CodeOwner moved{"b", "account", "device"};
  EXPECT_EQ(*a->hold_code("c", {"a", "account", "device"}, later), later);
  EXPECT_EQ(*b->hold_code("c", moved, later + seconds(30)), later);
  EXPECT_FALSE(b->code_owner("c", later)->has_value());
}

TEST_F(NodeStoreTest, CodesEndWithTheirTimeAccountOrDevice) {
  for (const auto* code : {"1", "2", "3"})
    EXPECT_TRUE(*a->hold_code(code, {"a", "account", "device"}, later));
  EXPECT_FALSE(b->code_owner("1", later)->has_value());
  ASSERT_TRUE(b->close_code("1", "other account"));
  EXPECT_TRUE(a->code_owner("1", now)->has_value());
  ASSERT_TRUE(b->close_code("1", "account"));
  EXPECT_FALSE(a->code_owner("1", now)->has_value());
  ASSERT_TRUE(b->close_codes_of("account", "device"));
  EXPECT_FALSE(a->code_owner("2", now)->has_value());
}

}  // namespace
}  // namespace pantheon::store
