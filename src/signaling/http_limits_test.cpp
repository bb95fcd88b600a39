#include "signaling/http_limits.hpp"

#include <gmock/gmock.h>

#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

struct HttpLimitsTest : test::ServiceTest {
  HttpLimitsTest() { options.limits.requests_per_second = 0.2; }  // two at once
};

TEST_F(HttpLimitsTest, RateLimiting_AnAddressThatAsksTooOftenGets429AndTheTimeToWait) {
  run([&]() -> test::asio::awaitable<void> {
    for (int i = 0; i < 2; ++i) {
      const auto answer = co_await fetch("GET", "/health");
      EXPECT_EQ(answer.status, 200U);
    }
    const auto refused = co_await fetch("POST", "/turn-token");
    EXPECT_EQ(refused.status, 429U);
    EXPECT_EQ(refused.headers.get("Retry-After"), "5");
    const auto body = core::parse_json_object(refused.body).value();
    EXPECT_EQ(body.at("error").at("code"), "rate_limited");
    EXPECT_GT(body.at("error").at("retryAfterMs").to_number<int>(), 0);
    auto* web = co_await joined("anna", "anna_web");
    EXPECT_TRUE(web->is_connected()) << "Socket.IO has limits of its own";
  });
}

TEST_F(HttpLimitsTest, RateLimiting_AnAddressThatOpensTooManySessionsGets429WhateverItAsksOfThem) {
  run([&]() -> test::asio::awaitable<void> {
    constexpr const char* kOpen = "/socket.io/?EIO=4&transport=polling";
    for (int i = 0; i < 2; ++i) {
      const auto opened = co_await fetch("GET", kOpen);
      EXPECT_EQ(opened.status, 200U);
    }
    for (const auto* disguise : {"", "&sid=", "&xsid=1", "&x=sid=1"}) {
      const auto refused = co_await fetch("GET", std::string(kOpen) + disguise);
      EXPECT_EQ(refused.status, 429U) << disguise;
    }
    for (int i = 0; i < 5; ++i) {
      const auto of_a_session = co_await fetch("GET", std::string(kOpen) + "&sid=unknown");
      EXPECT_EQ(of_a_session.status, 400U);
    }
    const auto other = co_await fetch("GET", "/health");
    EXPECT_EQ(other.status, 200U);
  });
}

TEST_F(HttpLimitsTest, ClientsOfATrustedProxyAreCountedOneByOne) {
  options.proxies = Proxies();
  run([&]() -> test::asio::awaitable<void> {
    for (const auto* client : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) {
      const http::Headers headers{{"X-Forwarded-For", client}};
      for (const auto status : {200U, 200U, 429U}) {
        const auto answer = co_await fetch("GET", "/health", "", headers);
        EXPECT_EQ(answer.status, status) << client;
      }
    }
  });
}

TEST_F(HttpLimitsTest, LoadBalancing_ClientsOfAProxyThatDoesNotNameThemAreNotLimitedTogether) {
  options.proxies = Proxies();
  run([&]() -> test::asio::awaitable<void> {
    for (int i = 0; i < 20; ++i) {
      const auto answer = co_await fetch("GET", "/health");
      EXPECT_EQ(answer.status, 200U);
    }
  });
}

TEST_F(HttpLimitsTest, WhoAsksHowTheServerIsIsTakenForNoProxyThatNamesNobody) {
  options.proxies = Proxies();
  run([&]() -> test::asio::awaitable<void> {
    const auto warning = testing::HasSubstr("sends no X-Forwarded-For");
    testing::internal::CaptureStderr();
    for (const auto* path : {"/health", "/ready", "/metrics"}) co_await fetch("GET", path);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::Not(warning));
    testing::internal::CaptureStderr();
    co_await fetch("GET", "/config.json");
    EXPECT_THAT(testing::internal::GetCapturedStderr(), warning);
  });
}

}  // namespace
}  // namespace pantheon::signaling
