#include "store/absent_devices.hpp"

#include <gtest/gtest.h>

namespace pantheon::store {
namespace {

constexpr Moment kEarlier{1};
constexpr Moment kLater{2};

TEST(AbsentDevicesTest, HoldsWhatWasNotFoundUntilTheNextCommit) {
  AbsentDevices absent;
  EXPECT_FALSE(absent.holds(kEarlier, "a", "d"));
  absent.add(kEarlier, kEarlier, "a", "d");
  EXPECT_TRUE(absent.holds(kEarlier, "a", "d"));
  EXPECT_FALSE(absent.holds(kEarlier, "a", "e"));
  EXPECT_FALSE(absent.holds(kLater, "a", "d"));
  absent.add(kLater, kLater, "a", "e");
  EXPECT_TRUE(absent.holds(kLater, "a", "e"));
  EXPECT_FALSE(absent.holds(kLater, "a", "d"));
}

TEST(AbsentDevicesTest, KeepsNothingThatACommitMayHaveChanged) {
  AbsentDevices absent;
  absent.add(kEarlier, kLater, "a", "d");
  absent.add(std::nullopt, std::nullopt, "a", "d");
  absent.add(std::nullopt, kLater, "a", "d");
  EXPECT_EQ(absent.size(), 0U);
  EXPECT_FALSE(absent.holds(kEarlier, "a", "d"));
  EXPECT_FALSE(absent.holds(kLater, "a", "d"));
}

TEST(AbsentDevicesTest, TellsAccountAndDeviceApart) {
  AbsentDevices absent;
  absent.add(kEarlier, kEarlier, "ab", "c");
  EXPECT_FALSE(absent.holds(kEarlier, "a", "bc"));
}

TEST(AbsentDevicesTest, KeepsNoNamesLongerThanAnyReal) {
  AbsentDevices absent;
  absent.add(kEarlier, kEarlier, "a", std::string(2000, 'x'));
  absent.add(kEarlier, kEarlier, std::string(2000, 'x'), "d");
  EXPECT_EQ(absent.size(), 0U);
}

TEST(AbsentDevicesTest, ForgetsAllWhenThereIsNoRoom) {
  AbsentDevices absent(2);
  absent.add(kEarlier, kEarlier, "a", "1");
  absent.add(kEarlier, kEarlier, "a", "2");
  absent.add(kEarlier, kEarlier, "a", "3");
  EXPECT_EQ(absent.size(), 1U);
  EXPECT_TRUE(absent.holds(kEarlier, "a", "3"));
}

}  // namespace
}  // namespace pantheon::store
