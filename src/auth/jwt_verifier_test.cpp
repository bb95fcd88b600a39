#include "auth/jwt_verifier.hpp"

#include <cjose/cjose.h>
#include <gtest/gtest.h>

#include "auth/error.hpp"
#include "core/bytes.hpp"

namespace pantheon::auth {
namespace {

namespace json = core::json;

core::WallTime at(std::int64_t seconds) {
  return core::WallTime(std::chrono::seconds(seconds));
}

Jwk generate_rs256() {
  cjose_err error{};
  auto* raw = cjose_jwk_create_RSA_random(2048, nullptr, 0, &error);
  char* text = cjose_jwk_to_json(raw, true, &error);
  auto object = core::parse_json_object(text).value();
  std::free(text);
  cjose_jwk_release(raw);
  object["kid"] = "rsa";
  return Jwk::parse(object).value();
}

std::string with_header(const std::string& token, const std::string& header) {
  return core::to_base64url(core::as_bytes(header)) + token.substr(token.find('.'));
}

struct JwtVerifierTest : testing::Test {
  Jwk key = Jwk::generate_es256();
  JwtVerifier verifier{{{Algorithm::es256}, "me", "you", std::chrono::seconds(0)}, KeySet({key})};
  json::object claims{{"iss", "me"}, {"aud", "you"}, {"iat", 100}, {"exp", 200}, {"sub", "x"}};

  std::string error_of(const std::string& token, std::int64_t now = 150) {
    const auto result = verifier.verify(token, at(now));
    return result ? "none" : std::string(result.error().code());
  }
  std::string error_with(std::string_view name, json::value value, std::int64_t now = 150) {
    auto changed = claims;
    changed[name] = std::move(value);
    return error_of(key.sign(changed).value(), now);
  }
};

TEST_F(JwtVerifierTest, GivesTheClaimsOfAGoodToken) {
  const auto verified = verifier.verify(key.sign(claims).value(), at(150));
  ASSERT_TRUE(verified) << verified.error().message();
  EXPECT_EQ(*verified, claims);
}

TEST_F(JwtVerifierTest, KeepsToTheTimes) {
  const auto token = key.sign(claims).value();
  EXPECT_EQ(error_of(token, 100), "none");
  EXPECT_EQ(error_of(token, 199), "none");
  EXPECT_EQ(error_of(token, 200), "auth_expired");
  EXPECT_EQ(error_of(token, 99), "auth_invalid");
  EXPECT_EQ(error_with("nbf", 151), "auth_invalid");
  EXPECT_EQ(error_with("nbf", 150), "none");
  EXPECT_EQ(error_with("nbf", "soon"), "auth_invalid");
  EXPECT_EQ(error_with("exp", "never"), "auth_invalid");
  EXPECT_EQ(error_with("iat", nullptr), "auth_invalid");
}

TEST_F(JwtVerifierTest, TakesTimesWithAFraction) {
  for (const auto* name : {"iat", "nbf"}) EXPECT_EQ(error_with(name, 149.5), "none") << name;
  EXPECT_EQ(error_with("exp", 150.5), "auth_expired");
  EXPECT_EQ(error_with("exp", 151.5), "none");
  for (const double far : {1e300, -1e300}) EXPECT_EQ(error_with("exp", far), "auth_invalid") << far;
}

TEST_F(JwtVerifierTest, KeepsToIssuerAndAudience) {
  EXPECT_EQ(error_with("iss", "other"), "auth_invalid");
  EXPECT_EQ(error_with("iss", json::array{"me"}), "auth_invalid");
  EXPECT_EQ(error_with("aud", "other"), "auth_invalid");
  EXPECT_EQ(error_with("aud", json::array{"other", "you"}), "none");
  EXPECT_EQ(error_with("aud", nullptr), "auth_invalid");
}

TEST_F(JwtVerifierTest, RefusesForgeries) {
  const auto token = key.sign(claims).value();
  EXPECT_EQ(error_of(Jwk::generate_es256().sign(claims).value()), "auth_invalid");
  EXPECT_EQ(error_of(with_header(token, R"({"alg":"none"})")), "auth_invalid");
  EXPECT_EQ(error_of(with_header(token, R"({"alg":"none"})").substr(0, token.rfind('.') + 1)),
            "auth_invalid");
  EXPECT_EQ(error_of(with_header(token, R"({"alg":"HS256","kid":")" + key.id() + "\"}")), "auth_invalid");
  EXPECT_EQ(error_of(with_header(token, R"({"alg":"ES256"})")), "auth_invalid") << "the header is signed too";
  auto changed = token;
  changed[token.find('.') + 5] = changed[token.find('.') + 5] == 'A' ? 'B' : 'A';
  EXPECT_EQ(error_of(changed), "auth_invalid");
}

TEST_F(JwtVerifierTest, RefusesMalformedTokens) {
  const auto token = key.sign(claims).value();
  for (const auto& wrong :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), token + ".x", token + "=",
        token.substr(0, token.size() - 4), token + "AAAA", "\n" + token, std::string(9000, 'a') + "..",
        with_header(token, "[]"), with_header(token, "{")}) {
    EXPECT_EQ(error_of(wrong), "auth_invalid") << wrong;
  }
}

TEST_F(JwtVerifierTest, SurvivesEncodingsThatEndTheLibrary) {
  const auto token = key.sign(claims).value();
  const auto head = token.substr(0, token.find('.') + 1);
  const auto signature = token.substr(token.rfind('.'));
  for (const auto& part :
       {std::string("y=k:\xa6xCc,\"\"t"), std::string("A"), std::string("AAAAA"), std::string("====")}) {
    EXPECT_EQ(error_of(token.substr(0, token.rfind('.') + 1) + part), "auth_invalid");
    EXPECT_EQ(error_of(std::string(head).append(part).append(signature)), "auth_invalid");
  }
}

TEST_F(JwtVerifierTest, RefusesCriticalExtensions) {
  const auto header = R"({"alg":"ES256","crit":["exp"],"kid":")" + key.id() + "\"}";
  EXPECT_EQ(error_of(with_header(key.sign(claims).value(), header)), "auth_invalid");
}

TEST_F(JwtVerifierTest, VerifiesRsaOnlyWhereItIsAllowed) {
  const auto rsa = generate_rs256();
  const auto token = rsa.sign(claims).value();
  const JwtVerifier both({{Algorithm::es256, Algorithm::rs256}, "me", "you", {}}, KeySet({key, rsa}));
  EXPECT_TRUE(both.verify(token, at(150)));
  EXPECT_TRUE(both.verify(key.sign(claims).value(), at(150)));
  const JwtVerifier one({{Algorithm::es256}, "me", "you", {}}, KeySet({key, rsa}));
  EXPECT_FALSE(one.verify(token, at(150)));
}

TEST_F(JwtVerifierTest, LeewayIsForTheIssuersClockAndNotForTheEnd) {
  const JwtVerifier lenient({{Algorithm::es256}, "me", "you", std::chrono::seconds(10)}, KeySet({key}));
  const auto token = key.sign(claims).value();
  EXPECT_TRUE(lenient.verify(token, at(199)));
  EXPECT_FALSE(lenient.verify(token, at(200)));
  EXPECT_TRUE(lenient.verify(token, at(90)));
  EXPECT_FALSE(lenient.verify(token, at(89)));
}

}  // namespace
}  // namespace pantheon::auth
