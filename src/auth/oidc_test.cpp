#include "auth/oidc.hpp"

#include <gtest/gtest.h>

#include <set>

#include "auth/error.hpp"

namespace pantheon::auth {
namespace {

constexpr auto kIssuer = "https://id.example.org/realms/x";

std::string discovery(const std::string& issuer, const std::string& jwks) {
  return core::serialize_json(core::json::object{{"issuer", issuer}, {"jwks_uri", jwks}});
}

TEST(OidcIssuerLabel, IsReadableAndHasNoColon) {
  EXPECT_EQ(issuer_label("https://id.example.org/realms/x"), "id.example.org/realms/x");
  EXPECT_EQ(issuer_label("https://id.example.org:8443/"), "id.example.org%3A8443/");
  EXPECT_EQ(issuer_label("http://127.0.0.1:9000"), "http!127.0.0.1%3A9000");
}

TEST(OidcIssuerLabel, DiffersForEveryIssuer) {
  const std::vector<std::string> issuers{"https://a.org",
                                         "https://a.org/",
                                         "http://a.org",
                                         "https://http!a.org",
                                         "https://http://a.org",
                                         "https://a.org:443",
                                         "https://a.org%3A443",
                                         "https://A.org",
                                         "https://a.org/b:c",
                                         "https://a.org/b%3Ac",
                                         "a.org",
                                         "!a.org",
                                         "HTTPS://a.org"};
  std::set<std::string> labels;
  for (const auto& issuer : issuers) {
    const auto label = issuer_label(issuer);
    EXPECT_EQ(label.find(':'), std::string::npos) << label;
    EXPECT_TRUE(labels.insert(label).second) << label;
  }
}

TEST(OidcDiscovery, IsBelowTheIssuer) {
  EXPECT_EQ(discovery_url(kIssuer)->text(),
            "https://id.example.org/realms/x/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://id.example.org")->target, "/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("https://id.example.org/")->target, "/.well-known/openid-configuration");
  EXPECT_EQ(discovery_url("http://localhost:9000")->text(),
            "http://localhost:9000/.well-known/openid-configuration");
}

TEST(OidcDiscovery, IsOverHttpsOnlyButOnLoopback) {
  for (const auto* issuer :
       {"", "id.example.org", "http://id.example.org", "ftp://id.example.org", "wss://id.example.org",
        "https://user@id.example.org", "https://id.example.org?x", "https://id.example.org#x",
        "http://127.0.0.1.example.org", "http://10.0.0.1"}) {
    const auto url = discovery_url(issuer);
    ASSERT_FALSE(url) << issuer;
    EXPECT_TRUE(url.error().is(AuthError::invalid_sign_in));
  }
  EXPECT_FALSE(discovery_url("https://a.org/" + std::string(300, 'x')));
  EXPECT_TRUE(discovery_url("http://127.0.0.2:1"));
  EXPECT_TRUE(discovery_url("http://[::1]:1"));
}

TEST(OidcDiscovery, NamesTheKeysOfExactlyThisIssuer) {
  EXPECT_EQ(parse_discovery(discovery(kIssuer, "https://keys.example.org/jwks"), kIssuer)->text(),
            "https://keys.example.org/jwks");
  const std::vector<std::string> wrong{"",
                                       "[]",
                                       "{}",
                                       R"({"issuer":5,"jwks_uri":"https://a.org"})",
                                       discovery(std::string(kIssuer) + "/", "https://a.org"),
                                       discovery("https://evil.org", "https://a.org"),
                                       discovery(kIssuer, ""),
                                       discovery(kIssuer, "http://keys.example.org/jwks"),
                                       discovery(kIssuer, "http://127.0.0.1/jwks"),
                                       discovery(kIssuer, "file:///etc/passwd"),
                                       discovery(kIssuer, "https://a.org/" + std::string(3000, 'x'))};
  for (const auto& document : wrong) {
    const auto url = parse_discovery(document, kIssuer);
    ASSERT_FALSE(url) << document;
    EXPECT_TRUE(url.error().is(AuthError::invalid_discovery));
  }
  EXPECT_TRUE(
      parse_discovery(discovery("http://localhost:1", "http://localhost:2/jwks"), "http://localhost:1"));
}

}  // namespace
}  // namespace pantheon::auth
