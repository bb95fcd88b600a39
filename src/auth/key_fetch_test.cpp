#include "auth/key_fetch.hpp"

#include <gtest/gtest.h>

#include "auth/test_support.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::auth {
namespace {

using namespace std::chrono_literals;
using test::first_signer;

struct KeyFetchTest : testing::Test {
  http::TestLoop loop;
  test::Endpoint endpoint{loop.executor()};
  std::string issuer = endpoint.url();

  void TearDown() override { loop.run(endpoint.stop()); }
  core::Result<FetchedKeys> certificates(std::chrono::milliseconds patience = 5s) {
    return loop.run(
        certificates_at(loop.executor(), http::parse_url(endpoint.url("/certs")).value(), patience)());
  }
  core::Result<FetchedKeys> issuer_keys() {
    const auto discovery = http::parse_url(issuer + "/.well-known/openid-configuration").value();
    return loop.run(keys_of_issuer(loop.executor(), issuer, discovery)());
  }
  void serve_discovery(const std::string& named_issuer) {
    endpoint.serve("/.well-known/openid-configuration",
                   core::serialize_json(
                       core::json::object{{"issuer", named_issuer}, {"jwks_uri", endpoint.url("/jwks")}}));
  }
};

TEST_F(KeyFetchTest, BringsCertificatesAndTheirLifetime) {
  endpoint.serve("/certs", test::certificates({first_signer()}), "public, max-age=22110, must-revalidate");
  const auto fetched = certificates();
  ASSERT_TRUE(fetched) << fetched.error().message();
  EXPECT_TRUE(fetched->keys.contains("key-1"));
  EXPECT_EQ(fetched->lifetime, 22110s);
  endpoint.serve("/certs", test::certificates({first_signer()}));
  EXPECT_EQ(certificates()->lifetime, std::nullopt);
}

TEST_F(KeyFetchTest, RefusesWhatIsNotTheDocument) {
  EXPECT_FALSE(certificates()) << "404";
  endpoint.serve("/certs", "{\"key-1\": \"no certificate\"}");
  EXPECT_EQ(certificates().error().code(), "invalid_key_set");
  endpoint.serve("/certs", http::Response{500, {}, test::certificates({first_signer()})});
  EXPECT_EQ(certificates().error().code(), "sign_in_unavailable");
  endpoint.serve("/elsewhere", test::certificates({first_signer()}));
  endpoint.serve("/certs", http::Response{302, {{"Location", endpoint.url("/elsewhere")}}, ""});
  EXPECT_FALSE(certificates()) << "redirects are not followed";
  EXPECT_EQ(endpoint.requests("/elsewhere"), 0U);
}

TEST_F(KeyFetchTest, RefusesHugeDocuments) {
  endpoint.serve("/certs", "{\"padding\":\"" + std::string(kMaxProviderDocument.count, 'x') + "\"}");
  EXPECT_EQ(certificates().error().code(), "body_too_large");
}

TEST_F(KeyFetchTest, DoesNotWaitForSlowEndpoints) {
  asio::ip::tcp::acceptor silent(loop.executor(), {asio::ip::address_v4::loopback(), 0});
  const auto url =
      http::parse_url("http://127.0.0.1:" + std::to_string(silent.local_endpoint().port())).value();
  const auto fetched = loop.run(certificates_at(loop.executor(), url, 50ms)());
  ASSERT_FALSE(fetched);
  EXPECT_EQ(fetched.error().code(), "response_timeout");
}

TEST_F(KeyFetchTest, SaysWhenTheEndpointIsNotThere) {
  asio::ip::tcp::acceptor gone(loop.executor(), {asio::ip::address_v4::loopback(), 0});
  const auto url =
      http::parse_url("http://127.0.0.1:" + std::to_string(gone.local_endpoint().port())).value();
  gone.close();
  EXPECT_EQ(loop.run(certificates_at(loop.executor(), url)()).error().code(), "connect_failed");
}

TEST_F(KeyFetchTest, FindsAnIssuersKeysByDiscovery) {
  serve_discovery(issuer);
  const auto ec = Jwk::generate_es256();
  endpoint.serve("/jwks", core::serialize_json(KeySet({first_signer().key, ec}).public_json()), "max-age=60");
  const auto fetched = issuer_keys();
  ASSERT_TRUE(fetched) << fetched.error().message();
  EXPECT_EQ(fetched->keys.size(), 2U);
  EXPECT_EQ(fetched->lifetime, 60s);
}

TEST_F(KeyFetchTest, RefusesAnotherIssuersDiscovery) {
  endpoint.serve("/jwks", core::serialize_json(KeySet({first_signer().key}).public_json()));
  serve_discovery("https://evil.example.org");
  EXPECT_EQ(issuer_keys().error().code(), "invalid_discovery");
  EXPECT_EQ(endpoint.requests("/jwks"), 0U);
  endpoint.serve("/.well-known/openid-configuration", "<html>");
  EXPECT_EQ(issuer_keys().error().code(), "invalid_discovery");
  serve_discovery(issuer);
  endpoint.serve("/jwks", "[]");
  EXPECT_EQ(issuer_keys().error().code(), "invalid_key_set");
}

}  // namespace
}  // namespace pantheon::auth
