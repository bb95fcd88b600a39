#include "engineio/cors.hpp"

#include <gtest/gtest.h>

namespace pantheon::engineio {
namespace {

http::Request from(std::string origin, std::string method = "GET") {
  http::Request request;
  request.method = std::move(method);
  if (!origin.empty()) request.headers.set("Origin", std::move(origin));
  return request;
}

http::Response marked(const Cors& cors, const http::Request& request) {
  http::Response response;
  cors.mark(request, response);
  return response;
}

TEST(Cors, AStarLetsEveryPageRead) {
  const Cors cors({.origins = {"*"}});
  const auto response = marked(cors, from("http://a.test"));
  EXPECT_EQ(response.headers.get("Access-Control-Allow-Origin"), "*");
  EXPECT_FALSE(response.headers.get("Access-Control-Allow-Credentials"));
}

TEST(Cors, AListLetsItsPagesRead) {
  const Cors cors({.origins = {"http://a.test/", "http://b.test"}});
  EXPECT_EQ(marked(cors, from("http://a.test")).headers.get("Access-Control-Allow-Origin"), "http://a.test");
  EXPECT_EQ(marked(cors, from("http://a.test")).headers.get("Vary"), "Origin");
  EXPECT_FALSE(marked(cors, from("http://c.test")).headers.get("Access-Control-Allow-Origin"));
  EXPECT_FALSE(marked(cors, from("")).headers.get("Access-Control-Allow-Origin"));
}

TEST(Cors, WithCredentialsTheOriginIsNamed) {
  const Cors cors({.origins = {"*"}, .credentials = true});
  const auto response = marked(cors, from("http://a.test"));
  EXPECT_EQ(response.headers.get("Access-Control-Allow-Origin"), "http://a.test");
  EXPECT_EQ(response.headers.get("Access-Control-Allow-Credentials"), "true");
}

TEST(Cors, APreflightIsToldWhatIsAllowed) {
  const Cors cors({.origins = {"*"}});
  auto request = from("http://a.test", "OPTIONS");
  request.headers.set("Access-Control-Request-Method", "POST");
  request.headers.set("Access-Control-Request-Headers", "x-token");
  const auto response = cors.preflight(request);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 204U);
  EXPECT_EQ(response->headers.get("Access-Control-Allow-Headers"), "x-token");
  EXPECT_EQ(response->headers.get("Access-Control-Max-Age"), "600");
}

TEST(Cors, EveryOptionsIsAnsweredAndNothingElse) {
  const Cors cors({.origins = {"http://a.test"}});
  const auto response = cors.preflight(from("http://b.test", "OPTIONS"));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 204U);
  EXPECT_EQ(response->headers.get("Access-Control-Allow-Methods"), "GET,HEAD,PUT,PATCH,POST,DELETE");
  EXPECT_FALSE(cors.preflight(from("http://a.test", "POST")));
}

TEST(Cors, IsOffWithoutOrigins) {
  EXPECT_FALSE(Cors({}).enabled());
  EXPECT_TRUE(Cors({.origins = {"http://a.test"}}).enabled());
}

}  // namespace
}  // namespace pantheon::engineio
