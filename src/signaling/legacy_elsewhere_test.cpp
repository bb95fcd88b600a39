#include "signaling/legacy_relay.hpp"
#include "signaling/two_services_test_support.hpp"

// Generation 1 between two nodes on one Redis, and between two shards.

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::TestClient;
using test::text_of;

template <class Kind>
struct LegacyElsewhereTest : Kind {};
using Kinds = testing::Types<test::OverRedis<test::TwoServicesTest>, test::AsShards<test::TwoServicesTest>>;
TYPED_TEST_SUITE(LegacyElsewhereTest, Kinds);

TYPED_TEST(LegacyElsewhereTest, AClientSeesAndReachesAHostOfTodayThere) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    TestClient* host = nullptr;
    {
      const typename TestFixture::Elsewhere there(*this);
      host = co_await this->our_host("anna", "study");
      host->emit("hosting-status", json::object{{"isHosting", true}});
      co_await host->settle();
    }
    host->answer("legacy-request", [](const json::object& asked) -> json::object {
      return {{"success", true}, {"data", asked}};
    });
    auto phone = co_await this->legacy("anna", "phone", "web");
    co_await phone->sees("study");
    phone->say({{"type", "get_peers"}});
    const auto list = co_await phone->next("peer_list");
    const auto& peers = list.at("peers").as_array();
    EXPECT_EQ(peers.size(), 1U);
    EXPECT_EQ(text_of(peers.at(0).as_object(), "peer_id"), "study");
    phone->say({{"type", "peer_request"},
                {"to_peer_id", "study"},
                {"request_id", "r1"},
                {"data", json::object{{"model", "llama"}}}});
    const auto chat = co_await phone->next("chat_response");
    EXPECT_EQ(chat.at("success"), true) << core::serialize_json(chat);
    EXPECT_EQ(text_of(chat, "from_peer_id"), "study");
    EXPECT_EQ(chat.at("data").at("fromUserId"), "phone");
    EXPECT_EQ(chat.at("data").at("data").at("model"), "llama");
  });
}

TYPED_TEST(LegacyElsewhereTest, AClientOfOursReachesAHostThere) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto host = co_await this->legacy("anna", "desk");
    const typename TestFixture::Elsewhere there(*this);
    auto* web = co_await this->joined("anna", "anna_web");
    const json::object asked_for{{"to", "desk"}, {"requestId", "q1"}, {"data", {{"type", "get_models"}}}};
    const auto taken = co_await web->ask("legacy-ask", asked_for);
    EXPECT_EQ(taken.at("ok"), true) << core::serialize_json(taken);
    const auto asked = co_await host->next("peer_request");
    EXPECT_EQ(text_of(asked, "from_peer_id"), "anna_web");
    host->say({{"type", "models_response"},
               {"to_peer_id", "anna_web"},
               {"request_id", asked.at("request_id")},
               {"success", true},
               {"data", json::array{"llama"}}});
    const auto answer = co_await web->next("legacy-answer");
    EXPECT_EQ(text_of(answer, "requestId"), "q1");
    EXPECT_EQ(answer.at("data"), json::value(json::array{"llama"}));
    // A host that goes answers nothing any more, and who waits is told.
    const json::object again{{"to", "desk"}, {"requestId", "q2"}, {"data", {{"type", "get_models"}}}};
    static_cast<void>(co_await web->ask("legacy-ask", again));
    static_cast<void>(co_await host->next("peer_request"));
    co_await host->close();
    const auto gone = co_await web->next("legacy-answer");
    EXPECT_EQ(text_of(gone, "code"), "peer_unavailable");
  });
}

TYPED_TEST(LegacyElsewhereTest, AHostThereIsListedWithWhatItSaysItCan) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto phone = co_await this->legacy("anna", "phone", "web");
    const auto listed = [&phone]() -> test::asio::awaitable<json::value> {
      co_await phone->sees("desk");
      phone->say({{"type", "get_peers"}});
      const auto list = co_await phone->next("peer_list");
      co_return list.at("peers").at(0).at("capabilities");
    };
    const typename TestFixture::Elsewhere there(*this);
    auto desk = co_await this->legacy("anna", "desk");
    const auto at_first = co_await listed();
    EXPECT_EQ(at_first, json::value(json::array{"chat"}));
    const json::array more{"chat", "ollama"};
    desk->say({{"type", "register"}, {"platform", "darwin"}, {"capabilities", more}});
    co_await desk->next("registered");
    json::value then;
    for (const auto end = std::chrono::steady_clock::now() + test::kPatience;
         then != json::value(more) && std::chrono::steady_clock::now() < end;) {
      then = co_await listed();
    }
    EXPECT_EQ(then, json::value(more));
  });
}

TYPED_TEST(LegacyElsewhereTest, SignalsArriveInTheirOrder) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto desk = co_await this->legacy("anna", "desk");
    const typename TestFixture::Elsewhere there(*this);
    auto phone = co_await this->legacy("anna", "phone", "web");
    co_await phone->sees("desk");
    phone->say({{"type", "offer"}, {"to_peer_id", "desk"}, {"sdp", "v=0"}});
    for (int i = 0; i < 20; ++i)
      phone->say({{"type", "ice_candidate"}, {"to_peer_id", "desk"}, {"candidate", i}});
    const auto offer = co_await desk->next("offer");
    EXPECT_EQ(text_of(offer, "from_peer_id"), "phone");
    EXPECT_EQ(text_of(offer, "sdp"), "v=0");
    EXPECT_FALSE(offer.contains("to_peer_id"));
    for (int i = 0; i < 20; ++i) {
      const auto candidate = co_await desk->next("ice_candidate");
      EXPECT_EQ(candidate.at("candidate"), i);
    }
    desk->say({{"type", "answer"}, {"to_peer_id", "phone"}, {"sdp", "v=1"}});
    const auto answer = co_await phone->next("answer");
    EXPECT_EQ(text_of(answer, "from_peer_id"), "desk");
  });
}

TYPED_TEST(LegacyElsewhereTest, ASignalToADeviceOfTodayIsRefusedWithAdvice) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto old = co_await this->legacy("anna", "desk");
    const typename TestFixture::Elsewhere there(*this);
    static_cast<void>(co_await this->joined("anna", "anna_web"));
    co_await old->sees("anna_web");
    old->say({{"type", "offer"}, {"to_peer_id", "anna_web"}, {"sdp", "v=0"}});
    const auto refused = co_await old->next("error");
    EXPECT_EQ(text_of(refused, "code"), "peer_too_old");
  });
}

TYPED_TEST(LegacyElsewhereTest, OfTodayASignalAndOfOldAWrongRequestAreRefused) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto old = co_await this->legacy("anna", "desk");
    const typename TestFixture::Elsewhere there(*this);
    auto* web = co_await this->joined("anna", "anna_web");
    web->emit("webrtc-signal", json::object{{"to", "desk"}, {"signal", 1}});
    const auto error = co_await web->next("error");
    EXPECT_EQ(text_of(error, "code"), "peer_too_old");
    co_await old->sees("anna_web");
    old->say({{"type", "peer_request"},
              {"to_peer_id", "anna_web"},
              {"request_id", "r1"},
              {"data", json::object{{"model", "llama"}}}});
    const auto refused = co_await old->next("chat_response");
    EXPECT_EQ(text_of(refused, "code"), "peer_too_old");
  });
}

}  // namespace
}  // namespace pantheon::signaling
