#include "signaling/device_room.hpp"

#include <gtest/gtest.h>

#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

struct DeviceRoomTest : testing::Test {
  DeviceRoomTest() { limits.max_devices_per_account = 2; }
  void keep(const std::string& device_id) {
    const core::WallTime now{std::chrono::hours(1)};
    EXPECT_TRUE(store.save_device({"a", device_id, "key", "", "", now, now, 0, false}));
  }
  bool is_full() {
    const auto room = check_room_for_device(store, "a", limits);
    return !room && room.error().is(SignalingError::account_full);
  }

  store::DeviceStore store = store::DeviceStore::open(":memory:").value();
  Limits limits;
};

TEST_F(DeviceRoomTest, IsForSoManyDevicesOfEachAccount) {
  keep("1");
  EXPECT_FALSE(is_full());
  keep("2");
  EXPECT_TRUE(is_full());
  EXPECT_TRUE(check_room_for_device(store, "b", limits));
}

TEST_F(DeviceRoomTest, IsMadeByRevokingButNotWithoutEnd) {
  for (int i = 0; i < 6; ++i) {
    EXPECT_FALSE(is_full()) << i;
    keep(std::to_string(i));
    EXPECT_TRUE(store.revoke_device("a", std::to_string(i)));
  }
  EXPECT_TRUE(is_full());
}

}  // namespace
}  // namespace pantheon::signaling
