#include "signaling/presence.hpp"

#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::text_of;

struct PresenceTest : test::ServiceTest {};

TEST_F(PresenceTest, JoinAccountTellsTheOthersAndListsThem) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto& web = client(legacy_auth("anna", "anna_web"));
    co_await web.connect();
    web.emit("join-account");
    const auto existing = co_await web.next("existing-peers");
    const auto& peers = existing.at("list").as_array();
    EXPECT_EQ(peers.size(), 1U);
    const auto& peer = peers.at(0).as_object();
    EXPECT_EQ(text_of(peer, "userId"), "anna_electron");
    EXPECT_EQ(text_of(peer, "socketId"), host->id());
    EXPECT_EQ(text_of(peer, "clientType"), "electron");
    EXPECT_EQ(text_of(peer, "originalUserId"), "anna");
    EXPECT_TRUE(peer.at("models").is_array());
    EXPECT_TRUE(peer.contains("batteryState"));
    EXPECT_FALSE(peer.contains("publicKey")) << "nothing is proven";
    const auto told = co_await host->next("peer-joined");
    EXPECT_EQ(text_of(told, "userId"), "anna_web");
    EXPECT_EQ(text_of(told, "socketId"), web.id());
    EXPECT_EQ(text_of(told, "originalUserId"), "anna");
  });
}

TEST_F(PresenceTest, WhoHasNotJoinedIsNotSeen) {
  run([&]() -> test::asio::awaitable<void> {
    auto& silent = client(legacy_auth("anna", "anna_electron", "electron"));
    co_await silent.connect();
    auto* web = co_await joined("anna", "anna_web");
    web->emit("request-peer-list");
    const auto list = co_await web->next("peer-list");
    EXPECT_TRUE(list.at("list").as_array().empty());
    co_await silent.settle();
    EXPECT_EQ(silent.waiting("peer-joined"), 0U);
  });
}

TEST_F(PresenceTest, RequestPeerListListsTheOthers) {
  run([&]() -> test::asio::awaitable<void> {
    co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    web->emit("request-peer-list");
    const auto list = co_await web->next("peer-list");
    EXPECT_EQ(list.at("list").as_array().size(), 1U);
  });
}

TEST_F(PresenceTest, JoiningTwiceIsToldOnce) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    co_await web->ask("join-account");
    co_await host->settle();
    EXPECT_EQ(host->waiting("peer-joined"), 1U);
  });
}

TEST_F(PresenceTest, PeerLeftIsSentWhenTheLastSocketOfASharedIdGoes) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* first = co_await joined("anna", "anna_web");
    auto* second = co_await joined("anna", "anna_web");
    EXPECT_TRUE(first->is_connected()) << "a shared id replaces nobody";
    co_await first->stop();
    co_await second->settle();
    co_await host->settle();
    EXPECT_EQ(host->waiting("peer-left"), 0U);
    co_await second->stop();
    const auto left = co_await host->next("peer-left");
    EXPECT_EQ(text_of(left, "userId"), "anna_web");
    EXPECT_EQ(text_of(left, "clientType"), "web");
    EXPECT_EQ(text_of(left, "originalUserId"), "anna");
  });
}

TEST_F(PresenceTest, TwoTabsOfOneDeviceBothStay) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    auto* one = co_await connected(device, "tab-1");
    auto* two = co_await connected(device, "tab-2");
    co_await one->settle();
    co_await two->settle();
    EXPECT_EQ(service->connected_sockets(), 2U);
  });
}

TEST_F(PresenceTest, TheSameInstanceOfTheSameKeyIsReplacedWithoutLeaving) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    const auto watcher_device = owner_device("watcher");
    auto* watcher = co_await connected(watcher_device);
    auto* old = co_await connected(device, "tab-1");
    auto* fresh = co_await connected(device, "tab-1");
    co_await old->disconnected();
    co_await fresh->settle();
    co_await watcher->settle();
    EXPECT_EQ(service->connected_sockets(), 2U);
    EXPECT_EQ(watcher->waiting("peer-left"), 0U);
    EXPECT_EQ(watcher->waiting("peer-joined"), 2U);
  });
}

TEST_F(PresenceTest, TheSameInstanceWithoutAProofReplacesNobody) {
  run([&]() -> test::asio::awaitable<void> {
    auto auth = legacy_auth("anna", "anna_web");
    auth["instance"] = "tab-1";
    auto& one = client(auth);
    co_await one.connect();
    auto& two = client(auth);
    co_await two.connect();
    co_await one.settle();
    EXPECT_EQ(service->connected_sockets(), 2U);
  });
}

TEST_F(PresenceTest, AProvenPeerShowsItsKeyNameAndAbilities) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device("Tower");
    auto auth = co_await hello(device);
    auth["caps"] = json::array{"link", "renew"};
    auto& host = client(auth);
    co_await host.connect();
    co_await host.ask("join-account");
    auto* other = co_await connected(owner_device("phone"));
    other->emit("request-peer-list");
    const auto list = co_await other->next("peer-list");
    const auto& peer = list.at("list").as_array().at(0).as_object();
    EXPECT_EQ(text_of(peer, "deviceId"), device.id());
    EXPECT_EQ(text_of(peer, "publicKey"), identity::to_text(device.key.public_key()));
    EXPECT_EQ(text_of(peer, "name"), "Tower");
    EXPECT_EQ(text_of(peer, "platform"), "Linux");
    EXPECT_EQ(peer.at("link"), true);
    EXPECT_EQ(peer.at("isHosting"), false);
    EXPECT_EQ(peer.at("online"), true);
    EXPECT_TRUE(peer.at("statements").is_array());
  });
}

TEST_F(PresenceTest, AnotherAccountSeesNothingWhateverItSays) {
  run([&]() -> test::asio::awaitable<void> {
    auto* victim = co_await joined("anna", "anna_electron", "electron");
    auto auth = legacy_auth("mallory", "anna_web");
    auth["userId"] = "anna";
    auth["account"] = "dev:" + service->server_id() + ":anna";
    auth["room"] = "anna";
    auto& attacker = client(auth);
    co_await attacker.connect();
    for (const auto* room : {"anna", "anna_electron", "account:anna"}) {
      json::object payload;
      payload["userId"] = room;
      payload["room"] = room;
      payload["account"] = "dev:" + service->server_id() + ":anna";
      const auto joined = co_await attacker.ask("join-account", payload);
      EXPECT_EQ(joined.at("ok"), true);
      const auto existing = co_await attacker.next("existing-peers");
      EXPECT_TRUE(existing.at("list").as_array().empty());
      attacker.emit("request-peer-list", payload);
      const auto list = co_await attacker.next("peer-list");
      EXPECT_TRUE(list.at("list").as_array().empty());
    }
    co_await victim->settle();
    EXPECT_EQ(victim->waiting("peer-joined"), 0U);
    const auto info = co_await attacker.next("server-info");
    EXPECT_EQ(text_of(info, "account"), "dev:" + service->server_id() + ":mallory");
  });
}

}  // namespace
}  // namespace pantheon::signaling
