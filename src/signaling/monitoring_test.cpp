#include "signaling/monitoring.hpp"

#include <gmock/gmock.h>

#include "signaling/full_disk_test_support.hpp"
#include "signaling/legacy_test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using testing::HasSubstr;
using testing::Not;

// Made outside of coroutines: GCC 12 cannot keep initializer lists across a co_await.
json::object wrong_token() {
  return {{"token", "nonsense"}};
}
http::Headers header(const std::string& name, const std::string& value) {
  return {{name, value}};
}

struct MonitoringTest : test::ServiceTest {
  test::asio::awaitable<std::string> metrics() {
    const auto response = co_await fetch("GET", "/metrics");
    EXPECT_EQ(response.status, 200U);
    co_return response.body;
  }
};

TEST_F(MonitoringTest, MetricsCountConnectionsSignInsAndRelayedSignals) {
  run([&]() -> test::asio::awaitable<void> {
    auto* phone = co_await joined("anna", "a_web");
    auto* host = co_await joined("anna", "a_electron");
    auto& stranger = client(wrong_token());
    const auto refused = co_await stranger.connect();
    EXPECT_EQ(refused, "auth_invalid");
    static_cast<void>(co_await phone->ask("webrtc-signal", test::signal_to("a_electron", "x")));
    static_cast<void>(co_await host->next("webrtc-signal"));
    static_cast<void>(co_await phone->ask("webrtc-signal", test::signal_to("nobody", "x")));
    const auto text = co_await metrics();
    EXPECT_THAT(text, HasSubstr("pantheon_sockets 2\n"));
    EXPECT_THAT(text, HasSubstr("pantheon_accounts 1\n"));
    EXPECT_THAT(text, HasSubstr("pantheon_sign_ins_total{result=\"ok\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("pantheon_sign_ins_total{result=\"auth_invalid\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("pantheon_errors_total{code=\"peer_unavailable\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("pantheon_relay_seconds_count 1\n"));
  });
}

TEST_F(MonitoringTest, MetricsCountWhatCameTooOften) {
  options.limits.events_per_second = 0.5;
  run([&]() -> test::asio::awaitable<void> {
    auto* phone = co_await joined("anna", "a_web");
    // Four seconds of signals at once, two of them, are let through.
    for (int i = 0; i < 5; ++i) {
      auto signal = test::signal_to("nobody", "x");
      static_cast<void>(co_await phone->ask("webrtc-signal", std::move(signal)));
    }
    const auto text = co_await metrics();
    EXPECT_THAT(text, HasSubstr("pantheon_rate_limited_total{what=\"events\"} 3\n"));
  });
}

TEST_F(MonitoringTest, WithoutATokenMetricsAreForThisMachineAloneThroughNoProxy) {
  run([&]() -> test::asio::awaitable<void> {
    const auto direct = co_await fetch("GET", "/metrics");
    EXPECT_EQ(direct.status, 200U);
    EXPECT_EQ(direct.headers.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
    const auto proxied = co_await fetch("GET", "/metrics", "", header("X-Forwarded-For", "127.0.0.1"));
    EXPECT_EQ(proxied.status, 401U);
    for (const auto* own : {"localhost:3001", "127.0.0.1", "127.8.9.10:80", "[::1]", "[::1]:3001"}) {
      const auto local = co_await fetch("GET", "/metrics", "", header("Host", own));
      EXPECT_EQ(local.status, 200U) << own;
    }
    for (const auto* foreign :
         {"signaling", "127.evil.example", "127.0.0.1.evil.example:3001", "[::1].evil"}) {
      const auto named = co_await fetch("GET", "/metrics", "", header("Host", foreign));
      EXPECT_EQ(named.status, 401U) << foreign;
      EXPECT_THAT(named.body, Not(HasSubstr("pantheon_sockets")));
    }
  });
}

TEST_F(MonitoringTest, WithATokenMetricsAreForWhoHasIt) {
  options.metrics_token = "scrape";
  run([&]() -> test::asio::awaitable<void> {
    for (const auto* wrong : {"", "scrap", "scrapes"}) {
      const auto refused = co_await fetch("GET", "/metrics", "", bearer(wrong));
      EXPECT_EQ(refused.status, 401U);
    }
    const auto given = co_await fetch("GET", "/metrics", "", bearer("scrape"));
    EXPECT_EQ(given.status, 200U);
  });
}

TEST_F(MonitoringTest, ReadyUntilItDrains) {
  run([&]() -> test::asio::awaitable<void> {
    const auto before = co_await get("/ready");
    EXPECT_EQ(before, (json::object{{"status", "ready"}}));
    co_await service->drain(std::chrono::milliseconds(0));
    const auto after = co_await fetch("GET", "/ready");
    EXPECT_EQ(after.status, 503U);
    EXPECT_EQ(core::parse_json_object(after.body).value(),
              (json::object{{"status", "unavailable"}, {"reasons", json::array{"draining"}}}));
    const auto health = co_await fetch("GET", "/health");
    EXPECT_EQ(health.status, 200U);
  });
}

TEST_F(MonitoringTest, StaysReadyWhileTheDiskIsFull) {
  const test::TemporaryFolder folder;
  database = folder.path / "devices.db";
  run([&]() -> test::asio::awaitable<void> {
    http::Response answer;
    {
      const test::FullDisk full;
      answer = co_await fetch("GET", "/ready");
    }
    EXPECT_EQ(answer.status, 200U);
  });
}

TEST_F(MonitoringTest, DrainingTellsThoseWhoAreHereAndRefusesNewOnes) {
  run([&]() -> test::asio::awaitable<void> {
    auto* phone = co_await joined("anna", "a_web");
    co_await service->drain(std::chrono::milliseconds(200));
    const auto told = co_await phone->next("server-draining");
    EXPECT_EQ(told.at("withinMs"), 200);
    co_await phone->disconnected();
    const auto late = co_await fetch("GET", "/socket.io/?EIO=4&transport=polling");
    EXPECT_EQ(late.status, 503U);
    EXPECT_EQ(late.headers.get("Retry-After"), "1");
    EXPECT_THAT(late.body, HasSubstr("\"draining\""));
  });
}

using LegacyDrainTest = test::LegacyServiceTest;

TEST_F(LegacyDrainTest, DrainingSendsGenerationOneAwayTooAndLetsNobodyNewIn) {
  run([&]() -> test::asio::awaitable<void> {
    auto desk = co_await legacy("anna", "desk");
    auto* phone = co_await joined("anna", "a_web");
    co_await service->drain(std::chrono::milliseconds(200));
    co_await desk->ended();
    co_await phone->disconnected();
    const auto late = co_await upgrade("/", {});
    EXPECT_FALSE(late);
  });
}

TEST(Monitoring, ACheckThatFailsMakesItNotReady) {
  auto store = store::DeviceStore::open(":memory:");
  ASSERT_TRUE(store);
  Monitoring monitoring(*store, "");
  EXPECT_TRUE(monitoring.obstacles().empty());
  std::optional<std::string> trouble;
  monitoring.add_check([&] { return trouble; });
  EXPECT_TRUE(monitoring.obstacles().empty());
  trouble = "redis: unavailable";
  EXPECT_THAT(monitoring.obstacles(), testing::ElementsAre("redis: unavailable"));
}

}  // namespace
}  // namespace pantheon::signaling
