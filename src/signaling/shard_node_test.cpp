#include "signaling/shard_node.hpp"

#include "signaling/two_services_test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using std::chrono::seconds;
using test::TestClient;
using test::text_of;

using ShardNodeTest = test::AsShards<test::TwoServicesTest>;
using ShardPairingTest = test::AsShards<test::TwoServicesPairingTest>;

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
    auto auth = current_auth("someone", "third");
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
      auto auth = current_auth("account" + std::to_string(i), "device");
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
