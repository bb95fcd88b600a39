#include "signaling/devices.hpp"

#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using identity::Statement;
using identity::StatementType;
using test::text_of;

json::object revocation(const test::TestDevice& by, const test::TestDevice& of, StatementType type,
                        std::string account) {
  const auto statement =
      Statement::make(by.key, {type, std::move(account), of.id(), of.key.public_key(), "", core::wall_now()});
  return {{"statement", statement.to_json()}};
}

struct DevicesTest : test::ServiceTest {};

TEST_F(DevicesTest, AreListedWithWhatIsKnownOfThem) {
  run([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device("Tower");
    const auto phone = owner_device("Phone");
    auto* live = co_await connected(host);
    const auto answer = co_await live->ask("list-devices");
    EXPECT_EQ(answer.at("ok"), true);
    const auto& devices = answer.at("devices").as_array();
    EXPECT_EQ(devices.size(), 2U);
    for (const auto& entry : devices) {
      const auto& device = entry.as_object();
      const bool is_host = text_of(device, "deviceId") == host.id();
      EXPECT_EQ(text_of(device, "name"), is_host ? "Tower" : "Phone");
      EXPECT_EQ(text_of(device, "publicKey"), identity::to_text((is_host ? host : phone).key.public_key()));
      EXPECT_EQ(device.at("online"), is_host);
      EXPECT_EQ(device.at("revoked"), false);
      EXPECT_EQ(device.at("createdAt"), now.time_since_epoch().count());
      EXPECT_TRUE(device.at("statements").is_array());
    }
  });
}

TEST_F(DevicesTest, ARevokedDeviceLosesItsSocketsAndTokensAtOnce) {
  run([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device("Tower");
    const auto lost = owner_device("Lost");
    auto* live = co_await connected(host);
    auto* stolen = co_await connected(lost, "tab-1");
    auto* second = co_await connected(lost, "tab-2");
    const auto begun = std::chrono::steady_clock::now();
    const auto payload = revocation(host, lost, StatementType::revoke, host.account);
    const auto done = co_await live->ask("revoke-device", payload);
    EXPECT_EQ(done.at("ok"), true);
    co_await stolen->disconnected();
    co_await second->disconnected();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(1));
    const auto told = co_await live->next("device-revoked");
    EXPECT_EQ(text_of(told, "deviceId"), lost.id());
    EXPECT_TRUE(Statement::parse(told.at("statement").as_object()));
    const auto auth = co_await hello(lost);
    auto& again = client(auth);
    const auto refused = co_await again.connect();
    EXPECT_EQ(refused, "device_revoked");
    EXPECT_FALSE(service->issue_owner_token(lost.id(), lost.key.public_key(), "Lost", "Linux"));
    const auto turn = co_await fetch("POST", "/turn-token", "", bearer(lost.access_token));
    EXPECT_EQ(turn.status, 403U);
    const auto list = co_await live->ask("list-devices");
    int revoked = 0;
    for (const auto& device : list.at("devices").as_array()) {
      if (device.at("revoked").as_bool()) {
        ++revoked;
        EXPECT_EQ(device.at("statements").as_array().size(), 1U);
      }
    }
    EXPECT_EQ(revoked, 1);
  });
}

TEST_F(DevicesTest, TheOneTheServerRunsOnIsListedAsSuchAndCannotBeRevoked) {
  run([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device("Tower");
    const auto phone = owner_device("Phone");
    service->set_server_device(host.id());
    auto* tower = co_await connected(host);
    auto* live = co_await connected(phone);
    const auto payload = revocation(phone, host, StatementType::revoke, host.account);
    const auto refused = co_await live->ask("revoke-device", payload);
    EXPECT_EQ(text_of(refused, "code"), "device_runs_server");
    const auto list = co_await live->ask("list-devices");
    for (const auto& entry : list.at("devices").as_array()) {
      const auto& device = entry.as_object();
      EXPECT_EQ(device.contains("runsServer"), text_of(device, "deviceId") == host.id());
      EXPECT_EQ(device.at("revoked"), false);
    }
    co_await tower->settle();
    EXPECT_EQ(tower->waiting("device-revoked"), 0U);
    EXPECT_TRUE(service->issue_owner_token(host.id(), host.key.public_key(), "Tower", "Linux"));
  });
}

TEST_F(DevicesTest, OnlyAProvenDeviceOfTheAccountRevokes) {
  run([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device("Tower");
    const auto phone = owner_device("Phone");
    auto* live = co_await connected(host);
    auto* other = co_await joined("mallory", "m_web");
    const auto good = revocation(phone, host, StatementType::revoke, host.account);
    const auto unproven = co_await other->ask("revoke-device", good);
    EXPECT_EQ(text_of(unproven, "code"), "proof_required");
    const auto by_another_key = co_await live->ask("revoke-device", good);
    EXPECT_EQ(text_of(by_another_key, "code"), "statement_refused");
    const auto elsewhere = revocation(host, phone, StatementType::revoke, "local:other:owner");
    const auto other_account = co_await live->ask("revoke-device", elsewhere);
    EXPECT_EQ(text_of(other_account, "code"), "statement_refused");
    const auto kind = revocation(host, phone, StatementType::device, host.account);
    const auto wrong_kind = co_await live->ask("revoke-device", kind);
    EXPECT_EQ(text_of(wrong_kind, "code"), "invalid_argument");
    auto forged = revocation(host, phone, StatementType::revoke, host.account);
    forged["statement"].as_object()["by"] = identity::to_text(phone.key.public_key());
    const auto wrong_signature = co_await live->ask("revoke-device", forged);
    EXPECT_EQ(text_of(wrong_signature, "code"), "statement_signature_invalid");
    const test::TestDevice stranger;
    const auto nobody = revocation(host, stranger, StatementType::revoke, host.account);
    const auto unknown = co_await live->ask("revoke-device", nobody);
    EXPECT_EQ(text_of(unknown, "code"), "device_unknown");
    const auto nothing = co_await live->ask("revoke-device", 5);
    EXPECT_EQ(text_of(nothing, "code"), "invalid_argument");
    co_await connected(phone);
  });
}

// All browsers of a person have that id, and none has proven it: barring it would bar them all, and nobody
// who can choose another. A rule for a device attaches to its key.
TEST_F(DevicesTest, AnIdWithoutAKeyIsNoDeviceThatCouldBeRevoked) {
  run([&]() -> test::asio::awaitable<void> {
    test::TestDevice desk;
    desk.account = "anna";
    auto* live = co_await connected(desk);
    auto* phone = co_await joined("anna", "anna_web");
    auto* tab = co_await joined("anna", "anna_web");
    const auto account = "dev:" + service->server_id() + ":anna";
    const test::TestDevice nobody;  // a statement needs a key, and this one has never been here
    const auto statement = Statement::make(desk.key, {StatementType::revoke, account, "anna_web",
                                                      nobody.key.public_key(), "", core::wall_now()});
    const json::object payload{{"statement", statement.to_json()}};
    const auto refused = co_await live->ask("revoke-device", payload);
    EXPECT_EQ(text_of(refused, "code"), "device_unknown");
    co_await phone->settle();
    co_await tab->settle();
    EXPECT_EQ(phone->waiting("device-revoked"), 0U);
    const auto list = co_await live->ask("list-devices");
    EXPECT_EQ(list.at("devices").as_array().size(), 1U);
    co_await joined("anna", "anna_web");
  });
}

TEST_F(DevicesTest, OfAnotherAccountAreNeitherListedNorRevoked) {
  run([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device("Tower");
    auto* victim = co_await connected(host);
    test::TestDevice attacker;
    attacker.account = "mallory";
    auto* live = co_await connected(attacker);
    const auto list = co_await live->ask("list-devices");
    EXPECT_EQ(list.at("devices").as_array().size(), 1U);
    const auto own_account =
        revocation(attacker, host, StatementType::revoke, "dev:" + service->server_id() + ":mallory");
    const auto unknown = co_await live->ask("revoke-device", own_account);
    EXPECT_EQ(text_of(unknown, "code"), "device_unknown");
    co_await victim->settle();
    EXPECT_EQ(victim->waiting("device-revoked"), 0U);
  });
}

}  // namespace
}  // namespace pantheon::signaling
