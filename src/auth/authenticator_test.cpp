#include "auth/authenticator.hpp"

#include <gtest/gtest.h>

#include "auth/error.hpp"

namespace pantheon::auth {
namespace {

struct AuthenticatorTest : testing::Test {
  AccessTokens tokens{Jwk::generate_es256(), "srv", std::chrono::minutes(15), core::wall_now};
  SharedKeys keys = SharedKeys::parse("secret", "anna:other").value();
  Authenticator closed{"srv", tokens, keys, Authenticator::DevTokens::refuse};
  Authenticator open{"srv", tokens, keys, Authenticator::DevTokens::accept};
};

TEST_F(AuthenticatorTest, KnowsItsOwnTokens) {
  const auto device = identity::DeviceKey::generate();
  const auto token = tokens.issue("local:srv:owner", "d_1", device.public_key(), 0).value();
  const auto bearer = closed.authenticate({token, ""});
  ASSERT_TRUE(bearer);
  EXPECT_EQ(bearer->account, "local:srv:owner");
  EXPECT_EQ(bearer->provider, "device");
}

TEST_F(AuthenticatorTest, HoldersOfAKeyAreOneAccount) {
  EXPECT_EQ(closed.authenticate({"", "secret"})->account, "key:srv:default");
  EXPECT_EQ(closed.authenticate({"", "other"})->account, "key:srv:anna");
  EXPECT_TRUE(closed.authenticate({"", "guess"}).error().is(AuthError::auth_invalid));
}

TEST_F(AuthenticatorTest, DevelopmentTokensCountOnlyInDevelopment) {
  EXPECT_TRUE(closed.authenticate({"dev:anna", ""}).error().is(AuthError::auth_invalid));
  const auto bearer = open.authenticate({"dev:anna", ""});
  ASSERT_TRUE(bearer);
  EXPECT_EQ(bearer->account, "dev:srv:anna");
  EXPECT_FALSE(bearer->bound_key_thumbprint);
}

TEST_F(AuthenticatorTest, ADevelopmentNameCannotReachAnotherProvider) {
  for (const auto* token : {"dev:", "dev:a:b", "dev:../x", "dev:a b", "dev:\xc3\xa4", "Dev:a", "dev"}) {
    EXPECT_FALSE(open.authenticate({token, ""})) << token;
  }
  EXPECT_FALSE(open.authenticate({"dev:" + std::string(65, 'a'), ""}));
}

TEST_F(AuthenticatorTest, ABadTokenIsNotSavedByAGoodKey) {
  EXPECT_TRUE(closed.authenticate({"a.b.c", "secret"}).error().is(AuthError::auth_invalid));
}

TEST_F(AuthenticatorTest, NothingShownIsNobody) {
  EXPECT_TRUE(open.authenticate({"", ""}).error().is(AuthError::auth_required));
}

}  // namespace
}  // namespace pantheon::auth
