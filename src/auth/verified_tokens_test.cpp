#include "auth/verified_tokens.hpp"

#include <gtest/gtest.h>

namespace pantheon::auth {
namespace {

struct VerifiedTokensTest : testing::Test {
  core::WallTime now{std::chrono::seconds(1000)};
  VerifiedTokens tokens{2};

  static identity::Digest digest(std::string_view token) { return identity::sha256(core::as_bytes(token)); }
  Bearer bearer(const std::string& account) const {
    Bearer made;
    made.account = account;
    made.expires_at = now + std::chrono::seconds(10);
    return made;
  }
};

TEST_F(VerifiedTokensTest, AreKnownUntilTheyExpire) {
  tokens.add(digest("a"), bearer("x"));
  EXPECT_EQ(tokens.find(digest("a"), now)->account, "x");
  EXPECT_FALSE(tokens.find(digest("b"), now));
  EXPECT_TRUE(tokens.find(digest("a"), now + std::chrono::seconds(9)));
  EXPECT_FALSE(tokens.find(digest("a"), now + std::chrono::seconds(10)));
}

TEST_F(VerifiedTokensTest, TheOldestMakeRoom) {
  for (const auto* name : {"a", "b", "b", "c"}) tokens.add(digest(name), bearer(name));
  EXPECT_EQ(tokens.size(), 2U);
  EXPECT_FALSE(tokens.find(digest("a"), now));
  EXPECT_TRUE(tokens.find(digest("b"), now));
  EXPECT_TRUE(tokens.find(digest("c"), now));
}

TEST_F(VerifiedTokensTest, WhatHasNoEndIsNotKept) {
  auto endless = bearer("x");
  endless.expires_at.reset();
  tokens.add(digest("a"), endless);
  EXPECT_EQ(tokens.size(), 0U);
}

TEST_F(VerifiedTokensTest, CanAllBeForgotten) {
  tokens.add(digest("a"), bearer("x"));
  tokens.clear();
  EXPECT_FALSE(tokens.find(digest("a"), now));
  tokens.add(digest("a"), bearer("x"));
  EXPECT_TRUE(tokens.find(digest("a"), now));
}

}  // namespace
}  // namespace pantheon::auth
