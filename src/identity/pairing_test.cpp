#include "identity/pairing.hpp"

#include <gtest/gtest.h>

#include "identity/error.hpp"
#include "identity/test_support.hpp"

namespace pantheon::identity {
namespace {

using core::json::object;

std::string text_of(const object& parent, std::string_view key) {
  return std::string(core::get_string(parent, key).value());
}

TEST(PairingLink, ParsesTheVectorsAndMakesThemAgain) {
  for (const auto& entry : test::vectors("pairing_link").at("valid").as_array()) {
    const auto& vector = entry.as_object();
    const auto link = parse_pairing_link(text_of(vector, "link"));
    ASSERT_TRUE(link) << text_of(vector, "link");
    EXPECT_EQ(link->origin, text_of(vector, "origin"));
    EXPECT_EQ(core::to_base64url(link->code), text_of(vector, "code"));
    EXPECT_EQ(core::to_base64url(link->secret), text_of(vector, "secret"));
    EXPECT_EQ(to_text(*link), text_of(vector, "link"));
  }
}

TEST(PairingLink, RefusesEverythingElse) {
  for (const auto& entry : test::vectors("pairing_link").at("invalid").as_array()) {
    const auto link = parse_pairing_link(std::string_view(entry.as_string()));
    ASSERT_FALSE(link) << entry;
    EXPECT_TRUE(link.error().is(IdentityError::pairing_link_invalid));
  }
}

TEST(PairingLink, RefusesBytesBeyondAscii) {
  auto text = to_text(generate_pairing_link("http://h:1"));
  text[text.find("#pair=") + 10] = '\x93';
  EXPECT_FALSE(parse_pairing_link(text));
}

TEST(PairingLink, EachHasItsOwnCodeAndSecret) {
  const auto a = generate_pairing_link("http://h:1");
  const auto b = generate_pairing_link("http://h:1");
  EXPECT_NE(a.code, b.code);
  EXPECT_NE(a.secret, b.secret);
  EXPECT_NE(a.code, a.secret);
  EXPECT_TRUE(parse_pairing_link(to_text(a)));
}

TEST(PairingVectors, MacsAreThoseOfTheVectors) {
  for (const auto& entry : test::vectors("pairing").at("cases").as_array()) {
    const auto& vector = entry.as_object();
    const auto& newcomer = vector.at("newcomer").as_object();
    const auto& voucher = vector.at("voucher").as_object();
    const auto secret = parse_pairing_code(text_of(vector, "secret")).value();
    const PairingRequest request{parse_pairing_code(text_of(vector, "code")).value(),
                                 text_of(newcomer, "deviceId"),
                                 parse_public_key(text_of(newcomer, "publicKey")).value(),
                                 text_of(newcomer, "name"), text_of(newcomer, "platform")};
    EXPECT_EQ(core::to_base64url(newcomer_mac(secret, request)), text_of(newcomer, "mac"));
    const PairingAnswer answer{text_of(voucher, "account"), text_of(voucher, "deviceId"),
                               parse_public_key(text_of(voucher, "publicKey")).value(),
                               Statement::parse(voucher.at("statement").as_object()).value()};
    const auto mac = parse_pairing_mac(text_of(voucher, "mac")).value();
    EXPECT_EQ(voucher_mac(secret, request, answer), mac);
    EXPECT_TRUE(verify_voucher(secret, request, answer, mac));
  }
}

struct Pairing : testing::Test {
  DeviceKey newcomer = test::test_key(1);
  DeviceKey voucher = test::test_key(2);
  DeviceKey attacker = test::test_key(3);
  PairingLink link = generate_pairing_link("http://h:1");
  PairingRequest request{link.code, newcomer.device_id(), newcomer.public_key(), "phone", "Android"};

  PairingAnswer answer() {
    return answer_pairing(voucher, voucher.device_id(), "local:s:owner", request, {});
  }
};

TEST_F(Pairing, BothSidesAcceptAnHonestExchange) {
  EXPECT_TRUE(verify_newcomer(link.secret, request, newcomer_mac(link.secret, request)));
  EXPECT_TRUE(verify_voucher(link.secret, request, answer(), voucher_mac(link.secret, request, answer())));
}

TEST_F(Pairing, TheVoucherNoticesASwappedKey) {
  const auto mac = newcomer_mac(link.secret, request);
  auto swapped = request;
  swapped.public_key = attacker.public_key();
  swapped.device_id = attacker.device_id();
  const auto checked = verify_newcomer(link.secret, swapped, mac);
  ASSERT_FALSE(checked);
  EXPECT_TRUE(checked.error().is(IdentityError::pairing_mac_mismatch));
}

TEST_F(Pairing, TheVoucherNoticesEveryOtherChange) {
  const auto mac = newcomer_mac(link.secret, request);
  auto renamed = request;
  renamed.name = "tablet";
  EXPECT_FALSE(verify_newcomer(link.secret, renamed, mac));
  auto shifted = request;
  shifted.name = "phoneA";
  shifted.platform = "ndroid";
  EXPECT_FALSE(verify_newcomer(link.secret, shifted, mac));
  EXPECT_FALSE(verify_newcomer(generate_pairing_link("http://h:1").secret, request, mac));
}

TEST_F(Pairing, TheNewcomerNoticesASwappedVoucher) {
  const auto mac = voucher_mac(link.secret, request, answer());
  auto swapped = answer_pairing(attacker, attacker.device_id(), "local:s:owner", request, {});
  const auto checked = verify_voucher(link.secret, request, swapped, mac);
  ASSERT_FALSE(checked);
  EXPECT_TRUE(checked.error().is(IdentityError::pairing_mac_mismatch));
}

TEST_F(Pairing, TheNewcomersMacIsNoVouchersMac) {
  EXPECT_FALSE(verify_voucher(link.secret, request, answer(), newcomer_mac(link.secret, request)));
}

TEST_F(Pairing, TheStatementMustBeAboutTheNewcomer) {
  auto other = request;
  other.device_id = "someone_else";
  auto wrong = answer();
  wrong.statement = answer_pairing(voucher, voucher.device_id(), "local:s:owner", other, {}).statement;
  const auto checked = verify_voucher(link.secret, request, wrong, voucher_mac(link.secret, request, wrong));
  ASSERT_FALSE(checked);
  EXPECT_TRUE(checked.error().is(IdentityError::pairing_statement_mismatch));
}

}  // namespace
}  // namespace pantheon::identity
