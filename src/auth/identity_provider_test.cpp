#include "auth/identity_provider.hpp"

#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include "auth/error.hpp"
#include "auth/firebase.hpp"
#include "auth/key_fetch.hpp"
#include "auth/oidc.hpp"
#include "auth/test_support.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::auth {
namespace {

using namespace std::chrono_literals;
namespace json = core::json;
using test::first_signer;
using test::second_signer;

/// Base of the providers' tests: an endpoint on loopback, and a wall clock in the test's hand.
struct ProviderTest : testing::Test {
  http::TestLoop loop;
  test::Endpoint endpoint{loop.executor()};
  core::WallTime now = core::wall_now();
  KeyTiming timing;
  std::unique_ptr<IdentityProvider> provider;

  void TearDown() override {
    if (provider) loop.run(provider->stop());
    loop.run(endpoint.stop());
  }
  void start(ProviderRules rules, FetchKeys fetch) {
    if (provider) loop.run(provider->stop());
    provider = std::make_unique<IdentityProvider>(
        loop.executor(), std::move(rules), std::move(fetch), [this] { return now; }, timing);
  }
  /// The account of a token, or the code of its refusal.
  std::string account(const std::string& token) {
    const auto preview = preview_jwt(token);
    if (!preview) return std::string(preview.error().code());
    const auto bearer = loop.run(provider->verify(token, *preview));
    return bearer ? bearer->account : std::string(bearer.error().code());
  }
};

struct FirebaseTest : ProviderTest {
  json::object claims = test::firebase_claims(now);

  void SetUp() override {
    endpoint.serve("/certs", test::certificates({first_signer()}), "max-age=3600");
    start_firebase("");
  }
  void start_firebase(const std::string& emulator) {
    start(firebase_rules("demo", emulator),
          certificates_at(loop.executor(), http::parse_url(endpoint.url("/certs")).value()));
  }
  std::string account_with(std::string_view name, json::value value) {
    auto changed = claims;
    if (value.is_null()) {
      changed.erase(name);
    } else {
      changed[name] = std::move(value);
    }
    return account(first_signer().key.sign(changed).value());
  }
  std::int64_t in(std::chrono::seconds time) const {
    return std::chrono::floor<std::chrono::seconds>(now + time).time_since_epoch().count();
  }
};

TEST_F(FirebaseTest, AGoodTokenIsAnAccount) {
  EXPECT_EQ(account(first_signer().key.sign(claims).value()), "firebase:demo:anna");
  EXPECT_EQ(endpoint.requests("/certs"), 1U);
}

TEST_F(FirebaseTest, ClaimsMustBeThisProjects) {
  EXPECT_EQ(account_with("iss", "https://securetoken.google.com/other"), "auth_invalid");
  EXPECT_EQ(account_with("iss", "https://evil.example.org/demo"), "auth_invalid");
  EXPECT_EQ(account_with("aud", "other"), "auth_invalid");
  EXPECT_EQ(account_with("aud", nullptr), "auth_invalid");
  EXPECT_EQ(account_with("sub", ""), "auth_invalid");
  EXPECT_EQ(account_with("sub", nullptr), "auth_invalid");
  EXPECT_EQ(account_with("sub", json::string(129, 'x')), "auth_invalid");
}

TEST_F(FirebaseTest, TimesMustBeInOrder) {
  EXPECT_EQ(account_with("exp", in(0s)), "auth_expired");
  EXPECT_EQ(account_with("exp", in(-1s)), "auth_expired");
  EXPECT_EQ(account_with("exp", nullptr), "auth_invalid");
  EXPECT_EQ(account_with("iat", in(60s)), "auth_invalid");
  EXPECT_EQ(account_with("iat", nullptr), "auth_invalid");
  EXPECT_EQ(account_with("auth_time", in(60s)), "auth_invalid");
  EXPECT_EQ(account_with("auth_time", nullptr), "auth_invalid");
  EXPECT_EQ(account_with("iat", in(5s)), "firebase:demo:anna") << "clocks differ a little";
}

TEST_F(FirebaseTest, OnlyGooglesKeysSign) {
  EXPECT_EQ(account(second_signer().key.sign(claims).value()), "auth_invalid") << "an unknown key id";
  const auto stranger = test::make_rsa_signer("key-1");
  EXPECT_EQ(account(stranger.key.sign(claims).value()), "auth_invalid") << "a known key id, another key";
  EXPECT_EQ(account(Jwk::generate_es256().sign(claims).value()), "auth_invalid");
}

TEST_F(FirebaseTest, TheHeaderChoosesNothing) {
  const auto token = first_signer().key.sign(claims).value();
  const auto rest = token.substr(token.find('.'));
  for (const auto& header : std::vector<json::object>{{{"alg", "none"}, {"kid", "key-1"}},
                                                      {{"alg", "ES256"}, {"kid", "key-1"}},
                                                      {{"alg", "RS512"}, {"kid", "key-1"}},
                                                      {{"alg", "rs256"}, {"kid", "key-1"}},
                                                      {{"alg", "RS256"}},
                                                      {{"alg", "RS256"}, {"kid", ""}},
                                                      {{"alg", "RS256"}, {"kid", "key-1"}, {"crit", "x"}},
                                                      {{"alg", "RS256"}, {"kid", 5}}})
    EXPECT_EQ(account(test::coded(header) + rest), "auth_invalid") << core::serialize_json(header);
}

TEST_F(FirebaseTest, TheCertificateIsNoSharedSecret) {
  const auto& secret = first_signer().certificate;
  const auto text = test::coded({{"alg", "HS256"}, {"kid", "key-1"}}) + "." + test::coded(claims);
  core::ByteVector mac(32);
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), core::as_bytes(text).data(), text.size(),
       mac.data(), &length);
  EXPECT_EQ(account(text + "." + core::to_base64url(mac)), "auth_invalid");
  EXPECT_EQ(endpoint.requests("/certs"), 0U) << "nothing is fetched for it";
}

TEST_F(FirebaseTest, UnsignedTokensCountNothing) {
  EXPECT_EQ(account(test::unsigned_token(claims)), "auth_invalid");
  EXPECT_EQ(account(first_signer().key.sign(claims).value() + "x"), "auth_invalid");
  const auto token = first_signer().key.sign(claims).value();
  EXPECT_EQ(account(token.substr(0, token.rfind('.') + 1)), "auth_invalid");
}

TEST_F(FirebaseTest, HugeTokensAreNotRead) {
  claims["padding"] = std::string(9000, 'x');
  EXPECT_EQ(account(first_signer().key.sign(claims).value()), "auth_invalid");
}

TEST_F(FirebaseTest, KeysRotate) {
  timing.refetch_wait = 0ms;
  start_firebase("");
  ASSERT_EQ(account(first_signer().key.sign(claims).value()), "firebase:demo:anna");
  endpoint.serve("/certs", test::certificates({second_signer()}), "max-age=3600");
  EXPECT_EQ(account(second_signer().key.sign(claims).value()), "firebase:demo:anna");
  EXPECT_EQ(account(first_signer().key.sign(claims).value()), "auth_invalid")
      << "also a token that was good before";
}

TEST_F(FirebaseTest, WithoutCertificatesNobodyIsLetInOrCalledInvalid) {
  endpoint.serve("/certs", http::Response{503, {}, ""});
  EXPECT_EQ(account(first_signer().key.sign(claims).value()), "sign_in_unavailable");
}

TEST_F(FirebaseTest, AKnownTokenStillExpires) {
  const auto token = first_signer().key.sign(claims).value();
  EXPECT_EQ(account(token), "firebase:demo:anna");
  EXPECT_EQ(account(token), "firebase:demo:anna");
  now += 1h;
  EXPECT_EQ(account(token), "auth_expired");
}

TEST_F(FirebaseTest, EmulatorTokensAreHeldToTheSameClaims) {
  start_firebase("127.0.0.1:9099");
  EXPECT_EQ(account(test::unsigned_token(claims)), "firebase:demo:anna");
  EXPECT_EQ(account(test::unsigned_token(claims) + "x"), "auth_invalid");
  EXPECT_EQ(account(first_signer().key.sign(claims).value()), "auth_invalid") << "no mixture";
  const std::vector<std::pair<std::string, json::value>> changes{
      {"aud", "other"},
      {"sub", ""},
      {"iat", in(60s)},
      {"exp", in(-1s)},
      {"auth_time", in(1h)},
      {"iss", "https://securetoken.google.com/other"},
      {"sub",
       "a\x01"
       "b"}};
  for (const auto& [name, value] : changes) {
    auto changed = claims;
    changed[name] = value;
    EXPECT_EQ(account(test::unsigned_token(changed)), name == "exp" ? "auth_expired" : "auth_invalid")
        << name;
  }
  EXPECT_EQ(endpoint.requests("/certs"), 0U);
}

struct OidcTest : ProviderTest {
  std::string issuer = endpoint.url("/realms/x");
  Jwk elliptic = Jwk::generate_es256();
  json::object claims{{"iss", issuer}, {"aud", "pantheon"}, {"sub", "anna"}};

  void SetUp() override {
    claims["iat"] = now.time_since_epoch().count() / 1000 - 5;
    claims["exp"] = now.time_since_epoch().count() / 1000 + 300;
    endpoint.serve(
        "/realms/x/.well-known/openid-configuration",
        core::serialize_json(json::object{{"issuer", issuer}, {"jwks_uri", endpoint.url("/jwks")}}));
    endpoint.serve("/jwks", core::serialize_json(KeySet({first_signer().key, elliptic}).public_json()));
    start(oidc_rules(issuer, "pantheon"),
          keys_of_issuer(loop.executor(), issuer, discovery_url(issuer).value()));
  }
  std::string expected() const { return "oidc:" + issuer_label(issuer) + ":anna"; }
};

TEST_F(OidcTest, TokensByEitherAlgorithmAreTheSameAccount) {
  EXPECT_EQ(account(first_signer().key.sign(claims).value()), expected());
  EXPECT_EQ(account(elliptic.sign(claims).value()), expected());
  EXPECT_EQ(endpoint.requests("/jwks"), 1U);
}

TEST_F(OidcTest, TheAudienceMayBeOneOfSeveral) {
  claims["aud"] = json::array{"other", "pantheon"};
  EXPECT_EQ(account(elliptic.sign(claims).value()), expected());
  claims["aud"] = json::array{"other"};
  EXPECT_EQ(account(elliptic.sign(claims).value()), "auth_invalid");
}

TEST_F(OidcTest, AnotherIssuersTokensAreRefused) {
  claims["iss"] = issuer + "/";
  EXPECT_EQ(account(elliptic.sign(claims).value()), "auth_invalid");
}

TEST_F(OidcTest, KeysRotate) {
  timing.refetch_wait = 0ms;
  SetUp();
  ASSERT_EQ(account(elliptic.sign(claims).value()), expected());
  const auto next = Jwk::generate_es256();
  endpoint.serve("/jwks", core::serialize_json(KeySet({next}).public_json()));
  EXPECT_EQ(account(next.sign(claims).value()), expected());
  EXPECT_EQ(account(elliptic.sign(claims).value()), "auth_invalid");
}

TEST_F(OidcTest, AWrongDiscoveryDocumentLetsNobodyIn) {
  endpoint.serve("/realms/x/.well-known/openid-configuration",
                 core::serialize_json(json::object{{"issuer", "https://evil.example.org"},
                                                   {"jwks_uri", endpoint.url("/jwks")}}));
  EXPECT_EQ(account(elliptic.sign(claims).value()), "sign_in_unavailable");
}

}  // namespace
}  // namespace pantheon::auth
