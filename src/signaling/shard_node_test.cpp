#include "signaling/shard_node.hpp"

#include "signaling/shard_group.hpp"
#include "signaling/two_services_test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using std::chrono::seconds;
using test::TestClient;
using test::text_of;

/// Two shards, on one thread here.
template <class Base>
struct AsShards : Base {
  AsShards() {
    const boost::asio::any_io_executor loop = this->io.get_executor();
    this->options.shards = std::make_shared<ShardGroup>(std::vector{loop, loop});
  }
  Options options_of_other() override {
    auto second = this->options;
    second.shard = 1;
    return second;
  }
};
using ShardNodeTest = AsShards<test::TwoServicesTest>;
using ShardPairingTest = AsShards<test::TwoServicesPairingTest>;

TEST_F(ShardNodeTest, DevicesOfAnAccountSeeAndSignalEachOtherAcrossShards) {
  run_both([&]() -> test::asio::awaitable<void> {
    auto* first = co_await joined("someone", "first");
    TestClient* second = nullptr;
    {
      const Elsewhere there(*this);
      second = co_await joined("someone", "second");
    }
    const auto seen = co_await first->next("peer-joined");
    EXPECT_EQ(text_of(seen, "userId"), "second");
    for (int i = 0; i < 20; ++i) second->emit("webrtc-signal", json::object{{"to", "first"}, {"signal", i}});
    for (int i = 0; i < 20; ++i) {
      const auto signal = co_await first->next("webrtc-signal");
      EXPECT_EQ(signal.at("signal"), i);
      EXPECT_EQ(text_of(signal, "fromSocketId"), second->id());
    }
    first->emit("webrtc-signal",
                json::object{{"to", "second"}, {"toSocketId", second->id()}, {"signal", "back"}});
    const auto back = co_await second->next("webrtc-signal");
    EXPECT_EQ(text_of(back, "fromUserId"), "first");
    co_await second->stop();
    const auto left = co_await first->next("peer-left");
    EXPECT_EQ(text_of(left, "userId"), "second");
  });
}

TEST_F(ShardNodeTest, AccountsAreApart) {
  run_both([&]() -> test::asio::awaitable<void> {
    auto* first = co_await joined("someone", "first");
    const Elsewhere there(*this);
    auto* stranger = co_await joined("stranger", "other");
    stranger->emit("webrtc-signal",
                   json::object{{"to", "first"}, {"toSocketId", first->id()}, {"signal", 1}});
    const auto error = co_await stranger->next("error");
    EXPECT_EQ(text_of(error, "code"), "peer_unavailable");
    EXPECT_EQ(first->waiting("peer-joined"), 0U);
  });
}

TEST_F(ShardNodeTest, AHelloMayBeSignedOverANonceOfAnotherShardAndCountsOnce) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device();
    co_await expect_hello_counts_once(host);
  });
}

TEST_F(ShardNodeTest, ARevokedDeviceIsCutOnEveryShardWithinASecond) {
  run_both([&]() -> test::asio::awaitable<void> {
    const auto host = owner_device("Tower");
    const auto lost = owner_device("Lost");
    const auto meeting = co_await meet(host, lost);
    const auto begun = std::chrono::steady_clock::now();
    const auto payload = revocation(host, lost);
    co_await expect_cut(meeting, payload, lost.id());
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(1));
  });
}

TEST_F(ShardNodeTest, ThePlacesOfAnAccountAreCountedOverAllShards) {
  options.limits.max_sockets_per_account = 2;
  run_both([&]() -> test::asio::awaitable<void> {
    static_cast<void>(co_await joined("someone", "first"));
    const Elsewhere there(*this);
    static_cast<void>(co_await joined("someone", "second"));
    auto auth = legacy_auth("someone", "third");
    auto& third = client(std::move(auth));
    const auto refused = co_await third.connect();
    EXPECT_EQ(refused, "account_full");
    auto other_auth = legacy_auth("stranger", "first");
    auto& stranger = client(std::move(other_auth));
    const auto let_in = co_await stranger.connect();
    EXPECT_EQ(let_in, "");
  });
}

TEST_F(ShardNodeTest, ConnectsOfAnAddressAreCountedOverAllShards) {
  options.limits.connects_per_second = 0.5;  // four at once
  run_both([&]() -> test::asio::awaitable<void> {
    std::vector<std::string> answers;
    for (int i = 0; i < 5; ++i) {
      std::optional<Elsewhere> there;
      if (i % 2 == 1) there.emplace(*this);
      auto auth = legacy_auth("account" + std::to_string(i), "device");
      auto& made = client(std::move(auth));
      auto answer = co_await made.connect();
      answers.push_back(std::move(answer));
    }
    EXPECT_EQ(answers, (std::vector<std::string>{"", "", "", "", "rate_limited"}));
  });
}

TEST_F(ShardNodeTest, HealthAndMetricsAreThoseOfAllShards) {
  run_both([&]() -> test::asio::awaitable<void> {
    static_cast<void>(co_await joined("someone", "first"));
    const Elsewhere there(*this);
    static_cast<void>(co_await joined("someone", "second"));
    const auto health = co_await get("/health");
    EXPECT_EQ(health.at("roomCount"), 1);
    EXPECT_EQ(health.at("connectedUsers"), 2);
    EXPECT_EQ(health.at("shards"), 2);
    const auto metrics = co_await fetch("GET", "/metrics");
    EXPECT_NE(metrics.body.find("pantheon_sockets 2\n"), std::string::npos);
    EXPECT_NE(metrics.body.find("pantheon_accounts 1\n"), std::string::npos);
    EXPECT_NE(metrics.body.find("pantheon_sign_ins_total{result=\"ok\"} 2\n"), std::string::npos);
  });
}

TEST_F(ShardNodeTest, AGenerationOneClientSeesAndReachesAHostOfAnotherShard) {
  run_both([&]() -> test::asio::awaitable<void> {
    TestClient* host = nullptr;
    {
      const Elsewhere there(*this);
      host = co_await our_host("anna", "study");
      host->emit("hosting-status", json::object{{"isHosting", true}});
      co_await host->settle();
    }
    host->answer("legacy-request", [](const json::object& asked) -> json::object {
      return {{"success", true}, {"data", asked}};
    });
    auto phone = co_await legacy("anna", "phone", "web");
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
    EXPECT_EQ(chat.at("success"), true) << json::serialize(chat);
    EXPECT_EQ(text_of(chat, "from_peer_id"), "study");
    EXPECT_EQ(chat.at("data").at("fromUserId"), "phone");
    EXPECT_EQ(chat.at("data").at("data").at("model"), "llama");
  });
}

TEST_F(ShardNodeTest, AClientOfOursReachesAGenerationOneHostOfAnotherShard) {
  run_both([&]() -> test::asio::awaitable<void> {
    auto host = co_await legacy("anna", "desk");
    const Elsewhere there(*this);
    auto* web = co_await joined("anna", "anna_web");
    const json::object asked_for{{"to", "desk"}, {"requestId", "q1"}, {"data", {{"type", "get_models"}}}};
    const auto taken = co_await web->ask("legacy-ask", asked_for);
    EXPECT_EQ(taken.at("ok"), true) << json::serialize(taken);
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

TEST_F(ShardNodeTest, GenerationOneSignalsReachAnotherShardInTheirOrder) {
  run_both([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    const Elsewhere there(*this);
    auto phone = co_await legacy("anna", "phone", "web");
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

TEST_F(ShardNodeTest, AGenerationOneSignalToADeviceOfTodayOnAnotherShardIsRefusedWithAdvice) {
  run_both([&]() -> test::asio::awaitable<void> {
    auto old = co_await legacy("anna", "desk");
    const Elsewhere there(*this);
    static_cast<void>(co_await joined("anna", "anna_web"));
    old->say({{"type", "offer"}, {"to_peer_id", "anna_web"}, {"sdp", "v=0"}});
    const auto refused = co_await old->next("error");
    EXPECT_EQ(text_of(refused, "code"), "peer_too_old");
  });
}

TEST_F(ShardNodeTest, BetweenGenerationsASignalAndAWrongRequestAreRefusedAcrossShards) {
  run_both([&]() -> test::asio::awaitable<void> {
    auto old = co_await legacy("anna", "desk");
    const Elsewhere there(*this);
    auto* web = co_await joined("anna", "anna_web");
    web->emit("webrtc-signal", json::object{{"to", "desk"}, {"signal", 1}});
    const auto error = co_await web->next("error");
    EXPECT_EQ(text_of(error, "code"), "peer_too_old");
    old->say({{"type", "peer_request"},
              {"to_peer_id", "anna_web"},
              {"request_id", "r1"},
              {"data", json::object{{"model", "llama"}}}});
    const auto refused = co_await old->next("chat_response");
    EXPECT_EQ(text_of(refused, "code"), "peer_too_old");
  });
}

TEST_F(ShardPairingTest, ACodeIsRedeemedOnAnotherShardAndOnlyOnce) {
  run_both([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    {
      const Elsewhere there(*this);
      const auto paired = co_await redeem();
      EXPECT_EQ(text_of(paired, "deviceId"), phone.id());
      const auto again = co_await redeem();
      EXPECT_EQ(text_of(again, "code"), "pairing_code_unknown");
    }
    const auto here = co_await redeem();
    EXPECT_EQ(text_of(here, "code"), "pairing_code_unknown");
    EXPECT_EQ(asked, 1);
  });
}

}  // namespace
}  // namespace pantheon::signaling
