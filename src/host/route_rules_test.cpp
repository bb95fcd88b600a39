#include "host/route_rules.hpp"

#include <gmock/gmock.h>

#include "host/error.hpp"

namespace pantheon::host {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

std::string result(std::string_view method, std::string_view target) {
  const auto route = match_route(method, target);
  return route ? route->path : std::string(route.error().code());
}

TEST(Routes, InferenceRoutesPass) {
  for (const auto* path :
       {"/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses", "/v1/messages",
        "/api/chat", "/api/generate", "/api/embed", "/api/embeddings", "/api/show"}) {
    EXPECT_EQ(result("POST", path), path);
    EXPECT_EQ(result("GET", path), "host_method_not_allowed") << path;
  }
  for (const auto* path : {"/v1/models", "/api/tags", "/api/ps", "/api/version", "/pantheon/catalogue"}) {
    EXPECT_EQ(result("GET", path), path);
    EXPECT_EQ(result("POST", path), "host_method_not_allowed") << path;
  }
}

TEST(Routes, ManagementIsMarkedAsSuch) {
  for (const auto* path : {"/api/pull", "/api/push", "/api/create", "/api/copy"}) {
    EXPECT_EQ(match_route("POST", path)->action, Action::manage);
  }
  EXPECT_EQ(match_route("DELETE", "/api/delete")->action, Action::manage);
}

TEST(Routes, AreDecodedOnceAndComparedWhole) {
  EXPECT_EQ(result("POST", "/api/%63hat"), "/api/chat");
  EXPECT_EQ(result("POST", "/v1/messages?beta=true"), "/v1/messages");
  for (const auto* target : {"/api/%2563hat",
                             "/api/chat/",
                             "//api/chat",
                             "/api//chat",
                             "/api/../api/chat",
                             "/API/chat",
                             "/api/chat%00",
                             "/api/chat%",
                             "/api/chat%4",
                             "/api/chat%zz",
                             "/api/chat%0d%0a",
                             "",
                             "api/chat",
                             "*",
                             "/",
                             "/api/blobs/sha256:0",
                             "http://127.0.0.1:11434/api/chat",
                             "/api/chat;x",
                             "/props",
                             "/slots",
                             "/v1",
                             "/v1/models/",
                             "/metrics"}) {
    EXPECT_EQ(result("POST", target), "route_not_found") << target;
  }
}

TEST(Routes, OneModelMayHaveASlashInItsName) {
  const auto route = match_route("GET", "/v1/models/org%2Fname:7b");
  ASSERT_TRUE(route);
  EXPECT_EQ(route->argument, "org/name:7b");
  EXPECT_EQ(match_route("GET", "/v1/models/org/name")->argument, "org/name");
  EXPECT_EQ(result("DELETE", "/v1/models/a"), "host_method_not_allowed");
}

TEST(Routes, TheDialectIsThatOfThePath) {
  EXPECT_EQ(dialect_of("/api/chat"), engine::Dialect::ollama);
  EXPECT_EQ(dialect_of("/v1/messages?x"), engine::Dialect::anthropic);
  EXPECT_EQ(dialect_of("/v1/chat/completions"), engine::Dialect::openai);
  EXPECT_EQ(dialect_of("nonsense"), engine::Dialect::openai);
}

TEST(Headers, OnlyTheAllowListReachesAnEngine) {
  const auto kept = forwarded_request_headers({{"Content-Type", "application/json"},
                                               {"authorization", "Bearer peer"},
                                               {"cookie", "a"},
                                               {"host", "evil"},
                                               {"origin", "https://page"},
                                               {"accept-encoding", "gzip"},
                                               {"x-forwarded-for", "1"},
                                               {"connection", "upgrade"},
                                               {"anthropic-version", "2023-06-01"},
                                               {"accept", "a\r\nx: y"}});
  EXPECT_THAT(kept,
              ElementsAre(Pair("content-type", "application/json"), Pair("anthropic-version", "2023-06-01")));
}

TEST(Headers, AValueThatHttpCannotCarryIsLeftOut) {
  for (const auto* value : {"a\x01", "\x1F", "\x7F", "a\nb"}) {
    EXPECT_TRUE(forwarded_request_headers({{"accept", value}}).empty()) << core::json::value(value);
    EXPECT_TRUE(forwarded_response_headers({{"retry-after", value}}).empty()) << core::json::value(value);
  }
  EXPECT_EQ(forwarded_request_headers({{"accept", "a\tb \xC3\xA9"}}).size(), 1U);
}

TEST(Headers, OnlyTheAllowListReachesAPeer) {
  const auto kept = forwarded_response_headers({{"Content-Type", "text/event-stream"},
                                                {"Set-Cookie", "a"},
                                                {"Access-Control-Allow-Origin", "*"},
                                                {"Transfer-Encoding", "chunked"},
                                                {"Connection", "close"},
                                                {"Server", "llama.cpp"},
                                                {"Retry-After", "3"}});
  EXPECT_THAT(kept, ElementsAre(Pair("content-type", "text/event-stream"), Pair("retry-after", "3")));
}

TEST(Show, LeavesOutWhatIsPrivate) {
  auto answer = core::parse_json_object(
                    R"({"modelfile":"FROM /home/x","system":"s","messages":[],"template":"t","license":"l",
                        "details":{"parent_model":"/home/x","family":"gemma3"}})")
                    .value();
  const auto shown = shown_model(answer);
  EXPECT_EQ(
      shown,
      core::parse_json_object(R"({"template":"t","license":"l","details":{"family":"gemma3"}})").value());
}

TEST(Hops, ARequestThatRunsInACircleIsRefused) {
  EXPECT_TRUE(check_hops({}, "me"));
  EXPECT_TRUE(check_hops({"a", "b"}, "me"));
  EXPECT_TRUE(check_hops({"a", "b", "c"}, "me").error().is(HostError::loop_detected));
  EXPECT_TRUE(check_hops({"me"}, "me").error().is(HostError::loop_detected));
}

}  // namespace
}  // namespace pantheon::host
