#include "auth/provider_rules.hpp"

#include <gtest/gtest.h>

#include "auth/error.hpp"
#include "auth/firebase.hpp"
#include "auth/oidc.hpp"

namespace pantheon::auth {
namespace {

namespace json = core::json;

struct ProviderRulesTest : testing::Test {
  core::WallTime now{std::chrono::seconds(1'000'000)};
  ProviderRules firebase = firebase_rules("demo");
  ProviderRules oidc = oidc_rules("https://id.example.org/realms/x", "pantheon");
  json::object claims{{"sub", "anna"}, {"auth_time", 999'990}, {"exp", 1'003'600}};

  std::string account(const ProviderRules& rules, std::string_view name, json::value value) {
    auto changed = claims;
    changed[name] = std::move(value);
    const auto bearer = bearer_of(rules, changed, now);
    return bearer ? bearer->account : std::string(bearer.error().code());
  }
};

TEST_F(ProviderRulesTest, ABearerHasAccountAndEnd) {
  const auto bearer = bearer_of(firebase, claims, now);
  ASSERT_TRUE(bearer);
  EXPECT_EQ(bearer->account, "firebase:demo:anna");
  EXPECT_EQ(bearer->provider, "firebase");
  EXPECT_EQ(bearer->expires_at, core::WallTime(std::chrono::seconds(1'003'600)));
  EXPECT_FALSE(bearer->bound);
}

TEST_F(ProviderRulesTest, SubjectsWithColonsStayInTheirProvider) {
  EXPECT_EQ(account(firebase, "sub", "a:b"), "firebase:demo:a:b");
  EXPECT_EQ(account(oidc, "sub", "demo:anna"), "oidc:id.example.org/realms/x:demo:anna");
}

TEST_F(ProviderRulesTest, ASubjectIsNeitherEmptyNorLong) {
  EXPECT_EQ(account(firebase, "sub", ""), "auth_invalid");
  EXPECT_EQ(account(firebase, "sub", 5), "auth_invalid");
  EXPECT_EQ(account(firebase, "sub", nullptr), "auth_invalid");
  EXPECT_EQ(account(firebase, "sub", json::string(129, 'x')), "auth_invalid");
  EXPECT_EQ(account(firebase, "sub", json::string(128, 'x')), "firebase:demo:" + std::string(128, 'x'));
  EXPECT_EQ(account(oidc, "sub", json::string(256, 'x')), "auth_invalid");
  EXPECT_EQ(account(firebase, "sub", "an\nna"), "auth_invalid");
  std::string umlauts;
  for (int i = 0; i < 128; ++i) umlauts += "\xc3\xbc";
  EXPECT_EQ(account(firebase, "sub", json::string(umlauts)), "firebase:demo:" + umlauts)
      << "128 characters of two bytes";
}

TEST_F(ProviderRulesTest, FirebaseSaysWhenThePersonSignedIn) {
  EXPECT_EQ(account(firebase, "auth_time", nullptr), "auth_invalid");
  EXPECT_EQ(account(firebase, "auth_time", 1'000'100), "auth_invalid");
  EXPECT_NE(account(firebase, "auth_time", 999'990.5), "auth_invalid");
  EXPECT_EQ(account(firebase, "auth_time", 1'000'005), "firebase:demo:anna") << "within the leeway of clocks";
  EXPECT_EQ(account(oidc, "auth_time", nullptr), "oidc:id.example.org/realms/x:anna");
}

TEST_F(ProviderRulesTest, AnEndBeyondAllTimeIsBroughtBack) {
  claims["exp"] = std::numeric_limits<std::int64_t>::max();
  const auto bearer = bearer_of(firebase, claims, now);
  ASSERT_TRUE(bearer);
  EXPECT_EQ(bearer->expires_at, now + std::chrono::hours(24 * 365));
}

}  // namespace
}  // namespace pantheon::auth
