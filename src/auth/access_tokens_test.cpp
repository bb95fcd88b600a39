#include "auth/access_tokens.hpp"

#include <gtest/gtest.h>

#include "auth/error.hpp"

namespace pantheon::auth {
namespace {

struct AccessTokensTest : testing::Test {
  core::WallTime now{std::chrono::seconds(1'000'000)};
  core::WallClock clock = [this] { return now; };
  Jwk key = Jwk::generate_es256();
  AccessTokens tokens{key, "srv", std::chrono::minutes(15), clock};
  identity::DeviceKey device = identity::DeviceKey::generate();
};

TEST_F(AccessTokensTest, CarryAccountDeviceAndBoundKey) {
  const auto token = tokens.issue("local:srv:owner", "d_1", device.public_key(), 3).value();
  const auto bearer = tokens.verify(token);
  ASSERT_TRUE(bearer) << bearer.error().message();
  EXPECT_EQ(bearer->account, "local:srv:owner");
  ASSERT_TRUE(bearer->bound);
  EXPECT_EQ(bearer->bound->device_id, "d_1");
  EXPECT_EQ(bearer->bound->key_thumbprint, identity::key_thumbprint(device.public_key()));
  EXPECT_EQ(bearer->expires_at, now + std::chrono::minutes(15));
  EXPECT_EQ(bearer->bound->token_generation, 3);
}

TEST_F(AccessTokensTest, Expire) {
  const auto token = tokens.issue("a:b:c", "d_1", device.public_key(), 0).value();
  now += std::chrono::minutes(15);
  const auto bearer = tokens.verify(token);
  ASSERT_FALSE(bearer);
  EXPECT_TRUE(bearer.error().is(AuthError::auth_expired));
}

TEST_F(AccessTokensTest, OfAnotherServerDoNotCountEvenWithTheSameKey) {
  const AccessTokens other(key, "other", std::chrono::minutes(15), clock);
  EXPECT_FALSE(tokens.verify(other.issue("a:b:c", "d_1", device.public_key(), 0).value()));
}

TEST_F(AccessTokensTest, WithoutABoundKeyDoNotCount) {
  const auto second = now.time_since_epoch().count() / 1000;
  core::json::object claims{{"iss", "pantheon:srv"},
                            {"sub", "d"},
                            {"account", "a:b:c"},
                            {"gen", 0},
                            {"iat", second},
                            {"exp", second + 60},
                            {"cnf", core::json::object{{"jkt", "x"}}}};
  EXPECT_TRUE(tokens.verify(key.sign(claims).value()));
  claims["cnf"] = core::json::object();
  EXPECT_FALSE(tokens.verify(key.sign(claims).value()));
  claims.erase("cnf");
  EXPECT_FALSE(tokens.verify(key.sign(claims).value()));
}

TEST_F(AccessTokensTest, AreUniqueEvenWithinOneSecond) {
  EXPECT_NE(tokens.issue("a:b:c", "d", device.public_key(), 0).value(),
            tokens.issue("a:b:c", "d", device.public_key(), 0).value());
}

}  // namespace
}  // namespace pantheon::auth
