#include "signaling/legacy_server.hpp"

#include <gmock/gmock.h>

#include "signaling/legacy_test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::text_of;
using testing::HasSubstr;

struct LegacyServerTest : test::LegacyServiceTest {};

TEST_F(LegacyServerTest, SignsInAtAnyPathThatIsNobodyElses) {
  run([&]() -> test::asio::awaitable<void> {
    const std::vector<std::string> paths{"/", "/ws", "/some/where?x=1"};
    for (const auto& path : paths) {
      auto client = co_await open(path);
      const auto answer = co_await client->sign_in("anna", "desk");
      EXPECT_EQ(answer.at("success"), true) << path;
      EXPECT_EQ(text_of(answer, "peer_id"), "desk");
      EXPECT_EQ(text_of(answer, "account_id"), "dev:" + service->server_id() + ":anna") << "the token's";
      co_await client->close();
    }
  });
}

TEST_F(LegacyServerTest, LeavesThePathsOfOthersAlone) {
  run([&]() -> test::asio::awaitable<void> {
    const std::vector<std::string> paths{"/socket.io/", "/socket.io/x",    "/engine.io/",
                                         "/v1/nonce",   "/api/v1/peers/a", "/health"};
    const http::Headers none;
    for (const auto& path : paths) {
      const auto socket = co_await upgrade(path, none);
      EXPECT_FALSE(socket) << path;
    }
  });
}

TEST_F(LegacyServerTest, RefusesPagesOfOtherOrigins) {
  run([&]() -> test::asio::awaitable<void> {
    http::Headers foreign;
    foreign.set("Origin", "https://evil.example");
    const auto socket = co_await upgrade("/", std::move(foreign));
    EXPECT_FALSE(socket);
    http::Headers desktop;
    desktop.set("Origin", "file://");
    auto client = co_await open("/", std::move(desktop));
    co_await client->close();
  });
}

TEST_F(LegacyServerTest, NobodyGetsInWithoutAToken) {
  run([&]() -> test::asio::awaitable<void> {
    auto client = co_await open();
    client->say(
        {{"type", "auth"}, {"token", "nonsense"}, {"peer_id", "desk"}, {"account_id", "dev:dev:anna"}});
    const auto refused = co_await client->next("auth_response");
    EXPECT_EQ(refused.at("success"), false);
    EXPECT_EQ(text_of(refused, "code"), "auth_invalid");
    const std::vector<std::string> types{"register", "get_peers", "heartbeat"};
    for (const auto& type : types) {
      client->say({{"type", type}});
      const auto error = co_await client->next("error");
      EXPECT_EQ(text_of(error, "code"), "auth_required") << type;
      EXPECT_EQ(text_of(error, "event"), type);
    }
    client->say(
        {{"type", "peer_request"}, {"to_peer_id", "x"}, {"request_id", "r"}, {"data", json::object()}});
    const auto answer = co_await client->next("chat_response");
    EXPECT_EQ(text_of(answer, "code"), "auth_required");
    EXPECT_EQ(service->connected_sockets(), 0U);
  });
}

TEST_F(LegacyServerTest, DevelopmentTokensAreRefusedUnlessTheServerWasStartedForDevelopment) {
  options.dev = false;
  run([&]() -> test::asio::awaitable<void> {
    auto client = co_await open();
    const auto refused = co_await client->sign_in("anna", "desk");
    EXPECT_EQ(refused.at("success"), false);
  });
}

TEST_F(LegacyServerTest, WhoDoesNotSignInInTimeIsToldAndCutOff) {
  options.legacy_auth_timeout = std::chrono::milliseconds(30);
  run([&]() -> test::asio::awaitable<void> {
    auto client = co_await open();
    const auto error = co_await client->next("error");
    EXPECT_EQ(text_of(error, "code"), "auth_required");
    co_await client->ended();
  });
}

TEST_F(LegacyServerTest, WhoStaysSilentIsCutOffAndHeartbeatsKeepAlive) {
  options.legacy_idle_timeout = std::chrono::milliseconds(200);
  run([&]() -> test::asio::awaitable<void> {
    auto client = co_await open();
    co_await client->sign_in("anna", "desk");
    client->say({{"type", "heartbeat"}});
    const auto beat = co_await client->next("heartbeat_ack");
    EXPECT_TRUE(beat.at("timestamp").is_int64());
    const auto error = co_await client->next("error");
    EXPECT_EQ(text_of(error, "code"), "timeout");
    co_await client->ended();
  });
}

TEST_F(LegacyServerTest, ListsEveryPeerOfTheAccountAndNobodyElse) {
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    auto stranger = co_await legacy("bob", "bobs-desk");
    co_await joined("anna", "anna_web");
    auto silent = co_await open();
    co_await silent->sign_in("anna", "not registered");
    desk->say({{"type", "get_peers"}});
    const auto list = co_await desk->next("peer_list");
    const auto& peers = list.at("peers").as_array();
    EXPECT_EQ(peers.size(), 1U);
    EXPECT_EQ(peers.at(0).at("peer_id"), "anna_web");
    EXPECT_EQ(text_of(peers.at(0).as_object(), "account_id"), "dev:" + service->server_id() + ":anna");
    EXPECT_EQ(peers.at(0).at("generation"), 2);
    EXPECT_TRUE(peers.at(0).at("last_seen").is_int64());
    auto other = co_await legacy("anna", "laptop", "web");
    other->say({{"type", "get_peers"}});
    const auto second = co_await other->next("peer_list");
    EXPECT_EQ(second.at("peers").as_array().size(), 2U);
    EXPECT_EQ(second.at("peers").at(0).at("capabilities"), json::value(json::array{"chat"}));
  });
}

TEST_F(LegacyServerTest, AGenerationOnePeerIsSeenByEveryoneElseAndGoes) {
  options.presence_grace = std::chrono::milliseconds(50);
  run([&]() -> test::asio::awaitable<void> {
    auto* web = co_await joined("anna", "anna_web");
    auto desk = co_await legacy("anna", "desk");
    const auto told = co_await web->next("peer-joined");
    EXPECT_EQ(text_of(told, "userId"), "desk");
    EXPECT_EQ(told.at("generation"), 1);
    EXPECT_EQ(told.at("link"), false);
    EXPECT_EQ(told.at("isHosting"), true);
    EXPECT_EQ(service->connected_sockets(), 2U);
    auto* later = co_await joined("anna", "anna_phone");
    later->emit("request-peer-list");
    const auto list = co_await later->next("peer-list");
    EXPECT_EQ(list.at("list").as_array().size(), 2U);
    co_await desk->close();
    const auto left = co_await web->next("peer-left");
    EXPECT_EQ(text_of(left, "userId"), "desk");
  });
}

TEST_F(LegacyServerTest, AnIdThatBelongsToAKeyIsNotForThoseWithoutOne) {
  run([&]() -> test::asio::awaitable<void> {
    test::TestDevice known;
    known.account = "anna";
    co_await connected(known);
    auto client = co_await open();
    const auto refused = co_await client->sign_in("anna", known.id());
    EXPECT_EQ(text_of(refused, "code"), "proof_required");
  });
}

TEST_F(LegacyServerTest, TheRestEndpointListsTheBearersAccountWhateverThePathSays) {
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    auto stranger = co_await legacy("bob", "bobs-desk");
    const auto none = co_await fetch("GET", "/api/v1/peers/anna");
    EXPECT_EQ(none.status, 401U);
    const std::vector<std::string> paths{"/api/v1/peers/anna", "/api/v1/peers/bob"};
    for (const auto& path : paths) {
      const auto response = co_await fetch("GET", path, {}, bearer("dev:anna"));
      EXPECT_EQ(response.status, 200U);
      const auto body = core::parse_json_object(response.body).value();
      EXPECT_EQ(body.at("peers").as_array().size(), 1U);
      EXPECT_EQ(body.at("peers").at(0).at("peer_id"), "desk");
    }
    const auto posted = co_await fetch("POST", "/api/v1/peers/anna", {}, bearer("dev:anna"));
    EXPECT_EQ(posted.status, 405U);
    const auto deeper = co_await fetch("GET", "/api/v1/peers/anna/x", {}, bearer("dev:anna"));
    EXPECT_EQ(deeper.status, 404U);
  });
}

TEST_F(LegacyServerTest, TheRestEndpointTakesNoTokenOfADeviceWithoutItsKey) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    const auto refused = co_await fetch("GET", "/api/v1/peers/anna", {}, bearer(device.access_token));
    EXPECT_EQ(refused.status, 401U);
    EXPECT_NE(refused.body.find("proof_required"), std::string::npos) << refused.body;
  });
}

TEST_F(LegacyServerTest, SwitchedOffItRefusesWithAReason) {
  options.legacy = LegacyMode::off;
  run([&]() -> test::asio::awaitable<void> {
    const http::Headers none;
    const auto socket = co_await upgrade("/", none);
    EXPECT_FALSE(socket);
    EXPECT_NE(socket.error().message().find("410"), std::string::npos) << socket.error().message();
    const auto rest = co_await fetch("GET", "/api/v1/peers/anna", {}, bearer("dev:anna"));
    EXPECT_EQ(rest.status, 410U);
    EXPECT_NE(rest.body.find("legacy_off"), std::string::npos);
    const auto health = co_await get("/health");
    EXPECT_EQ(health.at("legacy").at("refusedConnections"), 1);
    EXPECT_EQ(health.at("legacy").at("mode"), "off");
  });
}

TEST_F(LegacyServerTest, TooMuchIsRefusedWithTheTimeToWait) {
  options.limits.events_per_second = 1;
  run([&]() -> test::asio::awaitable<void> {
    auto client = co_await open();
    co_await client->sign_in("anna", "desk");
    for (int i = 0; i < 5; ++i) client->say({{"type", "heartbeat"}});
    const auto error = co_await client->next("error");
    EXPECT_EQ(text_of(error, "code"), "rate_limited");
    EXPECT_GT(error.at("retryAfterMs").as_int64(), 0);
  });
}

TEST_F(LegacyServerTest, SocketsOfAnAccountShareItsRateAlsoAfterTheyConnectAnew) {
  options.limits.lists_per_second = 0.1;  // one at once
  options.limits.account_share = 3;
  run([&]() -> test::asio::awaitable<void> {
    const auto asked = [this](std::string account, std::string peer_id,
                              std::string awaited) -> test::asio::awaitable<json::object> {
      auto client = co_await legacy(account, peer_id);
      client->say({{"type", "get_peers"}});
      auto answer = co_await client->next(awaited);
      co_await client->close();
      co_return answer;
    };
    for (const auto* peer : {"desk", "laptop", "phone"}) co_await asked("anna", peer, "peer_list");
    for (int i = 0; i < 2; ++i) {
      const auto refused = co_await asked("anna", "tablet", "error");
      EXPECT_EQ(text_of(refused, "code"), "rate_limited");
      EXPECT_EQ(text_of(refused, "event"), "get_peers");
      EXPECT_GT(refused.at("retryAfterMs").as_int64(), 0);
    }
    co_await asked("bob", "desk", "peer_list");
  });
}

TEST_F(LegacyServerTest, RegisteringCountsAsAnAnnouncementAndHeartbeatsAsNothing) {
  options.limits.announcements_per_second = 0.1;
  options.limits.account_share = 1;
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    auto laptop = co_await open();
    co_await laptop->sign_in("anna", "laptop");
    laptop->say({{"type", "register"}, {"platform", "darwin"}});
    const auto refused = co_await laptop->next("error");
    EXPECT_EQ(text_of(refused, "code"), "rate_limited");
    laptop->say({{"type", "heartbeat"}});
    co_await laptop->next("heartbeat_ack");
  });
}

TEST_F(LegacyServerTest, ARequestThatComesTooOftenIsAnsweredInItsForm) {
  options.limits.events_per_second = 1;  // four at once, its signing in among them
  options.limits.account_share = 0.25;   // one at once
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    auto phone = co_await open();
    co_await phone->sign_in("anna", "phone");
    desk->say({{"type", "offer"}, {"to_peer_id", "phone"}});
    co_await desk->next("error");
    const json::object models{{"type", "get_models"}};
    phone->say({{"type", "peer_request"}, {"to_peer_id", "desk"}, {"request_id", "r"}, {"data", models}});
    const auto refused = co_await phone->next("models_response");
    EXPECT_EQ(text_of(refused, "code"), "rate_limited");
    EXPECT_EQ(text_of(refused, "request_id"), "r");
    EXPECT_GT(refused.at("retryAfterMs").as_int64(), 0);
  });
}

TEST_F(LegacyServerTest, ALargeListOfPeersCountsAsSeveral) {
  options.limits.lists_per_second = 0.2;  // two at once
  run([&]() -> test::asio::awaitable<void> {
    const std::string large(4000, 'x');
    std::vector<std::unique_ptr<test::LegacyTestClient>> others;
    for (const auto* peer : {"a", "b", "c", "d", "e"}) {
      others.push_back(co_await legacy("anna", peer));
      others.back()->say({{"type", "register"}, {"platform", "darwin"}, {"capabilities", large}});
      co_await others.back()->next("registered");
    }
    auto desk = co_await legacy("anna", "desk");
    desk->say({{"type", "get_peers"}});
    co_await desk->next("peer_list");
    desk->say({{"type", "get_peers"}});
    const auto refused = co_await desk->next("error");
    EXPECT_EQ(text_of(refused, "code"), "rate_limited");
  });
}

TEST_F(LegacyServerTest, WhoConnectsTooOftenIsToldWhenToTryAgain) {
  options.limits.connects_per_second = 0.125;
  run([&]() -> test::asio::awaitable<void> {
    auto first = co_await open();
    co_await first->sign_in("anna", "desk");
    auto second = co_await open();
    second->say({{"type", "auth"}, {"token", "dev:anna"}, {"peer_id", "phone"}});
    const auto refused = co_await second->next("auth_response");
    EXPECT_EQ(text_of(refused, "code"), "rate_limited");
    EXPECT_GT(refused.at("retryAfterMs").as_int64(), 0);
    EXPECT_LE(refused.at("retryAfterMs").as_int64(), 8000) << "one in eight seconds";
  });
}

TEST_F(LegacyServerTest, SignInsOfGenerationOneAreCountedGoodOrNot) {
  options.limits.connects_per_second = 0.25;  // two at once
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await open();
    co_await desk->sign_in("anna", "desk");
    auto wrong = co_await open();
    wrong->say({{"type", "auth"}, {"token", "nonsense"}, {"peer_id", "phone"}});
    co_await wrong->next("auth_response");
    auto late = co_await open();
    const auto refused = co_await late->sign_in("anna", "laptop");
    EXPECT_EQ(text_of(refused, "code"), "rate_limited");
    const auto metrics = co_await fetch("GET", "/metrics");
    EXPECT_THAT(metrics.body, HasSubstr("pantheon_sign_ins_total{result=\"ok\"} 1\n"));
    EXPECT_THAT(metrics.body, HasSubstr("pantheon_sign_ins_total{result=\"auth_invalid\"} 1\n"));
    EXPECT_THAT(metrics.body, HasSubstr("pantheon_sign_ins_total{result=\"rate_limited\"} 1\n"));
    EXPECT_THAT(metrics.body, HasSubstr("pantheon_rate_limited_total{what=\"connects\"} 1\n"));
  });
}

TEST_F(LegacyServerTest, BeforeSignInOnlyLittleIsRead) {
  run([&]() -> test::asio::awaitable<void> {
    auto client = co_await open();
    client->say({{"type", "auth"}, {"token", std::string(20'000, 'x')}});
    const auto error = co_await client->next("error");
    EXPECT_EQ(text_of(error, "code"), "too_large");
    co_await client->ended();
  });
}

TEST_F(LegacyServerTest, AnAccountHasNoMoreSocketsOfThisKindThanOfAll) {
  options.limits.max_sockets_per_account = 2;
  run([&]() -> test::asio::awaitable<void> {
    co_await joined("anna", "anna_web");
    auto first = co_await legacy("anna", "desk");
    auto second = co_await open();
    const auto refused = co_await second->sign_in("anna", "laptop");
    EXPECT_EQ(text_of(refused, "code"), "account_full");
  });
}

TEST_F(LegacyServerTest, ARenewedTokenMustBeOfTheSameAccount) {
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    const auto again = co_await desk->sign_in("anna", "desk");
    EXPECT_EQ(again.at("success"), true);
    const auto other = co_await desk->sign_in("bob", "desk");
    EXPECT_EQ(other.at("success"), false);
    desk->say({{"type", "get_peers"}});
    co_await desk->next("peer_list");
  });
}

TEST_F(LegacyServerTest, StoppingTheServerSaysGoodbyeToEveryone) {
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    co_await service->stop();
    co_await desk->ended();
  });
}

TEST_F(LegacyServerTest, HealthCountsWhoStillUsesWhat) {
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    co_await joined("anna", "anna_web");
    co_await our_host("anna", "study");
    const auto health = co_await get("/health");
    const auto& counted = health.at("clients").as_object();
    EXPECT_EQ(counted.at("generation1").at("now"), 1);
    EXPECT_EQ(counted.at("generation2").at("now"), 1);
    EXPECT_EQ(counted.at("current").at("now"), 1);
    EXPECT_EQ(counted.at("current").at("sinceStart"), 1);
    EXPECT_EQ(health.at("status"), "ok");
    EXPECT_EQ(health.at("connectedUsers"), 3);
  });
}

}  // namespace
}  // namespace pantheon::signaling
