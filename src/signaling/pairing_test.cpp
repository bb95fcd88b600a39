#include "signaling/pairing.hpp"

#include "identity/error.hpp"
#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using namespace identity;
using test::TestClient;
using test::TestDevice;
using test::text_of;

json::object body_of(const PairingRequest& request, const PairingSecret& secret) {
  return {{"code", identity::to_text(request.code)},
          {"deviceId", request.device_id},
          {"publicKey", identity::to_text(request.public_key)},
          {"name", request.name},
          {"platform", request.platform},
          {"mac", core::to_base64url(newcomer_mac(secret, request))}};
}

PairingRequest request_of(const json::object& body) {
  return {parse_pairing_code(text_of(body, "code")).value(), text_of(body, "deviceId"),
          parse_public_key(text_of(body, "publicKey")).value(), text_of(body, "name"),
          text_of(body, "platform")};
}

/// What the newcomer makes of the server's answer.
core::Result<void> check_answer(const PairingLink& link, const PairingRequest& request,
                                const json::object& body) {
  const auto& voucher = body.at("voucher").as_object();
  auto statement = Statement::parse(body.at("statement").as_object());
  if (!statement) return core::failure(statement.error());
  const PairingAnswer answer{text_of(body, "account"), text_of(voucher, "deviceId"),
                             parse_public_key(text_of(voucher, "publicKey")).value(), std::move(*statement)};
  return verify_voucher(link.secret, request, answer, parse_pairing_mac(text_of(body, "mac")).value());
}

struct PairingTest : test::ServiceTest {
  TestDevice host;
  TestDevice phone;
  PairingLink link = generate_pairing_link("http://127.0.0.1:1");
  PairingRequest request{link.code, phone.id(), phone.key.public_key(), "Phone", "Android"};
  int asked = 0;

  /// The host is connected, has opened its code, and answers as an honest voucher does.
  test::asio::awaitable<TestClient*> open_code() {
    host = owner_device("Tower");
    auto* live = co_await connected(host);
    live->answer("pairing-request", [this](const json::object& body) { return vouch(body); });
    json::object payload;
    payload["code"] = identity::to_text(link.code);
    const auto opened = co_await live->ask("pairing-open", payload);
    EXPECT_EQ(opened.at("ok"), true);
    EXPECT_EQ(opened.at("expiresAt"), (now + std::chrono::minutes(10)).time_since_epoch().count());
    co_return live;
  }
  json::object vouch(const json::object& body) {
    ++asked;
    const auto received = request_of(body);
    if (!verify_newcomer(link.secret, received, parse_pairing_mac(text_of(body, "mac")).value())) {
      return {{"ok", false}, {"code", "pairing_refused"}};
    }
    const auto answer = answer_pairing(host.key, host.id(), host.account, received, now);
    return {{"ok", true},
            {"statement", answer.statement.to_json()},
            {"voucher", json::object{{"deviceId", host.id()},
                                     {"publicKey", identity::to_text(host.key.public_key())},
                                     {"name", "Tower"}}},
            {"mac", core::to_base64url(voucher_mac(link.secret, received, answer))}};
  }
  /// Opens a code for another newcomer than before.
  test::asio::awaitable<void> open_code_for_next(TestClient& voucher) {
    phone = TestDevice();
    link = generate_pairing_link("http://127.0.0.1:1");
    request = {link.code, phone.id(), phone.key.public_key(), "Phone", "Android"};
    json::object payload;
    payload["code"] = identity::to_text(link.code);
    const auto opened = co_await voucher.ask("pairing-open", payload);
    EXPECT_EQ(opened.at("ok"), true);
  }
  test::asio::awaitable<void> revoke_phone(TestClient& voucher) {
    const auto statement = Statement::make(
        host.key, {StatementType::revoke, host.account, phone.id(), phone.key.public_key(), "", now});
    json::object payload;
    payload["statement"] = statement.to_json();
    const auto revoked = co_await voucher.ask("revoke-device", payload);
    EXPECT_EQ(revoked.at("ok"), true);
  }
  test::asio::awaitable<json::object> redeem() {
    return post("/v1/pairing/redeem", body_of(request, link.secret));
  }
  test::asio::awaitable<json::object> redeem_with(PairingSecret secret) {
    return post("/v1/pairing/redeem", body_of(request, secret));
  }
};

TEST_F(PairingTest, BringsANewDeviceIntoTheAccountWithBothKeysAuthenticated) {
  run([&]() -> test::asio::awaitable<void> {
    auto* voucher = co_await open_code();
    const auto answer = co_await redeem();
    EXPECT_EQ(text_of(answer, "account"), service->owner_account());
    EXPECT_EQ(text_of(answer, "deviceId"), phone.id());
    EXPECT_TRUE(check_answer(link, request, answer));
    phone.access_token = text_of(answer, "accessToken");
    auto* live = co_await connected(phone);
    const auto told = co_await voucher->next("peer-joined");
    EXPECT_EQ(text_of(told, "deviceId"), phone.id());
    EXPECT_EQ(text_of(told, "name"), "Phone");
    EXPECT_EQ(told.at("statements").as_array().size(), 1U);
    const auto list = co_await live->ask("list-devices");
    EXPECT_EQ(list.at("devices").as_array().size(), 2U);
  });
}

TEST_F(PairingTest, TheVoucherIsAskedWithNothingButTheProtocolsMembers) {
  run([&]() -> test::asio::awaitable<void> {
    auto* voucher = co_await open_code();
    auto body = body_of(request, link.secret);
    body["account"] = "local:evil:owner";
    co_await post("/v1/pairing/redeem", body);
    const auto asked_with = co_await voucher->next("pairing-request");
    EXPECT_EQ(asked_with, body_of(request, link.secret));
  });
}

TEST_F(PairingTest, ACodeIsUsedOnce) {
  run([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    co_await redeem();
    const auto again = co_await redeem();
    EXPECT_EQ(text_of(again, "code"), "pairing_code_unknown");
    EXPECT_EQ(again.at("status"), 404);
    EXPECT_EQ(asked, 1);
  });
}

TEST_F(PairingTest, AnUnknownExpiredOrClosedCodeIsNotTold) {
  run([&]() -> test::asio::awaitable<void> {
    auto* voucher = co_await open_code();
    auto other = request;
    other.code[0] ^= 1;
    const auto unknown = co_await post("/v1/pairing/redeem", body_of(other, link.secret));
    EXPECT_EQ(text_of(unknown, "code"), "pairing_code_unknown");
    now += std::chrono::minutes(10);
    const auto expired = co_await redeem();
    EXPECT_EQ(text_of(expired, "code"), "pairing_code_unknown");
    json::object code;
    code["code"] = identity::to_text(link.code);
    co_await voucher->ask("pairing-open", code);
    co_await voucher->ask("pairing-close", code);
    const auto closed = co_await redeem();
    EXPECT_EQ(text_of(closed, "code"), "pairing_code_unknown");
    EXPECT_EQ(asked, 0);
  });
}

TEST_F(PairingTest, AWrongSecretDoesNotUseTheCodeUpButFiveCloseIt) {
  run([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    const auto guess = generate_pairing_link("http://h:1").secret;
    const auto refused = co_await redeem_with(guess);
    EXPECT_EQ(text_of(refused, "code"), "pairing_refused");
    EXPECT_EQ(refused.at("status"), 403);
    const auto honest = co_await redeem();
    EXPECT_TRUE(honest.contains("accessToken"));
    EXPECT_TRUE(check_answer(link, request, honest));
  });
}

TEST_F(PairingTest, FiveWrongSecretsCloseTheCode) {
  run([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    const auto guess = generate_pairing_link("http://h:1").secret;
    for (int i = 0; i < 5; ++i) {
      const auto refused = co_await redeem_with(guess);
      EXPECT_EQ(text_of(refused, "code"), "pairing_refused");
    }
    const auto late = co_await redeem();
    EXPECT_EQ(text_of(late, "code"), "pairing_code_unknown");
  });
}

TEST_F(PairingTest, ASecondNewcomerIsTurnedAwayWhileTheFirstIsAskedAbout) {
  run([&]() -> test::asio::awaitable<void> {
    host = owner_device("Tower");
    auto* voucher = co_await connected(host);
    json::object code;
    code["code"] = identity::to_text(link.code);
    co_await voucher->ask("pairing-open", code);
    json::object first;
    core::AsyncEvent came(io.get_executor());
    test::asio::co_spawn(io, redeem(), [&](std::exception_ptr, json::object answer) {
      first = std::move(answer);
      came.notify();
    });
    const auto asked_with = co_await voucher->next("pairing-request");
    const auto second = co_await redeem();
    EXPECT_EQ(text_of(second, "code"), "pairing_busy");
    EXPECT_EQ(second.at("status"), 409);
    voucher->answer_now("pairing-request", vouch(asked_with));
    while (first.empty()) co_await came.wait();
    EXPECT_TRUE(check_answer(link, request, first)) << "the first is not disturbed";
  });
}

TEST_F(PairingTest, AVoucherThatIsRevokedMeanwhileLetsNobodyIn) {
  run([&]() -> test::asio::awaitable<void> {
    const auto owner = owner_device("Owner");
    auto* live = co_await connected(owner);
    host = owner_device("Tower");
    auto* voucher = co_await connected(host);
    json::object code;
    code["code"] = identity::to_text(link.code);
    co_await voucher->ask("pairing-open", code);
    json::object answer;
    core::AsyncEvent came(io.get_executor());
    test::asio::co_spawn(io, redeem(), [&](std::exception_ptr, json::object given) {
      answer = std::move(given);
      came.notify();
    });
    co_await voucher->next("pairing-request");
    const auto statement = Statement::make(
        owner.key, {StatementType::revoke, owner.account, host.id(), host.key.public_key(), "", now});
    json::object payload;
    payload["statement"] = statement.to_json();
    co_await live->ask("revoke-device", payload);
    while (answer.empty()) co_await came.wait();
    EXPECT_EQ(text_of(answer, "code"), "pairing_voucher_gone");
    const auto list = co_await live->ask("list-devices");
    EXPECT_EQ(list.at("devices").as_array().size(), 2U);
  });
}

TEST_F(PairingTest, ALyingServerThatSwapsTheNewcomersKeyIsCaughtByTheVoucher) {
  run([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    // What a lying server would pass on: its own key, the MAC of the honest newcomer.
    const TestDevice evil;
    auto swapped = request;
    swapped.device_id = evil.id();
    swapped.public_key = evil.key.public_key();
    auto body = body_of(swapped, link.secret);
    body["mac"] = core::to_base64url(newcomer_mac(link.secret, request));
    const auto refused = co_await post("/v1/pairing/redeem", body);
    EXPECT_EQ(text_of(refused, "code"), "pairing_refused");
    EXPECT_EQ(asked, 1);
  });
}

TEST_F(PairingTest, ALyingServerThatSwapsTheVouchersKeyIsCaughtByTheNewcomer) {
  run([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    auto answer = co_await redeem();
    const TestDevice evil;
    const auto forged = answer_pairing(evil.key, evil.id(), text_of(answer, "account"), request, now);
    answer["statement"] = forged.statement.to_json();
    answer["voucher"] =
        json::object{{"deviceId", evil.id()}, {"publicKey", identity::to_text(evil.key.public_key())}};
    const auto checked = check_answer(link, request, answer);
    EXPECT_FALSE(checked);
    EXPECT_TRUE(checked.error().is(IdentityError::pairing_mac_mismatch));
  });
}

TEST_F(PairingTest, AVoucherThatAnswersNonsenseIsNotBelieved) {
  run([&]() -> test::asio::awaitable<void> {
    auto* voucher = co_await open_code();
    const TestDevice evil;
    const auto lie = [&](const json::object& body, const TestDevice& signer, const std::string& account) {
      auto answer = vouch(body);
      answer["statement"] =
          answer_pairing(signer.key, signer.id(), account, request_of(body), now).statement.to_json();
      return answer;
    };
    voucher->answer("pairing-request",
                    [&](const json::object& body) { return lie(body, evil, host.account); });
    const auto by_another = co_await redeem();
    EXPECT_EQ(text_of(by_another, "code"), "pairing_refused");
    voucher->answer("pairing-request",
                    [&](const json::object& body) { return lie(body, host, "local:x:owner"); });
    const auto other_account = co_await redeem();
    EXPECT_EQ(text_of(other_account, "code"), "pairing_refused");
    voucher->answer("pairing-request", [&](const json::object&) { return json::object{{"ok", true}}; });
    const auto empty = co_await redeem();
    EXPECT_EQ(text_of(empty, "code"), "pairing_refused");
    const auto list = co_await voucher->ask("list-devices");
    EXPECT_EQ(list.at("devices").as_array().size(), 1U) << "nobody was let in";
  });
}

TEST_F(PairingTest, AVoucherThatIsGoneOrSilentIsReported) {
  options.pairing_answer_timeout = std::chrono::seconds(1);
  run([&]() -> test::asio::awaitable<void> {
    auto* watcher = co_await connected(owner_device("watcher"));
    auto* voucher = co_await open_code();
    co_await voucher->stop();
    co_await watcher->next("peer-left");
    const auto gone = co_await redeem();
    EXPECT_EQ(text_of(gone, "code"), "pairing_voucher_gone");
    EXPECT_EQ(gone.at("status"), 504);
    auto* back = co_await connected(host);
    const auto silent = co_await redeem();
    EXPECT_EQ(text_of(silent, "code"), "pairing_voucher_gone");
    back->answer("pairing-request", [this](const json::object& body) { return vouch(body); });
    const auto paired = co_await redeem();
    EXPECT_TRUE(paired.contains("accessToken")) << "the code outlives its voucher's connection";
  });
}

TEST_F(PairingTest, ARevokedDeviceCannotComeBackByPairing) {
  run([&]() -> test::asio::awaitable<void> {
    auto* voucher = co_await open_code();
    co_await redeem();
    co_await revoke_phone(*voucher);
    json::object code;
    code["code"] = identity::to_text(link.code);
    co_await voucher->ask("pairing-open", code);
    const auto refused = co_await redeem();
    EXPECT_EQ(text_of(refused, "code"), "device_revoked");
  });
}

TEST_F(PairingTest, WhatWasSaidOfRevokedDevicesLeavesRoomForNewOnes) {
  options.limits.max_statements_per_account = 4;
  run([&]() -> test::asio::awaitable<void> {
    auto* voucher = co_await open_code();
    for (int i = 0; i < 5; ++i) {
      const auto paired = co_await redeem();
      EXPECT_TRUE(paired.contains("accessToken")) << i << text_of(paired, "code");
      co_await revoke_phone(*voucher);
      co_await open_code_for_next(*voucher);
    }
  });
}

TEST_F(PairingTest, RevokedDevicesDoNotFillTheDatabase) {
  options.limits.max_statements_per_account = 2;  // and six of revoked devices
  run([&]() -> test::asio::awaitable<void> {
    auto* voucher = co_await open_code();
    for (int i = 0; i < 3; ++i) {
      co_await redeem();
      co_await revoke_phone(*voucher);
      co_await open_code_for_next(*voucher);
    }
    const auto refused = co_await redeem();
    EXPECT_EQ(text_of(refused, "code"), "account_full");
  });
}

TEST_F(PairingTest, WhereThereIsNoRoomTheVoucherIsNotAskedAndTheCodeStaysGood) {
  options.limits.max_devices_per_account = 1;
  run([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    for (int i = 0; i < 2; ++i) {
      const auto refused = co_await redeem();
      EXPECT_EQ(text_of(refused, "code"), "account_full");
    }
    EXPECT_EQ(asked, 0);
  });
}

TEST_F(PairingTest, OnlyAProvenDeviceOpensCodesAndNobodyTakesAnothersOne) {
  run([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    auto* unproven = co_await joined("mallory", "m_web");
    json::object payload;
    payload["code"] = identity::to_text(link.code);
    const auto refused = co_await unproven->ask("pairing-open", payload);
    EXPECT_EQ(text_of(refused, "code"), "proof_required");
    TestDevice attacker;
    attacker.account = "mallory";
    auto* proven = co_await connected(attacker);
    const auto taken = co_await proven->ask("pairing-open", payload);
    EXPECT_EQ(text_of(taken, "code"), "pairing_code_taken");
    co_await proven->ask("pairing-close", payload);
    const auto paired = co_await redeem();
    EXPECT_TRUE(paired.contains("accessToken")) << "another account closes nothing";
    payload["code"] = "short";
    const auto malformed = co_await proven->ask("pairing-open", payload);
    EXPECT_EQ(text_of(malformed, "code"), "invalid_argument");
  });
}

TEST_F(PairingTest, MalformedRequestsGetACodeAndReachNobody) {
  run([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    const auto whole = body_of(request, link.secret);
    for (const auto& member : whole) {
      for (const auto& wrong : {json::value(), json::value(5), json::value(std::string(129, ' '))}) {
        auto body = whole;
        body[member.key()] = wrong;
        const auto refused = co_await post("/v1/pairing/redeem", body);
        EXPECT_EQ(text_of(refused, "code"), "invalid_argument") << member.key();
      }
    }
    const auto nothing = co_await fetch("POST", "/v1/pairing/redeem", "no json");
    EXPECT_EQ(nothing.status, 400U);
    EXPECT_EQ(asked, 0);
  });
}

TEST_F(PairingTest, GuessingIsLimitedPerAddressAndInAll) {
  options.limits.redeems_per_second = 0.04;  // a burst of two
  options.proxies = Proxies();               // this machine's may name others
  run([&]() -> test::asio::awaitable<void> {
    const http::Headers here{{"X-Forwarded-For", "192.0.2.9"}};
    for (const auto status : {400U, 400U, 429U}) {
      const auto guess = co_await fetch("POST", "/v1/pairing/redeem", "{}", here);
      EXPECT_EQ(guess.status, status);
    }
    const http::Headers elsewhere{{"X-Forwarded-For", "192.0.2.1"}};
    const auto other = co_await fetch("POST", "/v1/pairing/redeem", "{}", elsewhere);
    EXPECT_EQ(other.status, 400U);
  });
}

}  // namespace
}  // namespace pantheon::signaling
