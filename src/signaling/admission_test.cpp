#include "signaling/admission.hpp"

#include "auth/error.hpp"
#include "signaling/error.hpp"
#include "signaling/full_disk_test_support.hpp"
#include "signaling/test_support.hpp"
#include "store/error.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::text_of;

// As the Firebase Auth emulator makes them.
std::string emulator_token(const std::string& uid, core::WallTime now, std::chrono::seconds lifetime) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const json::object header{{"alg", "none"}, {"typ", "JWT"}};
  const json::object claims{{"iss", "https://securetoken.google.com/demo"},
                            {"aud", "demo"},
                            {"sub", uid},
                            {"iat", seconds},
                            {"auth_time", seconds},
                            {"exp", seconds + lifetime.count()}};
  const auto coded = [](const json::object& object) {
    return core::to_base64url(core::as_bytes(core::serialize_json(object)));
  };
  return coded(header) + "." + coded(claims) + ".";
}

struct AdmissionTest : test::ServiceTest {
  test::asio::awaitable<std::string> refusal(json::object auth) {
    auto& made = client(std::move(auth));
    co_return co_await made.connect();
  }
};

TEST_F(AdmissionTest, NobodyGetsInWithoutAValidTokenOrKey) {
  options.auth_key = "shared";
  run([&]() -> test::asio::awaitable<void> {
    const std::vector<std::pair<json::object, std::string>> cases{
        {{}, "auth_required"},
        {{{"token", ""}, {"userId", "anna"}}, "auth_required"},
        {{{"token", 5}}, "auth_required"},
        {{{"token", "a.b.c"}}, "auth_invalid"},
        {{{"authKey", "guess"}}, "auth_invalid"},
        {{{"token", "dev:a:b"}}, "auth_invalid"},
        {{{"token", "dev:anna"}, {"clientType", "fridge"}}, "invalid_argument"},
        {{{"token", "dev:anna"}, {"deviceId", "a b"}}, "invalid_device_id"},
        {{{"token", "dev:anna"}, {"name", std::string(129, 'x')}}, "invalid_argument"},
        {{{"token", "dev:anna"}, {"deviceId", "d"}, {"publicKey", "short"}}, "invalid_key"}};
    for (const auto& [auth, code] : cases) {
      const auto refused = co_await refusal(auth);
      EXPECT_EQ(refused, code) << core::serialize_json(auth);
    }
    EXPECT_EQ(service->connected_sockets(), 0U);
  });
}

TEST_F(AdmissionTest, DevelopmentTokensAreRefusedWithoutTheSwitch) {
  options.dev = false;
  run([&]() -> test::asio::awaitable<void> {
    const auto refused = co_await refusal(legacy_auth("anna", "anna_web"));
    EXPECT_EQ(refused, "auth_invalid");
  });
}

TEST_F(AdmissionTest, HoldersOfOneKeyAreOneAccountWhateverTheirLabel) {
  options.auth_key = "shared";
  run([&]() -> test::asio::awaitable<void> {
    const json::object auth{{"authKey", "shared"}, {"userId", "anna"}};
    auto& made = client(auth);
    const auto refused = co_await made.connect();
    EXPECT_EQ(refused, "");
    const auto info = co_await made.next("server-info");
    EXPECT_EQ(text_of(info, "account"), "key:" + service->server_id() + ":default");
    EXPECT_EQ(text_of(info, "socketId"), made.id());
    EXPECT_EQ(text_of(info, "serverId"), service->server_id());
    EXPECT_EQ(text_of(info, "mode"), "home");
  });
}

TEST_F(AdmissionTest, ADeviceTokenAloneIsUseless) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    const test::TestDevice thief;
    json::object auth{{"token", device.access_token}, {"deviceId", device.id()}};
    const auto without = co_await refusal(auth);
    EXPECT_EQ(without, "proof_required");
    auto own_proof = co_await proof(thief, device.access_token, device.id());
    auth["proof"] = std::move(own_proof);
    auth["publicKey"] = identity::to_text(thief.key.public_key());
    const auto by_another_key = co_await refusal(auth);
    EXPECT_EQ(by_another_key, "proof_invalid");
    auto honest = co_await hello(device);
    honest["deviceId"] = thief.id();
    const auto as_another_device = co_await refusal(honest);
    EXPECT_EQ(as_another_device, "auth_invalid");
  });
}

TEST_F(AdmissionTest, AProofCountsOnceAndForAMinute) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    const auto auth = co_await hello(device);
    const auto first = co_await refusal(auth);
    EXPECT_EQ(first, "");
    const auto replayed = co_await refusal(auth);
    EXPECT_EQ(replayed, "proof_invalid");
    const auto late = co_await hello(device);
    now += std::chrono::seconds(61);
    const auto refused = co_await refusal(late);
    EXPECT_EQ(refused, "proof_invalid");
  });
}

TEST_F(AdmissionTest, AnExpiredTokenIsSaidToBeExpired) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    now += std::chrono::minutes(15);
    const auto auth = co_await hello(device);
    const auto refused = co_await refusal(auth);
    EXPECT_EQ(refused, "auth_expired");
  });
}

TEST_F(AdmissionTest, NoKeyTakesAnIdOfAnotherKeyOrOfClientsThatHaveNone) {
  run([&]() -> test::asio::awaitable<void> {
    const test::TestDevice device;
    const test::TestDevice other;
    co_await joined("anna", "anna_web");
    for (const std::string& id : {std::string("anna_web"), other.id()}) {
      json::object auth{{"token", "dev:anna"}, {"deviceId", id}};
      auth["publicKey"] = identity::to_text(device.key.public_key());
      auto signed_for = co_await proof(device, "dev:anna", id);
      auth["proof"] = std::move(signed_for);
      const auto refused = co_await refusal(auth);
      EXPECT_EQ(refused, "key_changed") << id;
    }
    const auto as_before = co_await refusal(legacy_auth("anna", "anna_web"));
    EXPECT_EQ(as_before, "");
  });
}

TEST_F(AdmissionTest, AKeySeenFirstIsRememberedForItsIdAndNotReplaced) {
  run([&]() -> test::asio::awaitable<void> {
    test::TestDevice device;
    device.account = "anna";
    const auto auth = co_await hello(device);
    const auto first = co_await refusal(auth);
    EXPECT_EQ(first, "");
    test::TestDevice other;
    json::object changed{{"token", "dev:anna"}, {"deviceId", device.id()}};
    changed["publicKey"] = identity::to_text(other.key.public_key());
    auto proof_of_other = co_await proof(other, "dev:anna", device.id());
    changed["proof"] = std::move(proof_of_other);
    const auto with_another_key = co_await refusal(changed);
    EXPECT_EQ(with_another_key, "key_changed");
    const auto without_key = co_await refusal(legacy_auth("anna", device.id()));
    EXPECT_EQ(without_key, "proof_required") << "the id belongs to a key";
    const auto elsewhere = co_await refusal(legacy_auth("bob", device.id()));
    EXPECT_EQ(elsewhere, "") << "in another account the id is another device's";
  });
}

TEST_F(AdmissionTest, AnIdNoDeviceCouldHaveIsRefusedBeforeItIsLookedFor) {
  run([&]() -> test::asio::awaitable<void> {
    const auto refused = co_await refusal(legacy_auth("anna", std::string(50'000, 'x')));
    EXPECT_EQ(refused, "invalid_device_id");
  });
}

TEST_F(AdmissionTest, AnAccountHasRoomForSoManySockets) {
  options.limits.max_sockets_per_account = 2;
  run([&]() -> test::asio::awaitable<void> {
    co_await joined("anna", "a_web");
    co_await joined("anna", "a_web");
    const auto third = co_await refusal(current_auth("anna", "a_web"));
    EXPECT_EQ(third, "account_full");
    const auto other = co_await refusal(legacy_auth("bob", "b_web"));
    EXPECT_EQ(other, "");
  });
}

TEST_F(AdmissionTest, AFullServerSaysSoToWhoComesAndOnceToWhoRunsIt) {
  options.limits.max_sockets = 1;
  testing::internal::CaptureStderr();
  run([&]() -> test::asio::awaitable<void> {
    co_await joined("anna", "a_web");
    for (int i = 0; i < 3; ++i) {
      const auto second = co_await refusal(current_auth("bob", "b_web"));
      EXPECT_EQ(second, "server_full");
    }
  });
  const auto log = testing::internal::GetCapturedStderr();
  const auto told = log.find("--max-sockets");
  EXPECT_NE(told, std::string::npos) << log;
  EXPECT_EQ(log.find("--max-sockets", told + 1), std::string::npos) << log;
}

TEST_F(AdmissionTest, OneAddressConnectsSoOften) {
  options.limits.connects_per_second = 0.25;
  run([&]() -> test::asio::awaitable<void> {
    const auto first = co_await refusal(legacy_auth("anna", "a_web"));
    EXPECT_EQ(first, "");
    const auto second = co_await refusal(legacy_auth("anna", "a_web"));
    EXPECT_EQ(second, "");
    auto& made = client(current_auth("anna", "a_web"));
    const auto third = co_await made.connect();
    EXPECT_EQ(third, "rate_limited");
    const auto wait = core::get_integer(made.refusal(), "retryAfterMs").value_or(0);
    EXPECT_GT(wait, 0);
    EXPECT_LE(wait, 4000) << "one in four seconds";
  });
}

TEST_F(AdmissionTest, AnOlderClientLosesItsConnectionForAReasonThatPassesAsThenItComesBackByItself) {
  const auto ends = [](const core::Error& error, json::object auth) {
    const socketio::Handshake handshake{std::move(auth), {}, {}, {}, false, {}};
    return refusal_of(handshake, error, {}).ends_connection_after.has_value();
  };
  for (const auto passing : {SignalingError::rate_limited, SignalingError::account_full,
                             SignalingError::server_full, SignalingError::address_full}) {
    EXPECT_TRUE(ends(passing, legacy_auth("anna", "a_web")));
    EXPECT_FALSE(ends(passing, current_auth("anna", "a_web")));
  }
  EXPECT_TRUE(ends(auth::AuthError::sign_in_unavailable, legacy_auth("anna", "a_web")));
  EXPECT_TRUE(ends(store::StoreError::busy, legacy_auth("anna", "a_web")));
  EXPECT_FALSE(ends(auth::AuthError::auth_expired, legacy_auth("anna", "a_web")));
  EXPECT_FALSE(ends(auth::AuthError::auth_invalid, legacy_auth("anna", "a_web")));
}

TEST_F(AdmissionTest, AnOlderClientWithoutAnIdGetsTheOneItsKindUses) {
  run([&]() -> test::asio::awaitable<void> {
    auto* watcher = co_await joined("anna", "watcher");
    const json::object auth{{"token", "dev:anna"}, {"userId", "anna"}, {"clientType", "electron"}};
    auto& made = client(auth);
    co_await made.connect();
    co_await made.ask("join-account");
    const auto told = co_await watcher->next("peer-joined");
    EXPECT_EQ(text_of(told, "userId"), "anna_electron");
  });
}

TEST_F(AdmissionTest, TheTokenOfAProviderIsAnAccountOfThatProvider) {
  options.sign_in.firebase_project_id = "demo";
  options.sign_in.firebase_emulator_host = "127.0.0.1:9099";
  run([&]() -> test::asio::awaitable<void> {
    auto auth = legacy_auth("anna", "anna_web");
    auth["token"] = emulator_token("anna", now, std::chrono::hours(1));
    auto& made = client(auth);
    const auto refused = co_await made.connect();
    EXPECT_EQ(refused, "");
    const auto info = co_await made.next("server-info");
    EXPECT_EQ(text_of(info, "account"), "firebase:demo:anna");
    auth["token"] = emulator_token("anna", now - std::chrono::hours(2), std::chrono::hours(1));
    const auto expired = co_await refusal(auth);
    EXPECT_EQ(expired, "auth_expired");
  });
}

TEST_F(AdmissionTest, ALiveSocketIsRenewedByANewerTokenOfTheSamePerson) {
  options.sign_in.firebase_project_id = "demo";
  options.sign_in.firebase_emulator_host = "127.0.0.1:9099";
  run([&]() -> test::asio::awaitable<void> {
    auto auth = legacy_auth("anna", "anna_web");
    auth["token"] = emulator_token("anna", now, std::chrono::minutes(5));
    auto& made = client(auth);
    const auto refused = co_await made.connect();
    EXPECT_EQ(refused, "");
    const json::object of_another{{"token", emulator_token("bob", now, std::chrono::hours(1))}};
    const auto foreign = co_await made.ask("auth-renew", of_another);
    EXPECT_EQ(text_of(foreign, "code"), "auth_invalid");
    const json::object newer{{"token", emulator_token("anna", now, std::chrono::hours(1))}};
    const auto renewed = co_await made.ask("auth-renew", newer);
    EXPECT_EQ(renewed.at("ok"), true);
    const auto end = std::chrono::floor<std::chrono::seconds>(now + std::chrono::hours(1)).time_since_epoch();
    EXPECT_EQ(renewed.at("expiresAt").to_number<std::int64_t>(), end.count() * 1000);
    const auto missing = co_await made.ask("auth-renew");
    EXPECT_EQ(text_of(missing, "code"), "invalid_argument");
  });
}

TEST_F(AdmissionTest, ALiveSocketIsRenewedByATokenOfTheSameDeviceOnly) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    const auto other = owner_device("other");
    auto* live = co_await connected(device);
    json::object payload{{"token", other.access_token}};
    auto foreign = co_await proof(other, other.access_token);
    payload["proof"] = std::move(foreign);
    const auto refused = co_await live->ask("auth-renew", payload);
    EXPECT_EQ(text_of(refused, "code"), "auth_invalid");
    const json::object unproven{{"token", device.access_token}};
    const auto without = co_await live->ask("auth-renew", unproven);
    EXPECT_EQ(text_of(without, "code"), "proof_required");
    payload["token"] = device.access_token;
    auto own = co_await proof(device, device.access_token);
    payload["proof"] = std::move(own);
    const auto renewed = co_await live->ask("auth-renew", payload);
    EXPECT_EQ(renewed.at("ok"), true);
    EXPECT_GT(renewed.at("expiresAt").to_number<std::int64_t>(), now.time_since_epoch().count());
  });
}

TEST_F(AdmissionTest, KnownDevicesComeInThoughTheDiskIsFull) {
  const test::TemporaryFolder folder;
  database = folder.path / "devices.db";
  run([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device();
    test::TestDevice phone;
    phone.account = "anna";
    co_await connected(phone);
    test::TestDevice stranger;
    stranger.account = "anna";
    now += std::chrono::seconds(1);  // SQLite writes nothing that is there already
    const std::vector<const test::TestDevice*> devices{&host, &phone, &stranger};
    std::vector<std::string> refused;
    {
      const test::FullDisk full;
      for (const auto* device : devices) {
        auto auth = co_await hello(*device, "tab-2");
        auth["caps"] = json::array();
        const auto code = co_await refusal(std::move(auth));
        refused.push_back(code);
      }
    }
    EXPECT_EQ(refused.at(0), "");
    EXPECT_EQ(refused.at(1), "");
    EXPECT_EQ(refused.at(2).substr(0, 6), "store_") << "of a new one something has to be kept";
  });
}

}  // namespace
}  // namespace pantheon::signaling
