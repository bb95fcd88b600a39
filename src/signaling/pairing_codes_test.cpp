#include "signaling/pairing_codes.hpp"

#include <gtest/gtest.h>

#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

using namespace std::chrono_literals;
using identity::PairingCode;

PairingCode code(std::uint8_t number) {
  PairingCode made{};
  made[0] = number;
  return made;
}

struct PairingCodesTest : testing::Test {
  core::WallTime now{std::chrono::hours(1000)};
  Limits limits;
  PairingCodes codes{limits, 600s};
  OpenCode by(const std::string& account, const std::string& device) {
    return {account, device, "tab", {}, false, 0};
  }
};

TEST_F(PairingCodesTest, ACodeIsUsedOnce) {
  ASSERT_EQ(codes.open(code(1), by("a", "d"), now).value(), now + 600s);
  EXPECT_EQ(codes.take(code(1), now)->account, "a");
  EXPECT_TRUE(codes.burn(code(1), now));
  EXPECT_TRUE(codes.take(code(1), now).error().is(SignalingError::pairing_code_unknown));
  EXPECT_FALSE(codes.burn(code(1), now));
}

TEST_F(PairingCodesTest, OneNewcomerAtATime) {
  ASSERT_TRUE(codes.open(code(1), by("a", "d"), now));
  ASSERT_TRUE(codes.take(code(1), now));
  EXPECT_TRUE(codes.take(code(1), now).error().is(SignalingError::pairing_busy));
  codes.give_back(code(1), PairingCodes::Outcome::no_answer);
  EXPECT_TRUE(codes.take(code(1), now));
}

TEST_F(PairingCodesTest, FiveRefusalsCloseItAndSilenceDoesNot) {
  ASSERT_TRUE(codes.open(code(1), by("a", "d"), now));
  for (int i = 0; i < 9; ++i) {
    ASSERT_TRUE(codes.take(code(1), now));
    codes.give_back(code(1), PairingCodes::Outcome::no_answer);
  }
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(codes.take(code(1), now)) << i;
    codes.give_back(code(1), PairingCodes::Outcome::refused);
  }
  EXPECT_FALSE(codes.take(code(1), now));
}

TEST_F(PairingCodesTest, ExpireAlsoWhileTheyAreTaken) {
  ASSERT_TRUE(codes.open(code(1), by("a", "d"), now));
  ASSERT_TRUE(codes.open(code(2), by("a", "d"), now));
  ASSERT_TRUE(codes.take(code(1), now));
  now += 600s;
  EXPECT_FALSE(codes.burn(code(1), now));
  EXPECT_FALSE(codes.take(code(2), now));
  EXPECT_EQ(codes.size(), 0U);
}

TEST_F(PairingCodesTest, OnlyTheSameDeviceMayOpenACodeAgain) {
  ASSERT_TRUE(codes.open(code(1), by("a", "d"), now));
  EXPECT_TRUE(codes.open(code(1), by("b", "d"), now).error().is(SignalingError::pairing_code_taken));
  EXPECT_TRUE(codes.open(code(1), by("a", "e"), now).error().is(SignalingError::pairing_code_taken));
  EXPECT_EQ(codes.open(code(1), by("a", "d"), now + 1s).value(), now + 600s);
}

TEST_F(PairingCodesTest, AreBoundedPerAccountAndInAll) {
  limits.max_open_codes = 10;
  PairingCodes bounded(limits, 600s);
  for (std::uint8_t i = 0; i < 8; ++i) ASSERT_TRUE(bounded.open(code(i), by("a", "d"), now));
  EXPECT_TRUE(bounded.open(code(8), by("a", "e"), now).error().is(SignalingError::pairing_too_many_codes));
  ASSERT_TRUE(bounded.open(code(8), by("b", "e"), now));
  ASSERT_TRUE(bounded.open(code(9), by("c", "e"), now));
  EXPECT_FALSE(bounded.open(code(10), by("d", "e"), now));
  now += 600s;
  EXPECT_TRUE(bounded.open(code(10), by("d", "e"), now));
}

TEST_F(PairingCodesTest, AreClosedByTheirAccountOnly) {
  ASSERT_TRUE(codes.open(code(1), by("a", "d"), now));
  codes.close(code(1), "b");
  EXPECT_EQ(codes.size(), 1U);
  codes.close(code(1), "a");
  EXPECT_EQ(codes.size(), 0U);
}

TEST_F(PairingCodesTest, OfARevokedDeviceCannotBeFinished) {
  ASSERT_TRUE(codes.open(code(1), by("a", "d"), now));
  ASSERT_TRUE(codes.take(code(1), now));
  codes.close_device("b", "d");
  EXPECT_EQ(codes.size(), 1U);
  codes.close_device("a", "d");
  EXPECT_FALSE(codes.burn(code(1), now));
}

}  // namespace
}  // namespace pantheon::signaling
