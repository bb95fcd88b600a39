#include "identity/hello_proof.hpp"

#include <gtest/gtest.h>

#include "identity/error.hpp"
#include "identity/test_support.hpp"

namespace pantheon::identity {
namespace {

std::string text_in_vector(const core::json::object& object, std::string_view key) {
  return std::string(core::get_string(object, key).value());
}

TEST(HelloProof, MakesAndVerifiesTheVectors) {
  for (const auto& entry : test::vectors("hello_proof").at("cases").as_array()) {
    const auto& vector = entry.as_object();
    const auto key = test::key_of(vector);
    const auto nonce = text_in_vector(vector, "nonce");
    const auto device = text_in_vector(vector, "deviceId");
    const auto token = text_in_vector(vector, "token");
    const auto expected = parse_signature(text_in_vector(vector, "signature")).value();
    if (vector.at("label").as_string() == "pantheon-hello/1") {
      EXPECT_EQ(sign_hello(key, nonce, device, token), expected);
      EXPECT_TRUE(verify_hello(key.public_key(), nonce, device, token, expected));
      EXPECT_FALSE(verify_refresh(key.public_key(), nonce, device, token, expected));
    } else {
      EXPECT_EQ(sign_refresh(key, nonce, device, token), expected);
      EXPECT_TRUE(verify_refresh(key.public_key(), nonce, device, token, expected));
      EXPECT_FALSE(verify_hello(key.public_key(), nonce, device, token, expected));
    }
  }
}

TEST(HelloProof, HoldsForItsNonceDeviceTokenAndKeyOnly) {
  const auto key = test::test_key(3);
  const auto proof = sign_hello(key, "nonce", "device", "token");
  EXPECT_TRUE(verify_hello(key.public_key(), "nonce", "device", "token", proof));
  EXPECT_FALSE(verify_hello(key.public_key(), "nonce2", "device", "token", proof));
  EXPECT_FALSE(verify_hello(key.public_key(), "nonce", "device2", "token", proof));
  EXPECT_FALSE(verify_hello(key.public_key(), "nonce", "device", "", proof));
  EXPECT_FALSE(verify_hello(test::test_key(4).public_key(), "nonce", "device", "token", proof));
  EXPECT_FALSE(verify_hello(key.public_key(), "noncedevice", "", "token", proof))
      << "fields must not run together";
}

}  // namespace
}  // namespace pantheon::identity
