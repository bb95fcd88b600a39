#include "auth/sign_in_options.hpp"

#include <gtest/gtest.h>

#include "auth/error.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::auth {
namespace {

struct SignInOptionsTest : testing::Test {
  http::TestLoop loop;
  SignInOptions options;

  /// `provider issuer` of each provider, or the code of the refusal.
  std::vector<std::string> made() {
    const auto providers = make_identity_providers(loop.executor(), options, core::wall_now);
    if (!providers) return {std::string(providers.error().code())};
    std::vector<std::string> list;
    for (const auto& provider : *providers)
      list.push_back(provider->rules().provider + " " + provider->rules().jwt.issuer);
    return list;
  }
};

using List = std::vector<std::string>;
const List kRefused{"invalid_sign_in"};

TEST_F(SignInOptionsTest, NothingSetIsNoProvider) {
  EXPECT_EQ(made(), List{});
}

TEST_F(SignInOptionsTest, TheProjectIdWinsOverTheDatabaseUrl) {
  options.firebase_database_url = "https://from-url.firebaseio.com";
  EXPECT_EQ(made(), List{"firebase https://securetoken.google.com/from-url"});
  options.firebase_project_id = "from-id";
  EXPECT_EQ(made(), List{"firebase https://securetoken.google.com/from-id"});
  options.firebase_database_url = "http://127.0.0.1:9000/?ns=x";
  EXPECT_EQ(made(), List{"firebase https://securetoken.google.com/from-id"});
  options.firebase_project_id.clear();
  EXPECT_EQ(made(), kRefused);
  options.firebase_project_id = "example.org:from-id";
  EXPECT_EQ(made(), kRefused);
}

TEST_F(SignInOptionsTest, TheEmulatorNeedsAProjectAndAnAddress) {
  options.firebase_emulator_host = "127.0.0.1:9099";
  EXPECT_EQ(made(), kRefused);
  options.firebase_project_id = "demo-pantheon";
  EXPECT_EQ(made(), List{"firebase https://securetoken.google.com/demo-pantheon"});
  for (const auto* host : {"http://127.0.0.1:9099", "127.0.0.1:9099/", "a b", "user@host"}) {
    options.firebase_emulator_host = host;
    EXPECT_EQ(made(), kRefused) << host;
  }
}

TEST_F(SignInOptionsTest, CertificatesComeOverHttpsOrFromThisMachine) {
  options.firebase_project_id = "demo";
  options.firebase_certs_url = "http://127.0.0.1:5000/certs";
  EXPECT_NE(made(), kRefused);
  options.firebase_certs_url = "http://certs.example.org";
  EXPECT_EQ(made(), kRefused);
  options.firebase_certs_url = "nonsense";
  EXPECT_EQ(made(), kRefused);
}

TEST_F(SignInOptionsTest, AnOidcIssuerNeedsAnAudience) {
  options.oidc_issuer = "https://id.example.org";
  EXPECT_EQ(made(), kRefused);
  options.oidc_audience = "pantheon";
  EXPECT_EQ(made(), List{"oidc https://id.example.org"});
  options.oidc_issuer = "http://id.example.org";
  EXPECT_EQ(made(), kRefused);
  options.oidc_issuer.clear();
  EXPECT_EQ(made(), kRefused);
}

TEST_F(SignInOptionsTest, OneIssuerIsNotTwoProviders) {
  options.firebase_project_id = "demo";
  options.oidc_issuer = "https://securetoken.google.com/demo";
  options.oidc_audience = "demo";
  EXPECT_EQ(made(), kRefused);
  options.oidc_issuer = "https://securetoken.google.com/other";
  EXPECT_EQ(made().size(), 2U);
}

}  // namespace
}  // namespace pantheon::auth
