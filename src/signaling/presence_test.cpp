#include "signaling/presence.hpp"

#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::text_of;

struct PresenceTest : test::ServiceTest {
  /// A joined client of the link protocol, which dials sockets.
  test::asio::awaitable<test::TestClient*> dialling_watcher() {
    const auto device = owner_device("watcher");
    auto auth = co_await hello(device);
    auth["caps"] = json::array{"link"};
    auto& watcher = client(std::move(auth));
    co_await watcher.connect();
    co_await watcher.ask("join-account");
    co_return &watcher;
  }
};

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

TEST_F(PresenceTest, TheSameInstanceOfTheSameKeyIsReplacedAndOthersSeeNothing) {
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
    EXPECT_EQ(watcher->waiting("peer-joined"), 1U);
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

TEST_F(PresenceTest, ADeviceThatDropsAndReturnsIsNeitherSeenToLeaveNorToJoin) {
  run([&]() -> test::asio::awaitable<void> {
    auto* watcher = co_await joined("anna", "anna_electron", "electron");
    auto* phone = co_await joined("anna", "anna_web");
    co_await drop(phone);
    auto* back = co_await joined("anna", "anna_web");
    co_await watcher->settle();
    EXPECT_EQ(watcher->waiting("peer-joined"), 1U);
    EXPECT_EQ(watcher->waiting("peer-left"), 0U);
    watcher->emit("request-peer-list");
    const auto list = co_await watcher->next("peer-list");
    EXPECT_EQ(list.at("list").as_array().size(), 1U);
    EXPECT_EQ(text_of(list.at("list").at(0).as_object(), "socketId"), back->id());
  });
}

TEST_F(PresenceTest, ADeviceThatDropsAndStaysAwayIsSeenToLeaveOnce) {
  options.presence_grace = std::chrono::milliseconds(100);
  run([&]() -> test::asio::awaitable<void> {
    auto* watcher = co_await joined("anna", "anna_electron", "electron");
    auto* phone = co_await joined("anna", "anna_web");
    co_await drop(phone);
    const auto left = co_await watcher->next("peer-left");
    EXPECT_EQ(text_of(left, "userId"), "anna_web");
    watcher->emit("request-peer-list");
    const auto list = co_await watcher->next("peer-list");
    EXPECT_TRUE(list.at("list").as_array().empty());
    co_await joined("anna", "anna_web");
    co_await watcher->next("peer-joined");
    const auto again = co_await watcher->next("peer-joined");
    EXPECT_EQ(text_of(again, "userId"), "anna_web");
    EXPECT_EQ(watcher->waiting("peer-left"), 0U);
  });
}

TEST_F(PresenceTest, WhoIsAwayIsListedAsSuchAndWhoSawItSoIsToldThatItIsBack) {
  run([&]() -> test::asio::awaitable<void> {
    auto* knows = co_await joined("anna", "anna_electron", "electron");
    auto* host = co_await joined("anna", "anna_host", "electron");
    json::object models;
    models["models"] = json::array{json::object{{"name", "llama"}}};
    co_await host->ask("announce-models", models);
    co_await drop(host);
    auto& newcomer = client(legacy_auth("anna", "anna_web"));
    co_await newcomer.connect();
    newcomer.emit("join-account");
    const auto existing = co_await newcomer.next("existing-peers");
    const auto& away = existing.at("list").at(1).as_object();
    EXPECT_EQ(text_of(away, "userId"), "anna_host");
    EXPECT_EQ(away.at("online"), false);
    const json::object signal{{"to", "anna_host"}, {"signal", "x"}};
    const auto answer = co_await newcomer.ask("webrtc-signal", signal);
    EXPECT_EQ(text_of(answer, "code"), "peer_unavailable");
    auto* back = co_await joined("anna", "anna_host", "electron");
    const auto told = co_await newcomer.next("peer-joined");
    EXPECT_EQ(text_of(told, "socketId"), back->id());
    EXPECT_EQ(told.at("online"), true);
    EXPECT_EQ(told.at("models").at(0).at("name"), "llama") << "until it says something else";
    co_await knows->settle();
    EXPECT_EQ(knows->waiting("peer-joined"), 2U) << "the host at first, and the newcomer";
  });
}

TEST_F(PresenceTest, WhoSaysGoodbyeHasLeftAtOnce) {
  options.presence_grace = std::chrono::hours(1);
  run([&]() -> test::asio::awaitable<void> {
    auto* watcher = co_await joined("anna", "anna_electron", "electron");
    auto* phone = co_await joined("anna", "anna_web");
    co_await phone->stop();
    co_await watcher->next("peer-left");
  });
}

TEST_F(PresenceTest, ARevokedDeviceThatIsAwayHasLeftAtOnce) {
  options.presence_grace = std::chrono::hours(1);
  run([&]() -> test::asio::awaitable<void> {
    auto host = owner_device();
    auto phone = owner_device("phone");
    auto* watcher = co_await connected(host);
    auto* socket = co_await connected(phone);
    co_await drop(socket);
    const auto statement = identity::Statement::make(host.key, {identity::StatementType::revoke, host.account,
                                                                phone.id(), phone.key.public_key(), "", now});
    json::object payload;
    payload["statement"] = statement.to_json();
    const auto revoked = co_await watcher->ask("revoke-device", payload);
    EXPECT_EQ(revoked.at("ok"), true);
    const auto left = co_await watcher->next("peer-left");
    EXPECT_EQ(text_of(left, "deviceId"), phone.id());
  });
}

TEST_F(PresenceTest, ClientsThatDialSocketsGetANewListWhenOnlyTheseChange) {
  run([&]() -> test::asio::awaitable<void> {
    auto* const watching = co_await dialling_watcher();
    auto& watcher = *watching;
    const auto device = owner_device();
    auto* socket = co_await connected(device, "tab-1");
    co_await drop(socket);
    auto* back = co_await connected(device, "tab-1");
    const auto list = co_await watcher.next("peer-list");
    EXPECT_EQ(list.at("list").as_array().size(), 1U);
    EXPECT_EQ(text_of(list.at("list").at(0).as_object(), "socketId"), back->id());
    EXPECT_EQ(watcher.waiting("peer-joined"), 1U);
    EXPECT_EQ(watcher.waiting("peer-left"), 0U);
  });
}

TEST_F(PresenceTest, LargeListsThatNobodyAskedForAreSentOnceForManyChanges) {
  constexpr std::size_t kModels = 40'000;       // bytes
  options.list_refreshes = {kModels / 5.0, 1};  // the next after five seconds
  run([&]() -> test::asio::awaitable<void> {
    auto* const watching = co_await dialling_watcher();
    auto& watcher = *watching;
    const auto device = owner_device();
    auto* host = co_await connected(device, "stays");
    std::vector<test::TestClient*> tabs;
    for (int tab = 0; tab < 3; ++tab) {
      auto* opened = co_await connected(device, std::to_string(tab));
      tabs.push_back(opened);
    }
    json::object payload{{"models", json::array{json::object{{"name", std::string(kModels, 'x')}}}}};
    co_await host->ask("announce-models", payload);
    for (auto* tab : tabs) co_await tab->stop();
    const auto first = co_await watcher.next("peer-list");
    EXPECT_EQ(first.at("list").as_array().size(), 3U) << "at once";
    const auto second = co_await watcher.next("peer-list");
    EXPECT_EQ(second.at("list").as_array().size(), 1U) << "none between the two that left then";
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
