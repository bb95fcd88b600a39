#include "store/device_store.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/random.hpp"
#include "store/error.hpp"

namespace pantheon::store {
namespace {

using namespace std::chrono_literals;

core::WallTime at(std::chrono::milliseconds time) {
  return core::WallTime(time);
}

DeviceRow device(const std::string& account, const std::string& id) {
  return {account, id, "key", "name", "Linux", at(10ms), at(20ms), 0, false};
}

struct DeviceStoreTest : testing::Test {
  DeviceStore store = DeviceStore::open(":memory:").value();
  core::ByteVector hash{1, 2, 3};
};

TEST_F(DeviceStoreTest, TheServersValuesAreMadeOnce) {
  EXPECT_EQ(store.server_value("id", "first").value(), "first");
  EXPECT_EQ(store.server_value("id", "second").value(), "first");
}

TEST_F(DeviceStoreTest, KnowsWhetherItHoldsAnyDevice) {
  EXPECT_FALSE(store.has_devices().value());
  ASSERT_TRUE(store.save_device(device("a", "d1")));
  EXPECT_TRUE(store.has_devices().value());
}

TEST_F(DeviceStoreTest, ADeviceIsFoundInItsAccountOnly) {
  ASSERT_TRUE(store.save_device(device("a", "d1")));
  const auto found = store.find_device("a", "d1").value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->public_key, "key");
  EXPECT_EQ(found->platform, "Linux");
  EXPECT_EQ(found->created_at, at(10ms));
  EXPECT_FALSE(store.find_device("b", "d1").value());
  EXPECT_FALSE(store.find_device("a", "d2").value());
}

/// Two connections to one file, as two nodes have them.
struct SharedDeviceStoreTest : testing::Test {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("pantheon-devices-" + core::random_id());
  std::optional<DeviceStore> here;
  std::optional<DeviceStore> there;
  void SetUp() override {
    std::filesystem::create_directories(folder);
    here = DeviceStore::open(folder / "devices.db").value();
    there = DeviceStore::open(folder / "devices.db").value();
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
};

TEST_F(SharedDeviceStoreTest, ADeviceThatWasLookedForInVainIsFoundAsSoonAsAnotherNodeSavesIt) {
  for (const std::string id : {"d1", "d2", "d3"}) {
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(here->find_device("a", id).value());
    ASSERT_TRUE(there->save_device(device("a", id)));
    EXPECT_TRUE(here->find_device("a", id).value());
  }
}

TEST_F(SharedDeviceStoreTest, ADeviceThatWasLookedForInVainIsFoundInTheTransactionThatSavesIt) {
  EXPECT_FALSE(here->find_device("a", "d1").value());
  {
    const auto transaction = here->begin().value();
    ASSERT_TRUE(here->save_device(device("a", "d1")));
    EXPECT_TRUE(here->find_device("a", "d1").value());
    EXPECT_FALSE(here->find_device("a", "d2").value());
  }
  EXPECT_FALSE(here->find_device("a", "d1").value()) << "it was rolled back";
}

TEST_F(DeviceStoreTest, SavingAgainRenewsButKeepsTheFirstTimeAndTheRevocation) {
  ASSERT_TRUE(store.save_device(device("a", "d1")));
  ASSERT_TRUE(store.revoke_device("a", "d1"));
  auto renamed = device("a", "d1");
  renamed.name = "new";
  renamed.created_at = at(99ms);
  ASSERT_TRUE(store.save_device(renamed));
  const auto found = store.find_device("a", "d1").value();
  EXPECT_EQ(found->name, "new");
  EXPECT_EQ(found->created_at, at(10ms));
  EXPECT_TRUE(found->revoked);
}

TEST_F(DeviceStoreTest, CountsDevicesInUseAndRevokedOnes) {
  ASSERT_TRUE(store.save_device(device("a", "d1")));
  ASSERT_TRUE(store.save_device(device("a", "d2")));
  ASSERT_TRUE(store.save_device(device("b", "d1")));
  EXPECT_EQ(store.device_count("a").value().in_use, 2U);
  ASSERT_TRUE(store.revoke_device("a", "d1"));
  EXPECT_EQ(store.device_count("a").value().in_use, 1U);
  EXPECT_EQ(store.device_count("a").value().revoked, 1U);
  EXPECT_EQ(store.devices("a").value().size(), 2U);
  EXPECT_FALSE(store.find_device("b", "d1").value()->revoked)
      << "the same id in another account is another device";
}

TEST_F(DeviceStoreTest, StatementsKeepTheirOrderAndAreNotDoubled) {
  ASSERT_TRUE(store.save_device(device("a", "d1")));
  ASSERT_TRUE(store.add_statement("a", "d1", "one", at(1ms)));
  ASSERT_TRUE(store.add_statement("a", "d1", "two", at(1ms)));
  ASSERT_TRUE(store.add_statement("a", "d1", "one", at(2ms)));
  EXPECT_EQ(store.statements("a", "d1").value(), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(store.statement_count("a").value().in_use, 2U);
  EXPECT_TRUE(store.statements("b", "d1").value().empty());
  const auto all = store.statements("a").value();
  EXPECT_EQ(all.size(), 1U);
  EXPECT_EQ(all.at("d1").size(), 2U);
  EXPECT_TRUE(store.statements("b").value().empty());
}

TEST_F(DeviceStoreTest, GivesWhatIsSaidOfRevokedDevices) {
  for (const auto* account : {"a", "b"}) {
    ASSERT_TRUE(store.save_device(device(account, "d1")));
    ASSERT_TRUE(store.add_statement(account, "d1", std::string("of ") + account, at(1ms)));
  }
  EXPECT_TRUE(store.revocations().value().empty());
  ASSERT_TRUE(store.revoke_device("b", "d1"));
  EXPECT_EQ(store.statement_count("b").value().in_use, 0U);
  EXPECT_EQ(store.statement_count("b").value().revoked, 1U);
  const auto rows = store.revocations().value();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].account, "b");
  EXPECT_EQ(rows[0].device_id, "d1");
  EXPECT_EQ(rows[0].statement, "of b");
}

TEST_F(DeviceStoreTest, ARefreshTokenRemembersWhatItFollowedAndWhenItWasSuperseded) {
  ASSERT_TRUE(store.save_device(device("a", "d1")));
  ASSERT_TRUE(store.add_refresh_token({hash, "a", "d1", at(100ms), std::nullopt}));
  EXPECT_FALSE(store.find_refresh_token(hash).value()->superseded_at);
  ASSERT_TRUE(store.supersede_refresh_token(hash, at(50ms)));
  ASSERT_TRUE(store.supersede_refresh_token(hash, at(60ms)));
  EXPECT_EQ(store.find_refresh_token(hash).value()->superseded_at, at(50ms));
  EXPECT_FALSE(store.find_refresh_token(hash).value()->predecessor);
  const core::ByteVector next(32, 2);
  ASSERT_TRUE(store.add_refresh_token({next, "a", "d1", at(100ms), std::nullopt, hash}));
  EXPECT_EQ(store.find_refresh_token(next).value()->predecessor, hash);
}

TEST_F(DeviceStoreTest, OfTheRefreshTokensOfADeviceTheNewestAreKept) {
  for (const auto* id : {"d1", "d2"}) ASSERT_TRUE(store.save_device(device("a", id)));
  const auto token = [](std::uint8_t number) { return core::ByteVector(32, number); };
  for (std::uint8_t i = 1; i <= 5; ++i)
    ASSERT_TRUE(store.add_refresh_token({token(i), "a", "d1", at(i * 1ms), std::nullopt}));
  ASSERT_TRUE(store.add_refresh_token({token(6), "a", "d2", at(1ms), std::nullopt}));
  ASSERT_TRUE(store.keep_newest_of_device("a", "d1", token(2), 3));
  std::vector<int> kept;
  for (std::uint8_t i = 1; i <= 6; ++i) {
    if (store.find_refresh_token(token(i)).value()) kept.push_back(i);
  }
  EXPECT_EQ(kept, (std::vector<int>{2, 4, 5, 6}));
}

TEST_F(DeviceStoreTest, ExpiredRefreshTokensAreDeleted) {
  ASSERT_TRUE(store.save_device(device("a", "d1")));
  ASSERT_TRUE(store.add_refresh_token({hash, "a", "d1", at(100ms), std::nullopt}));
  ASSERT_TRUE(store.delete_expired_refresh_tokens(at(99ms)));
  EXPECT_TRUE(store.find_refresh_token(hash).value());
  ASSERT_TRUE(store.delete_expired_refresh_tokens(at(100ms)));
  EXPECT_FALSE(store.find_refresh_token(hash).value());
}

TEST_F(DeviceStoreTest, RevokingTokensEndsTheirGeneration) {
  ASSERT_TRUE(store.save_device(device("a", "d1")));
  ASSERT_TRUE(store.add_refresh_token({hash, "a", "d1", at(100ms), std::nullopt}));
  ASSERT_TRUE(store.revoke_tokens("a", "d1"));
  EXPECT_FALSE(store.find_refresh_token(hash).value());
  EXPECT_EQ(store.find_device("a", "d1").value()->token_generation, 1);
  EXPECT_FALSE(store.find_device("a", "d1").value()->revoked);
}

TEST_F(DeviceStoreTest, ATokenNeedsItsDevice) {
  const auto added = store.add_refresh_token({hash, "a", "none", at(100ms), std::nullopt});
  ASSERT_FALSE(added);
  EXPECT_TRUE(added.error().is(StoreError::constraint));
}

}  // namespace
}  // namespace pantheon::store
