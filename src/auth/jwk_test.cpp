#include "auth/jwk.hpp"

#include <gtest/gtest.h>

#include "auth/error.hpp"

namespace pantheon::auth {
namespace {

namespace json = core::json;

TEST(Jwk, SignsWhatItsPublicPartVerifies) {
  const auto key = Jwk::generate_es256();
  const auto token = key.sign({{"a", 1}}).value();
  const auto published = Jwk::parse(key.public_json()).value();
  EXPECT_EQ(published.verify(token).value(), R"({"a":1})");
  EXPECT_FALSE(Jwk::generate_es256().verify(token));
}

TEST(Jwk, SurvivesBeingStored) {
  const auto key = Jwk::generate_es256();
  const auto stored =
      Jwk::parse(core::parse_json_object(core::serialize_json(key.private_json())).value()).value();
  EXPECT_EQ(stored.id(), key.id());
  EXPECT_TRUE(key.verify(stored.sign({{"a", 1}}).value()));
}

TEST(Jwk, WhatIsPublishedHasNoPrivatePart) {
  const auto set = KeySet({Jwk::generate_es256()}).public_json();
  const auto& key = set.at("keys").as_array().at(0).as_object();
  EXPECT_FALSE(key.contains("d"));
  EXPECT_EQ(key.at("alg"), "ES256");
  EXPECT_EQ(key.at("use"), "sig");
  EXPECT_EQ(key.at("kid").as_string().size(), 43U);
}

TEST(Jwk, RefusesOtherKindsOfKeys) {
  const json::object symmetric{{"kty", "oct"}, {"k", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}};
  EXPECT_FALSE(Jwk::parse(symmetric));
  EXPECT_FALSE(Jwk::parse({}));
  auto mislabelled = Jwk::generate_es256().public_json();
  mislabelled["alg"] = "RS256";
  EXPECT_FALSE(Jwk::parse(mislabelled));
}

TEST(Jwk, RefusesMembersThatAreNotBase64Url) {
  for (const auto& wrong : {json::value("A"), json::value("y=k:"), json::value("\xa6\xa6"), json::value(5)}) {
    auto key = Jwk::generate_es256().public_json();
    key["x"] = wrong;
    EXPECT_FALSE(Jwk::parse(key));
  }
}

TEST(KeySet, FindsByIdAndPassesOverWhatItCannotUse) {
  const auto a = Jwk::generate_es256();
  const auto b = Jwk::generate_es256();
  auto encryption = Jwk::generate_es256().public_json();
  encryption["use"] = "enc";
  const json::object document{
      {"keys", json::array{a.public_json(), 5, json::object{{"kty", "OKP"}}, encryption, b.public_json()}}};
  const auto set = KeySet::parse(core::serialize_json(document)).value();
  EXPECT_EQ(set.size(), 2U);
  ASSERT_NE(set.find(a.id(), Algorithm::es256), nullptr);
  EXPECT_EQ(set.find(a.id(), Algorithm::es256)->id(), a.id());
  EXPECT_EQ(set.find(a.id(), Algorithm::rs256), nullptr);
  EXPECT_EQ(set.find("none", Algorithm::es256), nullptr);
  EXPECT_EQ(set.find(std::nullopt, Algorithm::es256), nullptr) << "two could be meant";
  EXPECT_NE(KeySet({a}).find(std::nullopt, Algorithm::es256), nullptr);
}

TEST(KeySet, RefusesWhatIsNoKeySet) {
  for (const auto* text : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":1})", "{"})
    EXPECT_FALSE(KeySet::parse(text));
}

}  // namespace
}  // namespace pantheon::auth
