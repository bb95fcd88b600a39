#include "auth/nonces.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pantheon::auth {
namespace {

using namespace std::chrono_literals;

struct NoncesTest : testing::Test {
  core::WallTime now{1'000'000s};
  core::WallClock clock = [this] { return now; };
  Nonces nonces{clock, 3};
};

TEST_F(NoncesTest, CountOnce) {
  const auto nonce = nonces.issue();
  EXPECT_TRUE(nonces.redeem(nonce));
  EXPECT_FALSE(nonces.redeem(nonce));
}

TEST_F(NoncesTest, CountForAMinute) {
  const auto a = nonces.issue();
  const auto b = nonces.issue();
  now += 60s;
  EXPECT_TRUE(nonces.redeem(a));
  now += 1ms;
  EXPECT_FALSE(nonces.redeem(b));
}

TEST_F(NoncesTest, OfAServerWhoseClockIsALittleAheadCount) {
  const auto a = nonces.issue();
  const auto b = nonces.issue();
  now -= 5s;
  EXPECT_TRUE(nonces.redeem(a));
  EXPECT_FALSE(nonces.redeem(a));
  now -= 1ms;
  EXPECT_FALSE(nonces.redeem(b));
}

TEST_F(NoncesTest, OfOthersOrChangedOnesDoNotCount) {
  Nonces others(clock);
  EXPECT_FALSE(nonces.redeem(others.issue()));
  auto changed = nonces.issue();
  changed[3] = changed[3] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(nonces.redeem(changed));
  for (const auto& wrong :
       {std::string(), std::string(54, 'A'), std::string(54, '='), std::string(100'000, 'A')}) {
    EXPECT_FALSE(nonces.redeem(wrong));
  }
}

TEST_F(NoncesTest, UsedOnesAreForgottenWhenTheyHaveExpiredAndNotBefore) {
  const auto first = nonces.issue();
  EXPECT_TRUE(nonces.redeem(first));
  EXPECT_TRUE(nonces.redeem(nonces.issue()));
  EXPECT_TRUE(nonces.redeem(nonces.issue()));
  EXPECT_FALSE(nonces.redeem(nonces.issue())) << "the memory is full";
  EXPECT_FALSE(nonces.redeem(first));
  now += 61s;
  EXPECT_TRUE(nonces.redeem(nonces.issue()));
}

TEST_F(NoncesTest, WhatNobodyElseCanCountIsCountedHereOnce) {
  std::optional<bool> told;
  nonces.count_by([&](std::string_view, core::WallTime) { return told; });
  const auto nonce = nonces.issue();
  EXPECT_TRUE(nonces.redeem(nonce));
  EXPECT_FALSE(nonces.redeem(nonce));
  told = true;
  EXPECT_FALSE(nonces.redeem(nonce)) << "used while nobody else could count";
  EXPECT_TRUE(nonces.redeem(nonces.issue()));
  told = false;
  EXPECT_FALSE(nonces.redeem(nonces.issue()));
}

TEST(Nonces, ServersThatShareAKeyTakeEachOthersOnce) {
  const core::WallTime now{std::chrono::hours(1)};
  const core::ByteVector key{1, 2, 3};
  std::set<std::string> used;
  const auto first_use = [&](std::string_view nonce, core::WallTime expires_at) {
    EXPECT_EQ(expires_at, now + Nonces::kLifetime);
    return used.emplace(nonce).second;
  };
  Nonces a([&] { return now; });
  Nonces b([&] { return now; });
  const auto unshared = a.issue();
  for (auto* each : {&a, &b}) {
    each->use_key(key);
    each->count_by(first_use);
  }
  const auto nonce = a.issue();
  EXPECT_TRUE(b.redeem(nonce));
  EXPECT_FALSE(a.redeem(nonce));
  EXPECT_FALSE(b.redeem(unshared));
}

}  // namespace
}  // namespace pantheon::auth
