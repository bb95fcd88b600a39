#include "auth/authenticator.hpp"

#include <gtest/gtest.h>

#include "auth/error.hpp"
#include "auth/firebase.hpp"
#include "auth/test_support.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::auth {
namespace {

namespace json = core::json;

struct AuthenticatorTest : testing::Test {
  http::TestLoop loop;
  AccessTokens tokens{Jwk::generate_es256(), "srv", std::chrono::minutes(15), core::wall_now};
  SharedKeys keys = SharedKeys::parse("secret", "anna:other").value();
  Authenticator closed{"srv", &tokens, keys, Authenticator::DevTokens::refuse};
  Authenticator open{"srv", &tokens, keys, Authenticator::DevTokens::accept};

  core::Result<Bearer> ask(const Authenticator& authenticator, std::string token, std::string key = {}) {
    return loop.run(authenticator.authenticate({std::move(token), std::move(key)}));
  }
  /// An authenticator that takes tokens of the emulator's project `demo`.
  std::unique_ptr<Authenticator> with_firebase() {
    const auto fetch = []() -> asio::awaitable<core::Result<FetchedKeys>> {
      co_return core::failure(AuthError::sign_in_unavailable);
    };
    std::vector<std::unique_ptr<IdentityProvider>> providers;
    providers.push_back(std::make_unique<IdentityProvider>(
        loop.executor(), firebase_rules("demo", "127.0.0.1:9099"), fetch, core::wall_now));
    return std::make_unique<Authenticator>("srv", &tokens, keys, Authenticator::DevTokens::refuse,
                                           std::move(providers));
  }
};

TEST_F(AuthenticatorTest, KnowsItsOwnTokens) {
  const auto device = identity::DeviceKey::generate();
  const auto token = tokens.issue("local:srv:owner", "d_1", device.public_key(), 0).value();
  const auto firebase = with_firebase();
  for (const auto* authenticator : {&closed, firebase.get()}) {
    const auto bearer = ask(*authenticator, token);
    ASSERT_TRUE(bearer);
    EXPECT_EQ(bearer->account, "local:srv:owner");
    EXPECT_EQ(bearer->provider, "device");
  }
}

TEST_F(AuthenticatorTest, WithoutTokensOfItsOwnItTakesNoneAndPairsNobody) {
  const auto device = identity::DeviceKey::generate();
  const auto token = tokens.issue("local:srv:owner", "d_1", device.public_key(), 0).value();
  const Authenticator without("srv", nullptr, keys, Authenticator::DevTokens::refuse);
  const auto refused = ask(without, token);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(AuthError::auth_invalid));
  EXPECT_NE(refused.error().detail().find("--devices=off"), std::string::npos);
  EXPECT_EQ(without.methods().at("pairing"), false);
  EXPECT_EQ(closed.methods().at("pairing"), true);
}

TEST_F(AuthenticatorTest, HoldersOfAKeyAreOneAccount) {
  EXPECT_EQ(ask(closed, "", "secret")->account, "key:srv:default");
  EXPECT_EQ(ask(closed, "", "other")->account, "key:srv:anna");
  EXPECT_TRUE(ask(closed, "", "guess").error().is(AuthError::auth_invalid));
}

TEST_F(AuthenticatorTest, DevelopmentTokensCountOnlyInDevelopment) {
  EXPECT_TRUE(ask(closed, "dev:anna").error().is(AuthError::auth_invalid));
  const auto bearer = ask(open, "dev:anna");
  ASSERT_TRUE(bearer);
  EXPECT_EQ(bearer->account, "dev:srv:anna");
  EXPECT_FALSE(bearer->bound);
}

TEST_F(AuthenticatorTest, SaysLoudlyInTheLogThatDevelopmentTokensCount) {
  testing::internal::CaptureStderr();
  const Authenticator refusing("srv", &tokens, keys, Authenticator::DevTokens::refuse);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  testing::internal::CaptureStderr();
  const Authenticator accepting("srv", &tokens, keys, Authenticator::DevTokens::accept);
  const auto at_start = testing::internal::GetCapturedStderr();
  EXPECT_NE(at_start.find("warn"), std::string::npos) << at_start;
  EXPECT_NE(at_start.find("DEVELOPMENT MODE: tokens dev:<account> are accepted"), std::string::npos)
      << at_start;
  testing::internal::CaptureStderr();
  ASSERT_TRUE(ask(accepting, "dev:anna"));
  const auto at_sign_in = testing::internal::GetCapturedStderr();
  EXPECT_NE(at_sign_in.find("DEVELOPMENT MODE: a development token opened an account"), std::string::npos);
  EXPECT_EQ(at_sign_in.find("anna"), std::string::npos) << "no token is logged";
}

TEST_F(AuthenticatorTest, ADevelopmentNameCannotReachAnotherProvider) {
  for (const auto* token : {"dev:", "dev:a:b", "dev:../x", "dev:a b", "dev:\xc3\xa4", "Dev:a", "dev"}) {
    EXPECT_FALSE(ask(open, token)) << token;
  }
  EXPECT_FALSE(ask(open, "dev:" + std::string(65, 'a')));
}

TEST_F(AuthenticatorTest, ABadTokenIsNotSavedByAGoodKey) {
  EXPECT_TRUE(ask(closed, "a.b.c", "secret").error().is(AuthError::auth_invalid));
  EXPECT_TRUE(ask(*with_firebase(), "a.b.c", "secret").error().is(AuthError::auth_invalid));
}

TEST_F(AuthenticatorTest, NothingShownIsNobody) {
  EXPECT_TRUE(ask(open, "").error().is(AuthError::auth_required));
}

TEST_F(AuthenticatorTest, AProvidersTokenGoesToThatProvider) {
  const auto token = test::unsigned_token(test::firebase_claims(core::wall_now()));
  EXPECT_EQ(ask(*with_firebase(), token)->account, "firebase:demo:anna");
  EXPECT_TRUE(ask(closed, token).error().is(AuthError::auth_invalid)) << "nobody here knows that provider";
}

TEST_F(AuthenticatorTest, AProvidersTokenCannotNameAnAccountOfOurs) {
  const auto firebase = with_firebase();
  auto claims = test::firebase_claims(core::wall_now());
  claims["iss"] = "pantheon:srv";
  claims["account"] = "local:srv:owner";
  EXPECT_FALSE(ask(*firebase, test::unsigned_token(claims)));
  claims = test::firebase_claims(core::wall_now());
  claims["account"] = "local:srv:owner";
  EXPECT_EQ(ask(*firebase, test::unsigned_token(claims))->account, "firebase:demo:anna");
}

TEST_F(AuthenticatorTest, SaysWhoseTokensCountToWhoBringsOthers) {
  auto claims = test::firebase_claims(core::wall_now());
  claims["iss"] = "https://securetoken.google.com/other";
  const auto token = test::unsigned_token(claims);
  const auto refused = ask(*with_firebase(), token).error();
  EXPECT_TRUE(refused.is(AuthError::auth_invalid));
  EXPECT_NE(refused.detail().find("https://securetoken.google.com/demo"), std::string::npos);
  EXPECT_NE(ask(closed, token).error().detail().find("FIREBASE_PROJECT_ID"), std::string::npos);
}

TEST_F(AuthenticatorTest, TellsHowToSignIn) {
  EXPECT_EQ(open.methods(), (json::object{{"pairing", true}, {"sharedKey", true}, {"devTokens", true}}));
  const auto methods = with_firebase()->methods();
  EXPECT_EQ(methods.at("firebase"),
            (json::object{{"projectId", "demo"}, {"emulatorHost", "127.0.0.1:9099"}}));
  EXPECT_EQ(core::serialize_json(methods).find("secret"), std::string::npos);
}

}  // namespace
}  // namespace pantheon::auth
