#include "signaling/relay.hpp"

#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::text_of;

json::object sdp_to(const std::string& target, const std::string& sdp) {
  return {{"to", target}, {"signal", json::object{{"type", "offer"}, {"sdp", sdp}, {"link", 1}}}};
}

struct RelayTest : test::ServiceTest {
  /// A connected client over long-polling, for packets that no library would send: the path of its requests.
  test::asio::awaitable<std::string> polling(json::object auth) {
    std::string path = "/socket.io/?EIO=4&transport=polling";
    const auto opened = co_await fetch("GET", path);
    const auto handshake = core::parse_json_object(std::string_view(opened.body).substr(1)).value();
    path += "&sid=" + text_of(handshake, "sid");
    co_await fetch("POST", path, "40" + core::serialize_json(auth));
    const auto joined = co_await fetch("GET", path);
    EXPECT_TRUE(joined.body.starts_with("40{")) << joined.body;
    co_return path;
  }
};

TEST_F(RelayTest, PassesASignalOnUnchanged) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    const auto payload = sdp_to("anna_electron", "v=0 \xc3\xa4 \xf0\x9f\x93\xb1");
    web->emit("webrtc-signal", payload);
    const auto received = co_await host->next("webrtc-signal");
    EXPECT_EQ(text_of(received, "fromUserId"), "anna_web");
    EXPECT_EQ(text_of(received, "fromSocketId"), web->id());
    EXPECT_EQ(received.at("signal"), payload.at("signal"));
  });
}

TEST_F(RelayTest, TakesTheOlderNamesOfTheMembersToo) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    web->emit("webrtc-signal", json::object{{"targetUserId", "anna_electron"}, {"data", "text"}});
    const auto received = co_await host->next("webrtc-signal");
    EXPECT_EQ(text_of(received, "signal"), "text");
  });
}

TEST_F(RelayTest, SaysWhenTheTargetIsNotThere) {
  run([&]() -> test::asio::awaitable<void> {
    auto* web = co_await joined("anna", "anna_web");
    web->emit("webrtc-signal", sdp_to("anna_electron", "x"));
    const auto error = co_await web->next("error");
    EXPECT_EQ(text_of(error, "code"), "peer_unavailable");
    EXPECT_EQ(text_of(error, "targetUserId"), "anna_electron");
    EXPECT_EQ(text_of(error, "event"), "webrtc-signal");
    EXPECT_FALSE(text_of(error, "message").empty());
    const auto answer = co_await web->ask("webrtc-signal", sdp_to("anna_web", "to itself"));
    EXPECT_EQ(text_of(answer, "code"), "peer_unavailable");
  });
}

TEST_F(RelayTest, ASocketIdWinsOverTheDeviceId) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* first = co_await joined("anna", "anna_web");
    auto* second = co_await joined("anna", "anna_web");
    auto payload = sdp_to("anna_web", "x");
    payload["toSocketId"] = first->id();
    const auto sent = co_await host->ask("webrtc-signal", payload);
    EXPECT_EQ(sent.at("ok"), true);
    co_await first->next("webrtc-signal");
    co_await second->settle();
    EXPECT_EQ(second->waiting("webrtc-signal"), 0U);
  });
}

TEST_F(RelayTest, NeverReachesAnotherAccount) {
  run([&]() -> test::asio::awaitable<void> {
    auto* victim = co_await joined("anna", "anna_electron", "electron");
    auto* attacker = co_await joined("mallory", "anna_web");
    const json::object by_device = sdp_to("anna_electron", "x");
    const json::object by_target{{"targetUserId", "anna_electron"}, {"data", "x"}};
    json::object by_socket{{"toSocketId", victim->id()}, {"signal", "x"}};
    json::object by_both = sdp_to("anna_electron", "x");
    by_both["toSocketId"] = victim->id();
    json::object by_room = sdp_to(victim->id(), "x");
    by_room["account"] = "dev:" + service->server_id() + ":anna";
    for (const auto& payload : {by_device, by_target, by_socket, by_both, by_room}) {
      const auto answer = co_await attacker->ask("webrtc-signal", payload);
      EXPECT_EQ(text_of(answer, "code"), "peer_unavailable");
    }
    co_await victim->settle();
    EXPECT_EQ(victim->waiting("webrtc-signal"), 0U);
  });
}

TEST_F(RelayTest, MalformedSignalsGetACodeAndDisturbNobody) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    const json::object no_target{{"signal", "x"}};
    const json::object no_signal{{"to", "anna_electron"}};
    const json::object wrong_types{{"to", 5}, {"signal", "x"}};
    for (const auto& payload : {json::value(nullptr), json::value("x"), json::value(json::array{1}),
                                json::value(no_target), json::value(no_signal), json::value(wrong_types)}) {
      const auto answer = co_await web->ask("webrtc-signal", payload);
      EXPECT_EQ(text_of(answer, "code"), "invalid_argument");
    }
    const auto large =
        co_await web->ask("webrtc-signal", sdp_to("anna_electron", std::string(64 * 1024, 'x')));
    EXPECT_EQ(text_of(large, "code"), "too_large");
    co_await host->settle();
    EXPECT_EQ(host->waiting("webrtc-signal"), 0U);
  });
}

TEST_F(RelayTest, WhatAReceiverCannotReadEndsTheConnectionOfItsSenderAlone) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    for (const std::string number : {"1e-3000000000", "0E99999999999"}) {
      const auto session = co_await polling(legacy_auth("anna", "anna_web"));
      co_await fetch("POST", session,
                     "42[\"join-account\"]\x1e"
                     "42[\"webrtc-signal\",{\"to\":\"anna_electron\",\"signal\":{\"a\":" +
                         number + "}}]");
      co_await host->next("peer-joined");
      co_await host->next("peer-left");
      co_await host->settle();
      EXPECT_EQ(host->waiting("webrtc-signal"), 0U) << number;
    }
  });
}

TEST_F(RelayTest, ANumberThatIsNotWholeReachesTheReceiver) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    const json::object payload{{"to", "anna_electron"}, {"signal", json::object{{"scale", 1.5}}}};
    const auto sent = co_await web->ask("webrtc-signal", payload);
    EXPECT_EQ(sent.at("ok"), true);
    web->emit("webrtc-signal", payload);
    for (int i = 0; i < 2; ++i) {
      const auto received = co_await host->next("webrtc-signal");
      EXPECT_EQ(received.at("signal").at("scale"), 1.5);
    }
  });
}

TEST_F(RelayTest, WhoHasNotJoinedCannotSignal) {
  run([&]() -> test::asio::awaitable<void> {
    co_await joined("anna", "anna_electron", "electron");
    auto& silent = client(legacy_auth("anna", "anna_web"));
    co_await silent.connect();
    const auto answer = co_await silent.ask("webrtc-signal", sdp_to("anna_electron", "x"));
    EXPECT_EQ(text_of(answer, "code"), "not_joined");
  });
}

TEST_F(RelayTest, TooManyEventsAreRefusedWithTheTimeToWait) {
  options.limits.events_per_second = 1;
  run([&]() -> test::asio::awaitable<void> {
    auto* web = co_await joined("anna", "anna_web");
    json::object answer;
    for (int i = 0; i < 8; ++i) answer = co_await web->ask("webrtc-signal", sdp_to("none", "x"));
    EXPECT_EQ(text_of(answer, "code"), "rate_limited");
    EXPECT_GT(answer.at("retryAfterMs").to_number<int>(), 0);
  });
}

}  // namespace
}  // namespace pantheon::signaling
