#include "session/pairing_voucher.hpp"

#include <gtest/gtest.h>

namespace pantheon::session {
namespace {

constexpr core::WallTime kNow{std::chrono::milliseconds(1'700'000'000'000)};

class Voucher : public testing::Test {
 protected:
  Voucher() { voucher_.set_account("local:server:owner"); }

  identity::PairingRequest request_for(const identity::PairingLink& link) {
    return {link.code, newcomer_.device_id(), newcomer_.public_key(), "Phone", "android"};
  }
  static core::json::object message(const identity::PairingRequest& request,
                                    const identity::PairingMac& mac) {
    return {{"code", identity::to_text(request.code)},
            {"deviceId", request.device_id},
            {"publicKey", identity::to_text(request.public_key)},
            {"name", request.name},
            {"platform", request.platform},
            {"mac", core::to_base64url(mac)}};
  }

  identity::DeviceKey key_ = identity::DeviceKey::generate();
  identity::DeviceKey newcomer_ = identity::DeviceKey::generate();
  identity::KeyBook book_{"local:server:owner", identity::KeyBook::FirstSight::refuse};
  std::vector<std::string> paired_;
  PairingVoucher voucher_{key_, key_.device_id(), "Desk", book_,
                          [this](const PairingVoucher::Newcomer& n) { paired_.push_back(n.name); }};
};

TEST_F(Voucher, PinsANewcomerThatKnowsTheSecret) {
  const auto link = voucher_.open("http://127.0.0.1:3001", kNow);
  const auto request = request_for(link);
  const auto answer = voucher_.answer(message(request, identity::newcomer_mac(link.secret, request)), kNow);
  EXPECT_EQ(core::get_bool(answer, "ok"), true);
  EXPECT_NE(book_.pinned(newcomer_.device_id()), nullptr);
  EXPECT_EQ(paired_, std::vector<std::string>{"Phone"});
}

TEST_F(Voucher, RefusesAKeyThatTheServerSwapped) {
  const auto link = voucher_.open("http://127.0.0.1:3001", kNow);
  auto request = request_for(link);
  const auto mac = identity::newcomer_mac(link.secret, request);
  request.public_key = identity::DeviceKey::generate().public_key();
  const auto answer = voucher_.answer(message(request, mac), kNow);
  EXPECT_EQ(core::get_string(answer, "code"), "pairing_refused");
  EXPECT_EQ(book_.pinned(newcomer_.device_id()), nullptr);
}

TEST_F(Voucher, AWrongGuessDoesNotUseTheLinkUp) {
  const auto link = voucher_.open("http://127.0.0.1:3001", kNow);
  const auto request = request_for(link);
  EXPECT_EQ(core::get_bool(voucher_.answer(message(request, {}), kNow), "ok"), false);
  const auto right = message(request, identity::newcomer_mac(link.secret, request));
  EXPECT_EQ(core::get_bool(voucher_.answer(right, kNow), "ok"), true);
  EXPECT_EQ(core::get_bool(voucher_.answer(right, kNow), "ok"), false) << "a link works once";
}

TEST_F(Voucher, AnExpiredLinkIsRefused) {
  const auto link = voucher_.open("http://127.0.0.1:3001", kNow);
  const auto request = request_for(link);
  const auto answer = voucher_.answer(message(request, identity::newcomer_mac(link.secret, request)),
                                      kNow + PairingVoucher::kLifetime);
  EXPECT_EQ(core::get_string(answer, "code"), "pairing_refused");
}

TEST_F(Voucher, ALinkDoesNotGiveAKnownDeviceAnotherKey) {
  ASSERT_TRUE(book_.pin("laptop", newcomer_.public_key()));
  for (const std::string& taken : {std::string("laptop"), key_.device_id(), newcomer_.device_id()}) {
    const auto link = voucher_.open("http://127.0.0.1:3001", kNow);
    const auto stranger = identity::DeviceKey::generate();
    const identity::PairingRequest request{link.code, taken, stranger.public_key(), "Phone", "android"};
    const auto answer = voucher_.answer(message(request, identity::newcomer_mac(link.secret, request)), kNow);
    EXPECT_EQ(core::get_string(answer, "code"), "pairing_refused") << taken;
  }
  EXPECT_EQ(*book_.pinned("laptop"), newcomer_.public_key());
}

TEST_F(Voucher, MalformedRequestsAreCodedErrors) {
  EXPECT_EQ(core::get_string(voucher_.answer({}, kNow), "code"), "invalid_argument");
  EXPECT_EQ(core::get_bool(voucher_.answer({{"code", "x"}, {"deviceId", 3}}, kNow), "ok"), false);
}

}  // namespace
}  // namespace pantheon::session
