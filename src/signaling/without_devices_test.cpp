// A server that keeps no devices (--devices=off).
#include "identity/error.hpp"
#include "identity/statement.hpp"
#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using namespace identity;
using test::TestDevice;
using test::text_of;

struct WithoutDevicesTest : test::ServiceTest {
  WithoutDevicesTest() {
    options.keep_devices = false;
    options.auth_key = "secret";
  }
  /// A device of a development account, which stands for any provider's.
  static TestDevice device_of(const std::string& account) {
    TestDevice device;
    device.account = account;
    return device;
  }
  /// The code of the refusal, or nothing.
  test::asio::awaitable<std::string> refusal(json::object auth) {
    auto& made = client(std::move(auth));
    co_return co_await made.connect();
  }
  static json::object revocation(const TestDevice& by, const std::string& account, const std::string& id,
                                 const PublicKey& key) {
    const auto statement =
        Statement::make(by.key, {StatementType::revoke, account, id, key, "", core::wall_now()});
    return {{"statement", statement.to_json()}};
  }
};

TEST_F(WithoutDevicesTest, PairsNobodyAndSaysWhatToDo) {
  run([&]() -> test::asio::awaitable<void> {
    const auto config = co_await get("/config.json");
    EXPECT_EQ(config.at("signIn").at("pairing"), false);
    const auto host = device_of("anna");
    auto* live = co_await connected(host);
    const auto link = generate_pairing_link("http://127.0.0.1:1");
    json::object code;
    code["code"] = identity::to_text(link.code);
    for (const auto* event : {"pairing-open", "pairing-close"}) {
      const auto refused = co_await live->ask(event, code);
      EXPECT_EQ(refused.at("ok"), false);
      EXPECT_EQ(text_of(refused, "code"), "devices_off");
      EXPECT_NE(text_of(refused, "message").find("provider"), std::string::npos);
    }
    for (const auto* path : {"/v1/pairing/redeem", "/v1/tokens/refresh"}) {
      const auto refused = co_await post(path, code);
      EXPECT_EQ(refused.at("status"), 403) << path;
      EXPECT_EQ(text_of(refused, "code"), "devices_off") << path;
    }
  });
}

TEST_F(WithoutDevicesTest, TakesNoTokensThatItOnceGave) {
  run([&]() -> test::asio::awaitable<void> {
    const auto paired = owner_device();
    auto auth = co_await hello(paired);
    const auto code = co_await refusal(std::move(auth));
    EXPECT_EQ(code, "auth_invalid");
  });
}

TEST_F(WithoutDevicesTest, HoldersOfAKeyAreOneAccountWhateverTheDatabase) {
  run([&]() -> test::asio::awaitable<void> {
    auto& live = client({{"authKey", "secret"}, {"deviceId", "phone"}});
    const auto refused = co_await live.connect();
    EXPECT_EQ(refused, "");
    const auto info = co_await live.next("server-info");
    EXPECT_EQ(text_of(info, "account"), "key:one-cluster-of-servers:default");
  });
}

TEST_F(WithoutDevicesTest, AnIdMadeFromAKeyIsThatKeysAlone) {
  run([&]() -> test::asio::awaitable<void> {
    const auto host = device_of("anna");
    auto thief = device_of("anna");
    auto stolen = legacy_auth("anna", host.id(), "native");
    auto code = co_await refusal(stolen);
    EXPECT_EQ(code, "proof_required");
    auto proven = co_await proof(thief, "dev:anna", host.id());
    stolen["proof"] = std::move(proven);
    stolen["publicKey"] = identity::to_text(thief.key.public_key());
    code = co_await refusal(stolen);
    EXPECT_EQ(code, "key_changed");
    auto* live = co_await connected(host);
    EXPECT_TRUE(live->is_connected());
  });
}

TEST_F(WithoutDevicesTest, RemembersNoKeys) {
  run([&]() -> test::asio::awaitable<void> {
    for (int i = 0; i < 2; ++i) {
      auto device = device_of("anna");
      auto auth = legacy_auth("anna", "anna_web");
      auto proven = co_await proof(device, "dev:anna", "anna_web");
      auth["proof"] = std::move(proven);
      auth["publicKey"] = identity::to_text(device.key.public_key());
      const auto code = co_await refusal(auth);
      EXPECT_EQ(code, "");
    }
    const auto code = co_await refusal(legacy_auth("anna", "anna_web"));
    EXPECT_EQ(code, "");
  });
}

TEST_F(WithoutDevicesTest, ListsTheDevicesThatAreHere) {
  run([&]() -> test::asio::awaitable<void> {
    const auto host = device_of("anna");
    const auto phone = device_of("anna");
    auto* live = co_await connected(host);
    static_cast<void>(co_await connected(phone, "tab-1"));
    static_cast<void>(co_await connected(phone, "tab-2"));
    static_cast<void>(co_await joined("anna", "anna_web"));
    const auto answer = co_await live->ask("list-devices");
    const auto& devices = answer.at("devices").as_array();
    EXPECT_EQ(devices.size(), 2U);
    for (const auto& entry : devices) {
      const auto& device = entry.as_object();
      const auto& which = text_of(device, "deviceId") == host.id() ? host : phone;
      EXPECT_EQ(text_of(device, "deviceId"), which.id());
      EXPECT_EQ(text_of(device, "publicKey"), identity::to_text(which.key.public_key()));
      EXPECT_EQ(device.at("online"), true);
      EXPECT_EQ(device.at("revoked"), false);
    }
  });
}

TEST_F(WithoutDevicesTest, ARevocationCutsAndStays) {
  run([&]() -> test::asio::awaitable<void> {
    const auto host = device_of("anna");
    const auto lost = device_of("anna");
    auto* live = co_await connected(host);
    auto* stolen = co_await connected(lost);
    const auto account = "dev:" + service->server_id() + ":anna";
    const auto payload = revocation(host, account, lost.id(), lost.key.public_key());
    const auto done = co_await live->ask("revoke-device", payload);
    EXPECT_EQ(done.at("ok"), true);
    co_await stolen->disconnected();
    auto again = co_await hello(lost);
    const auto code = co_await refusal(std::move(again));
    EXPECT_EQ(code, "device_revoked");
  });
}

TEST_F(WithoutDevicesTest, KeepsOnlySoManyRevocationsOfAnAccount) {
  options.limits.max_devices_per_account = 2;
  run([&]() -> test::asio::awaitable<void> {
    const auto host = device_of("anna");
    auto* live = co_await connected(host);
    const auto account = "dev:" + service->server_id() + ":anna";
    for (int i = 0; i < 3; ++i) {
      const auto lost = device_of("anna");
      const auto payload = revocation(host, account, lost.id(), lost.key.public_key());
      const auto done = co_await live->ask("revoke-device", payload);
      EXPECT_EQ(done.at("ok"), i < 2);
      if (i == 2) {
        EXPECT_EQ(text_of(done, "code"), "account_full");
      }
    }
  });
}

}  // namespace
}  // namespace pantheon::signaling
