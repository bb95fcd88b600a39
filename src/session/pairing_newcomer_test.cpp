#include "session/pairing_newcomer.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "http/server.hpp"
#include "http/testing/test_loop.hpp"
#include "identity/error.hpp"
#include "session/error.hpp"

namespace pantheon::session {
namespace {

constexpr std::string_view kHome = "local:server:owner";

/// An optional, as the loop wants something that can be made without arguments.
asio::awaitable<std::optional<core::Result<PairedAccount>>> redeem_link(http::Client& client,
                                                                        identity::PairingLink link,
                                                                        identity::DeviceKey key) {
  const auto device_id = key.device_id();
  co_return co_await redeem_pairing_link(client, std::move(link), std::move(key), device_id, "Phone",
                                         "android");
}

/// A server that answers a newcomer for the device that made the link, honestly unless a test changes it.
class PairingNewcomer : public testing::Test {
 protected:
  PairingNewcomer() {
    server_.route("POST", "/v1/pairing/redeem",
                  [this](http::Request request) { return redeem(std::move(request)); });
    EXPECT_TRUE(server_.listen());
    link_ = identity::generate_pairing_link("http://127.0.0.1:" + std::to_string(server_.port()));
  }
  ~PairingNewcomer() override { loop_.run(server_.stop()); }

  core::Result<PairedAccount> pair(std::function<void(core::json::object&)> change = {}) {
    change_ = std::move(change);
    return *loop_.run(redeem_link(client_, link_, key_));
  }
  core::Error error_of(std::function<void(core::json::object&)> change) {
    const auto paired = pair(std::move(change));
    return paired ? core::Error(core::CommonError::internal, "it was believed") : paired.error();
  }

  asio::awaitable<http::Response> redeem(http::Request request) {
    asked_ = core::parse_json_object(request.body).value();
    const auto wanted = request_in(asked_);
    const auto answer = identity::answer_pairing(voucher_, voucher_.device_id(), std::string(kHome), wanted,
                                                 core::wall_now());
    core::json::object body{
        {"account", answer.account},
        {"voucher", core::json::object{{"deviceId", answer.voucher_device_id},
                                       {"publicKey", identity::to_text(answer.voucher_public_key)},
                                       {"name", "Desk"}}},
        {"statement", answer.statement.to_json()},
        {"mac", core::to_base64url(identity::voucher_mac(link_.secret, wanted, answer))},
        {"accessToken", "access"},
        {"refreshToken", "refresh"}};
    if (change_) change_(body);
    co_return http::json_response(200, core::serialize_json(body));
  }
  static identity::PairingRequest request_in(const core::json::object& body) {
    const auto text = [&body](const char* name) { return std::string(*core::get_string(body, name)); };
    return {*identity::parse_pairing_code(text("code")), text("deviceId"),
            *identity::parse_public_key(text("publicKey")), text("name"), text("platform")};
  }
  static std::string key_text() { return identity::to_text(identity::DeviceKey::generate().public_key()); }

  http::TestLoop loop_;
  http::Server server_{loop_.executor()};
  http::Client client_{loop_.executor()};
  identity::DeviceKey key_ = identity::DeviceKey::generate();
  identity::DeviceKey voucher_ = identity::DeviceKey::generate();
  identity::PairingLink link_;
  core::json::object asked_;
  std::function<void(core::json::object&)> change_;
};

TEST_F(PairingNewcomer, KeepsTheAccountTheVouchersKeyAndTheTokens) {
  const auto paired = pair();
  ASSERT_TRUE(paired) << paired.error().message();
  EXPECT_EQ(paired->account, kHome);
  EXPECT_EQ(paired->voucher_device_id, voucher_.device_id());
  EXPECT_EQ(paired->voucher_key, voucher_.public_key());
  EXPECT_EQ(paired->voucher_name, "Desk");
  EXPECT_EQ(paired->statement.claim().device_id, key_.device_id());
  EXPECT_EQ(paired->access_token, "access");
  EXPECT_EQ(paired->refresh_token, "refresh");
}

TEST_F(PairingNewcomer, ProvesToTheVoucherThatItKnowsTheSecretAndTellsItToNobody) {
  ASSERT_TRUE(pair());
  const auto mac = identity::parse_pairing_mac(*core::get_string(asked_, "mac"));
  ASSERT_TRUE(mac);
  EXPECT_TRUE(identity::verify_newcomer(link_.secret, request_in(asked_), *mac));
  EXPECT_EQ(core::serialize_json(asked_).find(core::to_base64url(link_.secret)), std::string::npos);
}

TEST_F(PairingNewcomer, BelievesNothingThatTheServerChanged) {
  using Object = core::json::object;
  const auto mismatch = [this](std::function<void(Object&)> change) {
    return error_of(std::move(change)).is(SessionError::pairing_mac_mismatch);
  };
  EXPECT_TRUE(mismatch([](Object& body) { body["account"] = "local:server:mallory"; }));
  EXPECT_TRUE(mismatch([](Object& body) { body["voucher"].as_object()["publicKey"] = key_text(); }));
  EXPECT_TRUE(mismatch([](Object& body) { body["voucher"].as_object()["deviceId"] = "d_mallory"; }));
  EXPECT_TRUE(mismatch([](Object& body) { body["mac"] = core::to_base64url(identity::PairingMac{}); }));
  EXPECT_TRUE(mismatch([](Object& body) { body["mac"] = "short"; }));
  EXPECT_TRUE(mismatch([](Object& body) { body.erase("mac"); }));
  EXPECT_TRUE(mismatch([this](Object& body) {  // about another key, which the voucher signed at another time
    auto another = request_in(asked_);
    another.public_key = identity::DeviceKey::generate().public_key();
    body["statement"] = identity::answer_pairing(voucher_, voucher_.device_id(), std::string(kHome), another,
                                                 core::wall_now())
                            .statement.to_json();
  }));
}

TEST_F(PairingNewcomer, BelievesNoVoucherThatDoesNotKnowTheSecret) {
  const auto error = error_of([this](core::json::object& body) {
    const auto wanted = request_in(asked_);
    const auto answer = identity::answer_pairing(voucher_, voucher_.device_id(), std::string(kHome), wanted,
                                                 core::wall_now());
    const auto guessed = identity::generate_pairing_link(link_.origin).secret;
    body["mac"] = core::to_base64url(identity::voucher_mac(guessed, wanted, answer));
  });
  EXPECT_TRUE(error.is(SessionError::pairing_mac_mismatch));
}

TEST_F(PairingNewcomer, AnAnswerThatIsNoneIsACodedError) {
  using Object = core::json::object;
  for (const char* member : {"voucher", "statement"}) {
    EXPECT_TRUE(
        error_of([member](Object& body) { body.erase(member); }).is(SessionError::no_signaling_server));
    EXPECT_TRUE(error_of([member](Object& body) { body[member] = 3; }).is(SessionError::no_signaling_server));
  }
  EXPECT_NE(error_of([](Object& body) { body["voucher"] = Object{}; }).code(), "internal");
  EXPECT_NE(error_of([](Object& body) { body["statement"] = Object{}; }).code(), "internal");
  EXPECT_NE(error_of([](Object& body) { body["voucher"].as_object()["publicKey"] = "x"; }).code(),
            "internal");
}

TEST_F(PairingNewcomer, SaysWhyTheServerRefuses) {
  link_.origin += "/elsewhere";
  EXPECT_TRUE(pair().error().is(SessionError::no_signaling_server));
}

}  // namespace
}  // namespace pantheon::session
