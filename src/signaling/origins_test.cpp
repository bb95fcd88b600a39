#include "signaling/origins.hpp"

#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

http::Request from(const std::string& origin) {
  http::Request request;
  request.headers.set("Host", "192.168.1.5:3001");
  if (!origin.empty()) request.headers.set("Origin", origin);
  return request;
}

TEST(Origins, AllowTheirOwnAndTheListed) {
  const Origins origins({"https://app.example.org/", "http://localhost:3000"});
  for (const auto* origin :
       {"", "http://192.168.1.5:3001", "https://192.168.1.5:3001", "https://app.example.org",
        "http://localhost:3000", "file://", "app://.", "capacitor://localhost"}) {
    EXPECT_TRUE(origins.allows(from(origin))) << origin;
  }
  for (const auto* origin :
       {"http://evil.example", "null", "http://192.168.1.5:3002", "http://localhost:3001",
        "ftp://192.168.1.5:3001", "chrome-extension://abcdef", "https://app.example.org.evil.example", "*"}) {
    EXPECT_FALSE(origins.allows(from(origin))) << origin;
  }
}

TEST(Origins, AStarAllowsEveryPage) {
  EXPECT_TRUE(Origins({"*"}).allows(from("http://evil.example")));
}

TEST(Origins, AreReadAsBrowsersSendThem) {
  const std::vector<std::pair<const char*, const char*>> read = {
      {"*", "*"},
      {"null", "null"},
      {"HTTP://LocalHost:3000", "http://localhost:3000"},
      {"https://your-domain.com:443", "https://your-domain.com"},
      {"http://your-domain.com:80/", "http://your-domain.com"},
      {"http://your-domain.com:443", "http://your-domain.com:443"},
      {"http://[::1]:3000", "http://[::1]:3000"},
      {"app://.", "app://."},
      {"file://", "file://"},
      {"capacitor://localhost", "capacitor://localhost"}};
  for (const auto& [text, origin] : read) EXPECT_EQ(parse_origin(text), origin) << text;
  for (const auto* text :
       {"", "localhost:3000", "example.org", "https://*.example.org", "https://example.org/app",
        "https://example.org?a", "https://me@example.org", "http://", "http:localhost", "http://a b",
        "http://localhost:port", "http://localhost:", "http://localhost:70000", "http://b\u00fccher.example"})
    EXPECT_EQ(parse_origin(text), std::nullopt) << text;
}

struct OriginsTest : test::ServiceTest {};

TEST_F(OriginsTest, OtherPagesGetNeitherSocketsNorAnswers) {
  options.cors_origins = {"https://app.example.org"};
  run([&]() -> test::asio::awaitable<void> {
    const http::Headers evil{{"Origin", "http://evil.example"}};
    const auto refused = co_await fetch("GET", "/socket.io/?EIO=4&transport=websocket", "", evil);
    EXPECT_EQ(refused.status, 403U);
    EXPECT_NE(refused.body.find("origin_not_allowed"), std::string::npos);
    const auto nonce = co_await fetch("GET", "/v1/nonce", "", evil);
    EXPECT_EQ(nonce.status, 403U);
    const auto health = co_await fetch("GET", "/health", "", evil);
    EXPECT_FALSE(health.headers.get("Access-Control-Allow-Origin"));
  });
}

TEST_F(OriginsTest, NamedPagesMayPollWithCredentialsAndHeadersOfTheirOwn) {
  options.cors_origins = {"https://app.example.org"};
  run([&]() -> test::asio::awaitable<void> {
    const http::Headers asked{{"Origin", "https://app.example.org"},
                              {"Access-Control-Request-Method", "POST"},
                              {"Access-Control-Request-Headers", "x-device"}};
    const auto preflight = co_await fetch("OPTIONS", "/socket.io/?EIO=4&transport=polling", "", asked);
    EXPECT_EQ(preflight.status, 204U);
    EXPECT_EQ(preflight.headers.get("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(preflight.headers.get("Access-Control-Allow-Headers"), "x-device");
    const http::Headers page{{"Origin", "https://app.example.org"}};
    const auto opened = co_await fetch("GET", "/socket.io/?EIO=4&transport=polling", "", page);
    EXPECT_EQ(opened.headers.get("Access-Control-Allow-Origin"), "https://app.example.org");
    EXPECT_EQ(opened.headers.get("Access-Control-Allow-Credentials"), "true");
  });
}

TEST_F(OriginsTest, PagesOfAnybodyAreNotGivenCredentials) {
  options.cors_origins = {"*"};
  run([&]() -> test::asio::awaitable<void> {
    const http::Headers page{{"Origin", "https://any.example"}};
    const auto opened = co_await fetch("GET", "/socket.io/?EIO=4&transport=polling", "", page);
    EXPECT_EQ(opened.headers.get("Access-Control-Allow-Origin"), "https://any.example");
    EXPECT_FALSE(opened.headers.get("Access-Control-Allow-Credentials"));
  });
}

TEST_F(OriginsTest, TheLogNamesEachRefusedOriginOnceAndNotEndlesslyMany) {
  testing::internal::CaptureStderr();
  run([&]() -> test::asio::awaitable<void> {
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 110; ++i) {
        const http::Headers evil{{"Origin", "http://evil" + std::to_string(i) + ".example"}};
        co_await fetch("GET", "/v1/nonce", "", evil);
      }
    }
  });
  const auto log = testing::internal::GetCapturedStderr();
  const auto count = [&](const std::string& text) {
    std::size_t found = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("a web page of http://evil7.example was refused"), 1U);
  EXPECT_EQ(count("add this origin to CORS_ORIGINS"), 100U);
  EXPECT_EQ(count("no others are named"), 1U);
}

TEST_F(OriginsTest, ListedPagesMayReadAnswersAndAskBefore) {
  options.cors_origins = {"https://app.example.org"};
  run([&]() -> test::asio::awaitable<void> {
    http::Headers headers{{"Origin", "https://app.example.org"}};
    const auto nonce = co_await fetch("GET", "/v1/nonce", "", headers);
    EXPECT_EQ(nonce.status, 200U);
    EXPECT_EQ(nonce.headers.get("Access-Control-Allow-Origin"), "https://app.example.org");
    EXPECT_EQ(nonce.headers.get("Vary"), "Origin");
    headers.set("Access-Control-Request-Method", "POST");
    const auto preflight = co_await fetch("OPTIONS", "/v1/tokens/refresh", "", headers);
    EXPECT_EQ(preflight.status, 204U);
    EXPECT_EQ(preflight.headers.get("Access-Control-Allow-Origin"), "https://app.example.org");
    EXPECT_TRUE(preflight.headers.get("Access-Control-Allow-Headers"));
    EXPECT_FALSE(preflight.headers.get("Access-Control-Allow-Credentials"));
  });
}

}  // namespace
}  // namespace pantheon::signaling
