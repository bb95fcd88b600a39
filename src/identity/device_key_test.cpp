#include "identity/device_key.hpp"

#include <gtest/gtest.h>

#include "identity/error.hpp"
#include "identity/test_support.hpp"

namespace pantheon::identity {
namespace {

TEST(DeviceKey, GivesTheIdsOfTheVectors) {
  for (const auto& entry : test::vectors("device_key").at("keys").as_array()) {
    const auto& vector = entry.as_object();
    const auto key = test::key_of(vector);
    EXPECT_EQ(to_text(key.public_key()), vector.at("publicKey").as_string());
    EXPECT_EQ(key.device_id(), vector.at("deviceId").as_string());
    EXPECT_EQ(key_thumbprint(key.public_key()), vector.at("thumbprint").as_string());
    EXPECT_EQ(key.seed_text(), vector.at("seed").as_string());
  }
}

TEST(DeviceKey, SignsWhatItsPublicKeyVerifies) {
  const auto key = DeviceKey::generate();
  const auto message = core::as_bytes("hello");
  auto signature = key.sign(message);
  EXPECT_TRUE(verify(key.public_key(), message, signature));
  EXPECT_FALSE(verify(key.public_key(), core::as_bytes("hellp"), signature));
  EXPECT_FALSE(verify(DeviceKey::generate().public_key(), message, signature));
  signature[10] ^= 1;
  EXPECT_FALSE(verify(key.public_key(), message, signature));
}

TEST(DeviceKey, TwoGeneratedKeysDiffer) {
  EXPECT_NE(DeviceKey::generate().public_key(), DeviceKey::generate().public_key());
}

TEST(DeviceKey, RefusesAKeyThatAcceptsForgedSignatures) {
  PublicKey weak{};
  weak[0] = 1;  // the neutral element
  Signature signature{};
  signature[0] = 1;
  EXPECT_FALSE(verify(weak, core::as_bytes("anything"), signature));
}

TEST(DeviceKey, ParsesOnlyKeysOfTheRightLength) {
  const auto text = to_text(test::test_key(1).public_key());
  EXPECT_TRUE(parse_public_key(text));
  for (const auto& wrong :
       {text.substr(1), text + "A", text + "=", std::string(), std::string(1'000'000, 'A')}) {
    const auto parsed = parse_public_key(wrong);
    ASSERT_FALSE(parsed);
    EXPECT_TRUE(parsed.error().is(IdentityError::invalid_key));
  }
}

TEST(DeviceKey, TellsIdsThatAKeyMadeFromOthers) {
  const auto made = DeviceKey::generate().device_id();
  EXPECT_TRUE(is_key_made(made));
  for (const auto& id : {std::string("d_"), std::string("d_1"), "D" + made.substr(1), made + "A",
                         std::string("anna_web"), std::string(24, '?')}) {
    EXPECT_FALSE(is_key_made(id)) << id;
  }
}

TEST(DeviceKey, DeviceIdsArePrintableAndBounded) {
  EXPECT_TRUE(check_device_id("uid1_web"));
  EXPECT_TRUE(check_device_id(test::test_key(1).device_id()));
  for (const auto& wrong : {std::string(), std::string("a b"), std::string("a\n"), std::string("\xc3\xa4"),
                            std::string(129, 'a'), std::string("a\0b", 3)}) {
    EXPECT_FALSE(check_device_id(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace pantheon::identity
