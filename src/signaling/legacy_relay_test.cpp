#include "signaling/legacy_relay.hpp"

#include "identity/pairing.hpp"
#include "signaling/legacy_test_support.hpp"
#include "signaling/nesting.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::text_of;

struct LegacyRelayTest : test::LegacyServiceTest {
  static json::object request(std::string to, std::string id, json::object data) {
    return {{"type", "peer_request"}, {"to_peer_id", to}, {"request_id", id}, {"data", std::move(data)}};
  }
  static json::object get_models() { return {{"type", "get_models"}}; }
  static json::object chat() { return {{"model", "llama"}}; }
  test::asio::awaitable<void> redeem(identity::PairingLink link) {
    const test::TestDevice device;
    const identity::PairingRequest asked{link.code, device.id(), device.key.public_key(), "Phone", "Android"};
    const json::object body{{"code", identity::to_text(link.code)},
                            {"deviceId", asked.device_id},
                            {"publicKey", identity::to_text(asked.public_key)},
                            {"name", asked.name},
                            {"platform", asked.platform},
                            {"mac", core::to_base64url(identity::newcomer_mac(link.secret, asked))}};
    static_cast<void>(co_await post("/v1/pairing/redeem", body));
  }
  /// The answer to that request; others before it are dropped.
  static test::asio::awaitable<json::object> answered(test::LegacyTestClient& asker, std::string id) {
    for (;;) {
      auto answer = co_await asker.next("chat_response");
      if (text_of(answer, "request_id") == id) co_return answer;
    }
  }
  /// The payload of `legacy-ask`.
  static json::value ask(std::string to, std::string id, json::object data = get_models()) {
    return {{"to", to}, {"requestId", id}, {"data", std::move(data)}};
  }
};

TEST_F(LegacyRelayTest, AGenerationOneClientReachesAGenerationOneHost) {
  run([&]() -> test::asio::awaitable<void> {
    auto host = co_await legacy("anna", "desk");
    auto web = co_await legacy("anna", "phone", "web");
    web->say(request("desk", "r1", get_models()));
    const auto asked = co_await host->next("peer_request");
    EXPECT_EQ(text_of(asked, "from_peer_id"), "phone");
    EXPECT_EQ(text_of(asked, "request_id"), "r1");
    EXPECT_EQ(asked.at("data"), json::value(get_models()));
    host->say({{"type", "models_response"},
               {"to_peer_id", "phone"},
               {"request_id", "r1"},
               {"success", true},
               {"data", json::array{"llama"}}});
    const auto models = co_await web->next("models_response");
    EXPECT_EQ(models.at("success"), true);
    EXPECT_EQ(text_of(models, "request_id"), "r1");
    EXPECT_EQ(models.at("data"), json::value(json::array{"llama"}));
    web->say(request("desk", "r2", {{"model", "llama"}}));
    co_await host->next("peer_request");
    host->say({{"type", "peer_response"},
               {"to_peer_id", "phone"},
               {"request_id", "r2"},
               {"success", false},
               {"error", "out of memory"}});
    const auto chat = co_await web->next("chat_response");
    EXPECT_EQ(chat.at("success"), false);
    EXPECT_EQ(text_of(chat, "error"), "out of memory");
  });
}

TEST_F(LegacyRelayTest, AGenerationOneClientReachesAHostOfOurs) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await our_host("anna", "study");
    host->answer("legacy-request", [](const json::object& asked) -> json::object {
      return {{"success", true}, {"data", asked}};
    });
    auto web = co_await legacy("anna", "phone", "web");
    web->say(request("study", "r1", {{"model", "llama"}}));
    const auto chat = co_await web->next("chat_response");
    EXPECT_EQ(chat.at("success"), true);
    EXPECT_EQ(text_of(chat, "from_peer_id"), "study");
    EXPECT_EQ(chat.at("data").at("requestId"), "r1");
    EXPECT_EQ(chat.at("data").at("fromUserId"), "phone");
    EXPECT_EQ(chat.at("data").at("data").at("model"), "llama");
    const auto health = co_await get("/health");
    EXPECT_EQ(health.at("legacy").at("requestsToHosts"), 1);
  });
}

TEST_F(LegacyRelayTest, WhatAHostOfOursAnswersIsChecked) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await our_host("anna", "study");
    auto web = co_await legacy("anna", "phone", "web");
    host->answer("legacy-request", [](const json::object&) -> json::object { return {{"success", "yes"}}; });
    web->say(request("study", "r1", get_models()));
    const auto senseless = co_await web->next("models_response");
    EXPECT_EQ(text_of(senseless, "code"), "peer_answer_invalid");
    host->answer("legacy-request", [](const json::object&) -> json::object {
      return {{"success", false}, {"error", "off"}, {"code", "hosting_off"}};
    });
    web->say(request("study", "r2", get_models()));
    const auto refused = co_await web->next("models_response");
    EXPECT_EQ(text_of(refused, "code"), "hosting_off");
    EXPECT_EQ(text_of(refused, "error"), "off");
  });
}

TEST_F(LegacyRelayTest, ALongErrorOfAHostIsCutBehindAWholeCharacter) {
  run([&]() -> test::asio::awaitable<void> {
    std::string error = "x";
    while (error.size() <= kMaxLegacyError) error += "\u00fc";
    auto* host = co_await our_host("anna", "study");
    host->answer("legacy-request", [&error](const json::object&) -> json::object {
      return {{"success", false}, {"error", error}, {"code", "hosting_off"}};
    });
    auto web = co_await legacy("anna", "phone", "web");
    web->say(request("study", "r1", chat()));
    const auto refused = co_await web->next("chat_response");
    EXPECT_EQ(text_of(refused, "error"), error.substr(0, kMaxLegacyError - 1));
  });
}

TEST_F(LegacyRelayTest, AnAnswerOfAGenerationOneHostThatCannotBeReadFailsItsRequestAtOnce) {
  run([&]() -> test::asio::awaitable<void> {
    auto host = co_await legacy("anna", "desk");
    auto web = co_await legacy("anna", "phone", "web");
    json::value deep = "x";
    for (std::size_t i = 0; i < kMaxNesting; ++i) deep = json::array{deep};
    const std::vector<json::object> unreadable{{}, {{"success", "yes"}}, {{"success", true}, {"data", deep}}};
    for (std::size_t i = 0; i < unreadable.size(); ++i) {
      const auto id = "r" + std::to_string(i);
      web->say(request("desk", id, get_models()));
      co_await host->next("peer_request");
      auto said = unreadable.at(i);
      said["type"] = "models_response";
      said["to_peer_id"] = "phone";
      said["request_id"] = id;
      host->say(said);
      const auto answer = co_await web->next("models_response");
      EXPECT_EQ(text_of(answer, "request_id"), id);
      EXPECT_EQ(text_of(answer, "from_peer_id"), "desk");
      EXPECT_EQ(answer.at("success"), false);
      EXPECT_EQ(text_of(answer, "code"), "peer_answer_invalid");
      const auto told = co_await host->next("error");
      EXPECT_EQ(text_of(told, "request_id"), id);
    }
  });
}

TEST_F(LegacyRelayTest, AnErrorOfAGenerationOneHostThatIsAnObjectReachesItsAsker) {
  run([&]() -> test::asio::awaitable<void> {
    auto host = co_await legacy("anna", "desk");
    auto web = co_await legacy("anna", "phone", "web");
    web->say(request("desk", "r1", chat()));
    co_await host->next("peer_request");
    host->say({{"type", "peer_response"},
               {"to_peer_id", "phone"},
               {"request_id", "r1"},
               {"success", false},
               {"error", json::object{{"message", "out of memory"}}}});
    const auto answer = co_await web->next("chat_response");
    EXPECT_EQ(text_of(answer, "error"), R"({"message":"out of memory"})");
  });
}

TEST_F(LegacyRelayTest, AClientOfOursReachesAGenerationOneHost) {
  run([&]() -> test::asio::awaitable<void> {
    auto host = co_await legacy("anna", "desk");
    auto* web = co_await joined("anna", "anna_web");
    const auto taken = co_await web->ask("legacy-ask", ask("desk", "q1"));
    EXPECT_EQ(taken.at("ok"), true);
    const auto asked = co_await host->next("peer_request");
    EXPECT_EQ(text_of(asked, "from_peer_id"), "anna_web");
    host->say({{"type", "models_response"},
               {"to_peer_id", "anna_web"},
               {"request_id", asked.at("request_id")},
               {"success", true},
               {"data", json::array{"llama"}}});
    const auto answer = co_await web->next("legacy-answer");
    EXPECT_EQ(text_of(answer, "requestId"), "q1");
    EXPECT_EQ(text_of(answer, "fromUserId"), "desk");
    EXPECT_EQ(answer.at("success"), true);
    EXPECT_EQ(answer.at("data"), json::value(json::array{"llama"}));
  });
}

TEST_F(LegacyRelayTest, LegacyAskIsCheckedBeforeAnythingIsSent) {
  run([&]() -> test::asio::awaitable<void> {
    auto host = co_await legacy("anna", "desk");
    auto* web = co_await joined("anna", "anna_web");
    co_await joined("anna", "anna_electron", "electron");
    const std::vector<std::pair<json::value, std::string>> cases{
        {nullptr, "invalid_argument"},
        {json::object{{"to", "desk"}}, "invalid_argument"},
        {json::object{{"to", "desk"}, {"requestId", 7}, {"data", json::object()}}, "invalid_argument"},
        {json::object{{"to", "desk"}, {"requestId", "q"}, {"data", "x"}}, "invalid_argument"},
        {json::object{{"to", "nobody"}, {"requestId", "q"}, {"data", json::object()}}, "peer_unavailable"},
        {json::object{{"to", "anna_electron"}, {"requestId", "q"}, {"data", json::object()}},
         "invalid_argument"}};
    for (const auto& [payload, code] : cases) {
      const auto answer = co_await web->ask("legacy-ask", payload);
      EXPECT_EQ(text_of(answer, "code"), code) << core::serialize_json(payload);
    }
  });
}

TEST_F(LegacyRelayTest, OtherPairsAreToldWhatIsTooOld) {
  run([&]() -> test::asio::awaitable<void> {
    auto* web = co_await joined("anna", "anna_web");
    auto desk = co_await legacy("anna", "desk");
    desk->say(request("anna_web", "r1", {{"model", "m"}}));
    const auto chat = co_await desk->next("chat_response");
    EXPECT_EQ(text_of(chat, "code"), "peer_too_old");
    desk->say({{"type", "offer"}, {"to_peer_id", "anna_web"}, {"sdp", "v=0"}});
    const auto offer = co_await desk->next("error");
    EXPECT_EQ(text_of(offer, "code"), "peer_too_old");
    web->emit("webrtc-signal", json::object{{"to", "desk"}, {"signal", json::object()}});
    const auto signal = co_await web->next("error");
    EXPECT_EQ(text_of(signal, "code"), "peer_too_old");
    EXPECT_EQ(text_of(signal, "targetUserId"), "desk");
    web->emit("request-models", "desk");
    const auto models = co_await web->next("error");
    EXPECT_EQ(text_of(models, "code"), "peer_too_old");
    EXPECT_NE(text_of(models, "message").find("update"), std::string::npos) << "with advice";
  });
}

TEST_F(LegacyRelayTest, SignalsOfGenerationOneAreRelayed) {
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    auto phone = co_await legacy("anna", "phone", "web");
    const std::vector<std::string> types{"offer", "answer", "ice_candidate"};
    for (const auto& type : types) {
      phone->say({{"type", type}, {"to_peer_id", "desk"}, {"sdp", "v=0"}, {"from_peer_id", "mallory"}});
      const auto got = co_await desk->next(type);
      EXPECT_EQ(text_of(got, "from_peer_id"), "phone");
      EXPECT_EQ(text_of(got, "sdp"), "v=0");
    }
  });
}

TEST_F(LegacyRelayTest, OfSeveralSocketsOfOneIdTheOneThatSignalledLastIsMeant) {
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    auto first = co_await legacy("anna", "anna_web", "web");
    auto second = co_await legacy("anna", "anna_web", "web");
    desk->say({{"type", "offer"}, {"to_peer_id", "anna_web"}, {"n", 1}});
    const auto newest = co_await second->next("offer");
    EXPECT_EQ(newest.at("n"), 1);
    first->say({{"type", "offer"}, {"to_peer_id", "desk"}});
    co_await desk->next("offer");
    desk->say({{"type", "answer"}, {"to_peer_id", "anna_web"}, {"n", 2}});
    const auto signalled = co_await first->next("answer");
    EXPECT_EQ(signalled.at("n"), 2);
  });
}

TEST_F(LegacyRelayTest, TwoAccountsCannotReachEachOther) {
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    auto* study = co_await our_host("anna", "study");
    auto mallory = co_await legacy("mallory", "desk");
    const std::vector<std::string> targets{"desk", "study"};
    for (const auto& to : targets) {
      mallory->say(request(to, "r1", get_models()));
      const auto answer = co_await mallory->next("models_response");
      EXPECT_EQ(text_of(answer, "code"), "peer_unavailable") << to;
      mallory->say({{"type", "offer"}, {"to_peer_id", to}});
      const auto error = co_await mallory->next("error");
      EXPECT_EQ(text_of(error, "code"), "peer_unavailable") << to;
    }
    mallory->say(
        {{"type", "peer_response"}, {"to_peer_id", "desk"}, {"request_id", "r1"}, {"success", true}});
    const auto unknown = co_await mallory->next("error");
    EXPECT_EQ(text_of(unknown, "code"), "request_unknown");
    desk->say({{"type", "heartbeat"}});
    co_await desk->next("heartbeat_ack");
    EXPECT_EQ(study->waiting("legacy-request"), 0U);
  });
}

TEST_F(LegacyRelayTest, AHostThatDoesNotAnswerInTimeIsGivenUp) {
  options.legacy_request_timeout = std::chrono::milliseconds(50);
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    co_await our_host("anna", "study");
    auto phone = co_await legacy("anna", "phone", "web");
    phone->say(request("desk", "r1", get_models()));
    co_await desk->next("peer_request");
    const auto first = co_await phone->next("models_response");
    EXPECT_EQ(text_of(first, "code"), "peer_timeout");
    desk->say(
        {{"type", "models_response"}, {"to_peer_id", "phone"}, {"request_id", "r1"}, {"success", true}});
    const auto late = co_await desk->next("error");
    EXPECT_EQ(text_of(late, "code"), "request_unknown");
    phone->say(request("study", "r2", {{"model", "m"}}));
    const auto second = co_await phone->next("chat_response");
    EXPECT_EQ(text_of(second, "code"), "peer_timeout");
    const auto health = co_await get("/health");
    EXPECT_EQ(health.at("legacy").at("requestsTimedOut"), 2);
  });
}

TEST_F(LegacyRelayTest, AHostThatGoesFailsWhatItWasAsked) {
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    auto* web = co_await joined("anna", "anna_web");
    co_await web->ask("legacy-ask", ask("desk", "q1", chat()));
    co_await desk->next("peer_request");
    co_await desk->close();
    const auto answer = co_await web->next("legacy-answer");
    EXPECT_EQ(text_of(answer, "code"), "peer_unavailable");
  });
}

TEST_F(LegacyRelayTest, RequestsAreLimitedByRateAndByHowManyWait) {
  options.limits.legacy_requests_per_second = 0.3;
  options.limits.max_legacy_requests_of_asker = 2;
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    auto phone = co_await legacy("anna", "phone", "web");
    for (const auto* id : {"1", "2", "3", "4"}) phone->say(request("desk", id, get_models()));
    const auto busy = co_await phone->next("models_response");
    EXPECT_EQ(text_of(busy, "code"), "peer_busy");
    EXPECT_EQ(text_of(busy, "request_id"), "3");
    const auto limited = co_await phone->next("models_response");
    EXPECT_EQ(text_of(limited, "code"), "rate_limited");
    EXPECT_GT(limited.at("retryAfterMs").as_int64(), 0);
  });
}

TEST_F(LegacyRelayTest, RequestsThatWaitAtAHostOfOursAreLimitedAndLeaveRoomForAPairing) {
  options.limits.max_legacy_requests_of_host = 20;
  options.limits.legacy_requests_per_second = 100;
  run([&]() -> test::asio::awaitable<void> {
    test::TestDevice device;
    device.account = "anna";
    auto auth = co_await hello(device);
    const json::array caps{"link", "legacy"};
    auth["caps"] = caps;
    auto& host = client(std::move(auth));
    co_await host.connect();
    co_await host.ask("join-account");
    const auto link = identity::generate_pairing_link("http://127.0.0.1:1");
    json::object code;
    code["code"] = identity::to_text(link.code);
    co_await host.ask("pairing-open", code);
    std::vector<std::unique_ptr<test::LegacyTestClient>> phones;
    for (const std::string phone : {"one", "two"}) {
      phones.push_back(co_await legacy("anna", phone, "web"));
      for (int i = 0; i < 16; ++i) phones.back()->say(request(device.id(), std::to_string(i), chat()));
      for (int i = 0; i < (phone == "one" ? 16 : 4); ++i) co_await host.next("legacy-request");
    }
    const auto busy = co_await phones.back()->next("chat_response");
    EXPECT_EQ(text_of(busy, "code"), "peer_busy");
    EXPECT_EQ(text_of(busy, "request_id"), "4");
    test::asio::co_spawn(io, redeem(link), test::asio::detached);
    co_await host.next("pairing-request");
    host.answer_now("pairing-request", {{"ok", false}});
    host.answer_now("legacy-request", {{"success", true}, {"data", 1}});
    const auto done = co_await answered(*phones.back(), "3");
    EXPECT_EQ(done.at("success"), true);
    phones.back()->say(request(device.id(), "next", chat()));
    const auto next = co_await host.next("legacy-request");
    EXPECT_EQ(text_of(next, "requestId"), "next") << "a request that was answered leaves its place";
  });
}

TEST_F(LegacyRelayTest, InSignalModeNoRequestCrossesTheServer) {
  options.legacy = LegacyMode::signal;
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    auto phone = co_await legacy("anna", "phone", "web");
    auto* web = co_await joined("anna", "anna_web");
    phone->say(request("desk", "r1", get_models()));
    const auto refused = co_await phone->next("models_response");
    EXPECT_EQ(text_of(refused, "code"), "legacy_relay_off");
    const auto asked = co_await web->ask("legacy-ask", ask("desk", "q"));
    EXPECT_EQ(text_of(asked, "code"), "legacy_relay_off");
    phone->say({{"type", "offer"}, {"to_peer_id", "desk"}});
    co_await desk->next("offer");
  });
}

}  // namespace
}  // namespace pantheon::signaling
