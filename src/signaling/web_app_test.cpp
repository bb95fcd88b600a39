#include "signaling/web_app.hpp"

#include <array>

#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

const std::array<Asset, 4> kAssets{
    {{"/index.html", "text/html; charset=utf-8", core::as_bytes("<html>"), "\"i1\""},
     {"/assets/index-B4x9_k2a.js", "text/javascript", core::as_bytes("js"), "\"j1\""},
     {"/assets/plain.css", "text/css", core::as_bytes("css"), "\"c1\""},
     {"/icon.svg", "image/svg+xml", core::as_bytes("<svg/>"), "\"s1\""}}};

http::Request get_page(const std::string& path, const std::string& host = "192.168.1.5:3001") {
  http::Request request;
  request.method = "GET";
  request.path = path;
  request.headers.set("Host", host);
  return request;
}

TEST(WebApp, ServesItsFilesWithTheirTypes) {
  const WebApp app(kAssets);
  const auto icon = app.serve(get_page("/icon.svg"));
  EXPECT_EQ(icon.status, 200U);
  EXPECT_EQ(icon.body, "<svg/>");
  EXPECT_EQ(icon.headers.get("Content-Type"), "image/svg+xml");
  EXPECT_EQ(icon.headers.get("ETag"), "\"s1\"");
}

TEST(WebApp, AnyPathWithoutADotIsAPageOfTheApp) {
  const WebApp app(kAssets);
  for (const auto* path : {"/", "/chat/42", "/settings"})
    EXPECT_EQ(app.serve(get_page(path)).body, "<html>") << path;
  for (const auto* path : {"/none.js", "/../etc/passwd.x", "/v1/none", "/socket.io/x"}) {
    EXPECT_EQ(app.serve(get_page(path)).status, 404U) << path;
  }
}

TEST(WebApp, OnlyHashedFilesAreKeptForEver) {
  const WebApp app(kAssets);
  EXPECT_EQ(app.serve(get_page("/assets/index-B4x9_k2a.js")).headers.get("Cache-Control"),
            "public, max-age=31536000, immutable");
  for (const auto* path : {"/", "/index.html", "/icon.svg", "/assets/plain.css"}) {
    EXPECT_EQ(app.serve(get_page(path)).headers.get("Cache-Control"), "no-cache") << path;
  }
}

TEST(WebApp, AnUnchangedFileIsNotSentAgain) {
  const WebApp app(kAssets);
  auto request = get_page("/");
  request.headers.set("If-None-Match", "\"i1\"");
  const auto response = app.serve(request);
  EXPECT_EQ(response.status, 304U);
  EXPECT_TRUE(response.body.empty());
  request.headers.set("If-None-Match", "\"i0\"");
  EXPECT_EQ(app.serve(request).status, 200U);
}

TEST(WebApp, IsLockedUpByItsHeaders) {
  const WebApp app(kAssets);
  const auto response = app.serve(get_page("/"));
  const std::string policy(response.headers.get("Content-Security-Policy").value());
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  for (const auto* part :
       {"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'",
        "connect-src 'self' ws://192.168.1.5:3001 wss://192.168.1.5:3001;"}) {
    EXPECT_NE(policy.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(response.headers.get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(response.headers.get("Referrer-Policy"), "no-referrer");
  EXPECT_FALSE(response.headers.get("Cross-Origin-Opener-Policy"));
  EXPECT_EQ(app.serve(get_page("/", "localhost:3001")).headers.get("Cross-Origin-Opener-Policy"),
            "same-origin");
  auto secure = get_page("/");
  secure.secure = true;
  EXPECT_EQ(app.serve(secure).headers.get("Cross-Origin-Opener-Policy"), "same-origin");
}

TEST(WebApp, AHostHeaderCannotWidenThePolicy) {
  EXPECT_EQ(content_security_policy("x; script-src *"), content_security_policy(""));
  EXPECT_EQ(content_security_policy("a b"), content_security_policy(""));
  EXPECT_NE(content_security_policy("[fd00::1]:3001"), content_security_policy(""));
}

TEST(WebApp, OtherMethodsAreRefused) {
  auto request = get_page("/");
  request.method = "POST";
  EXPECT_EQ(WebApp(kAssets).serve(request).status, 405U);
}

struct WebAppTest : test::ServiceTest {};

TEST_F(WebAppTest, IsServedBesideTheApi) {
  options.assets = kAssets;
  run([&]() -> test::asio::awaitable<void> {
    const auto page = co_await fetch("GET", "/some/page");
    EXPECT_EQ(page.body, "<html>");
    const auto health = co_await get("/health");
    EXPECT_EQ(health.at("status"), "ok");
    const auto wrong = co_await fetch("DELETE", "/health");
    EXPECT_EQ(wrong.status, 405U);
  });
}

TEST_F(WebAppTest, AServerWithoutOneSaysSo) {
  run([&]() -> test::asio::awaitable<void> {
    const auto page = co_await fetch("GET", "/");
    EXPECT_EQ(page.status, 404U);
    EXPECT_NE(page.body.find("not_found"), std::string::npos);
  });
}

}  // namespace
}  // namespace pantheon::signaling
