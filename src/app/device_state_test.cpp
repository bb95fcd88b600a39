#include "app/device_state.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "platform/paths.hpp"

namespace pantheon::app {
namespace {

class DeviceFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "pantheon-device-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path folder_;
};

TEST_F(DeviceFiles, TheKeyIsMadeOnceAndKept) {
  const auto first = DeviceState::open(folder_).value().key().device_id();
  EXPECT_EQ(DeviceState::open(folder_).value().key().device_id(), first);
}

TEST_F(DeviceFiles, TheFolderIsUsedByOneProcessAtATime) {
  const auto state = DeviceState::open(folder_);
  ASSERT_TRUE(state);
  EXPECT_EQ(DeviceState::open(folder_).error().code(), "already_running");
}

TEST_F(DeviceFiles, AFreshFolderIsItsOwnersAlone) {
  const auto before = ::umask(022);
  const auto state = DeviceState::open(folder_ / "new");
  ::umask(before);
  ASSERT_TRUE(state);
  EXPECT_EQ(std::filesystem::status(folder_ / "new").permissions(), std::filesystem::perms::owner_all);
}

TEST_F(DeviceFiles, ADamagedKeyIsSaidAndNotReplaced) {
  ASSERT_TRUE(platform::write_private_file(folder_ / "device.key", "not a key"));
  EXPECT_EQ(DeviceState::open(folder_).error().code(), "bad_device_file");
  EXPECT_EQ(platform::read_file(folder_ / "device.key").value(), "not a key");
}

TEST_F(DeviceFiles, AMembershipIsReadBack) {
  const auto state = DeviceState::open(folder_).value();
  EXPECT_FALSE(state.load("home").value().has_value());
  Membership membership{
      "local:x:owner", {"local:x:owner", identity::KeyBook::FirstSight::refuse}, {}, "a", "r"};
  const auto other = identity::DeviceKey::generate();
  ASSERT_TRUE(membership.book.pin(other.device_id(), other.public_key()));
  ASSERT_TRUE(state.save("home", membership));
  const auto back = state.load("home").value();
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->account, "local:x:owner");
  EXPECT_EQ(back->refresh_token, "r");
  EXPECT_NE(back->book.pinned(other.device_id()), nullptr);
}

TEST_F(DeviceFiles, ADamagedMembershipIsSaid) {
  const auto state = DeviceState::open(folder_).value();
  ASSERT_TRUE(platform::write_private_file(folder_ / "accounts" / "home.json", "{}"));
  EXPECT_EQ(state.load("home").error().code(), "bad_device_file");
}

}  // namespace
}  // namespace pantheon::app
