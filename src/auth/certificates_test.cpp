#include "auth/certificates.hpp"

#include <gtest/gtest.h>

#include "auth/test_support.hpp"

namespace pantheon::auth {
namespace {

namespace json = core::json;
using test::first_signer;
using test::second_signer;

TEST(Certificates, GiveTheKeysTheyHold) {
  const auto keys = parse_certificates(test::certificates({first_signer(), second_signer()}));
  ASSERT_TRUE(keys) << keys.error().message();
  EXPECT_EQ(keys->size(), 2U);
  const auto* key = keys->find("key-1", Algorithm::rs256);
  ASSERT_NE(key, nullptr);
  const auto token = first_signer().key.sign({{"a", 1}}).value();
  EXPECT_TRUE(key->verify(token));
  EXPECT_FALSE(keys->find("key-2", Algorithm::rs256)->verify(token));
}

TEST(Certificates, WhatIsNoRsaCertificateIsPassedOver) {
  const auto elliptic = test::own(EVP_EC_gen("P-256"));
  const auto short_key = test::own(EVP_RSA_gen(1024));
  const auto truncated = first_signer().certificate.substr(0, 400);
  const json::object document{{"ec", test::certificate_of(elliptic.get())},
                              {"short", test::certificate_of(short_key.get())},
                              {"truncated", truncated},
                              {"number", 5},
                              {"text", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
                              {"", first_signer().certificate},
                              {"good", first_signer().certificate}};
  const auto keys = parse_certificates(core::serialize_json(document));
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->size(), 1U);
  EXPECT_TRUE(keys->contains("good"));
}

TEST(Certificates, AnEncryptedBlockAsksNobodyForAPassword) {
  auto pem = first_signer().certificate;
  const std::string begin = "-----BEGIN CERTIFICATE-----\n";
  pem.insert(begin.size(),
             "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n");
  EXPECT_FALSE(parse_certificates(core::serialize_json(json::object{{"k", pem}})));
}

TEST(Certificates, RefusesDocumentsWithoutAKey) {
  for (const auto* text : {"", "[]", "{}", "{", "5", R"({"a":"b"})", R"({"keys":[]})"})
    EXPECT_FALSE(parse_certificates(text)) << text;
  json::object many;
  for (int i = 0; i < 65; ++i) many[std::to_string(i)] = first_signer().certificate;
  EXPECT_FALSE(parse_certificates(core::serialize_json(many)));
}

}  // namespace
}  // namespace pantheon::auth
