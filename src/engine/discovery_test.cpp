#include "engine/discovery.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/address.hpp"
#include "engine/error.hpp"
#include "engine/source.hpp"
#include "engine/testing/run.hpp"
#include "engine/testing/stand_in_engine.hpp"

namespace pantheon::engine {
namespace {

using testing::recorded;
using testing::run;
namespace beast = boost::beast;

class DiscoveryTest : public ::testing::Test {
 protected:
  asio::io_context io;
  testing::StandInEngine stand_in{io};
  EngineClient client{io.get_executor()};

  core::Result<Listing> recognised() {
    return run(io, recognise(client, engine_address(stand_in.url()).value()));
  }
};

TEST_F(DiscoveryTest, KnowsOllamaByItsAnswers) {
  stand_in.be_ollama();
  const auto found = recognised();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, EngineKind::ollama);
  EXPECT_EQ(found->version, "0.17.4");
  ASSERT_EQ(found->models.size(), 2U);
  EXPECT_TRUE(found->models[0].loaded);
  EXPECT_FALSE(found->models[1].loaded);
}

TEST_F(DiscoveryTest, AVersionAloneDoesNotMakeAnOllama) {
  stand_in.be_ollama();
  stand_in.reply("GET /", "something else", 200, "Content-Type: text/plain\r\n");
  stand_in.reply("GET /v1/models", R"({"object":"list","data":[{"id":"a"}]})");
  const auto found = recognised();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, EngineKind::openai_compatible);
}

TEST_F(DiscoveryTest, KnowsLlamaServerByItsProperties) {
  stand_in.be_llama_server();
  const auto found = recognised();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, EngineKind::llama_server);
  EXPECT_EQ(found->parallel, 2U);
  ASSERT_EQ(found->models.size(), 1U);
  EXPECT_TRUE(found->models[0].loaded);
}

TEST_F(DiscoveryTest, KnowsLmStudioByItsList) {
  stand_in.be_lm_studio();
  stand_in.reply("GET /v1/models", R"({"object":"list","data":[{"id":"a"}]})");
  const auto found = recognised();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, EngineKind::lm_studio);
}

TEST_F(DiscoveryTest, AnyOtherListOfModelsIsOpenAiCompatible) {
  stand_in.reply("GET /v1/models", R"({"object":"list","data":[{"id":"a"}]})");
  const auto found = recognised();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, EngineKind::openai_compatible);
  EXPECT_EQ(found->models.front().engine_name, "a");
}

TEST_F(DiscoveryTest, NeverAdoptsAGateway) {
  stand_in.be_ollama();
  stand_in.reply("GET /api/version", R"({"version":"0.17.4"})", 200, "X-Pantheon-Gateway: 1\r\n");
  const auto found = recognised();
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().is(EngineError::is_gateway));
}

TEST_F(DiscoveryTest, AnotherServerIsNoEngine) {
  stand_in.reply("GET /", "<html>hello</html>");
  const auto found = recognised();
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().is(EngineError::unrecognised));
}

TEST_F(DiscoveryTest, NothingThereIsUnavailable) {
  stand_in.die();
  const auto found = recognised();
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().is(EngineError::unavailable));
}

TEST_F(DiscoveryTest, AnEngineThatStillLoadsIsUnavailable) {
  for (const char* path : {"/", "/api/version", "/props", "/api/v0/models", "/v1/models"})
    stand_in.reply("GET " + std::string(path), R"({"error":{"message":"Loading model"}})", 503);
  const auto found = recognised();
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().is(EngineError::unavailable));
}

TEST_F(DiscoveryTest, AnEngineBehindAProxyThatCannotReachItIsUnavailable) {
  for (const unsigned status : {429U, 502U, 504U}) {
    for (const char* path : {"/", "/api/version", "/props", "/api/v0/models", "/v1/models"})
      stand_in.reply("GET " + std::string(path), "<html>nginx</html>", status, "Content-Type: text/html\r\n");
    const auto found = recognised();
    ASSERT_FALSE(found);
    EXPECT_TRUE(found.error().is(EngineError::unavailable)) << status;
  }
}

TEST_F(DiscoveryTest, AnEngineThatAsksForAKeyIsSaidToAndAnswersWithIt) {
  for (const unsigned status : {401U, 403U}) {
    stand_in.reply("GET /v1/models", R"({"error":"Unauthorized"})", status);
    const auto found = recognised();
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), "engine_wants_key") << status;
  }
  stand_in.on("GET /v1/models", [](std::shared_ptr<testing::StandInEngine::Connection> connection) {
    const bool good = connection->request()[beast::http::field::authorization] == "Bearer secret";
    const std::string body = good ? R"({"object":"list","data":[{"id":"a"}]})" : "";
    return connection->send("HTTP/1.1 " + std::string(good ? "200" : "401") +
                            " X\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                            "\r\n\r\n" + body);
  });
  auto address = engine_address(stand_in.url()).value();
  address.api_key = "secret";
  EXPECT_TRUE(run(io, recognise(client, address)));
}

TEST_F(DiscoveryTest, WhatRefusesSomePathsAndListsItsModelsIsAnEngine) {
  stand_in.reply("GET /api/version", "", 403);
  stand_in.reply("GET /v1/models", R"({"object":"list","data":[{"id":"a"}]})");
  EXPECT_TRUE(recognised());
}

// llama-server lists its models to everybody, but answers no question without its key.
TEST_F(DiscoveryTest, ALlamaServerThatListsItsModelsWithoutItsKeyAsksForIt) {
  stand_in.be_llama_server();
  Source source(engine_address(stand_in.url()).value());
  const auto look = [&] {
    source.apply(run(io, look_at(client, source)), {}, std::chrono::steady_clock::now());
    return source.info().value();
  };
  EXPECT_TRUE(look().up);
  for (const char* path : {"/", "/api/version", "/props", "/api/v0/models"})
    stand_in.reply("GET " + std::string(path),
                   R"({"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}})",
                   401);
  for (int i = 0; i < 2; ++i) {
    const auto info = look();
    EXPECT_TRUE(info.wants_key);
    EXPECT_FALSE(info.up);
    EXPECT_EQ(info.kind, EngineKind::llama_server);
  }
}

TEST_F(DiscoveryTest, ALlamaServerThatListsItsModelsWhileItLoadsIsUnavailable) {
  stand_in.be_llama_server();
  for (const char* path : {"/", "/api/version", "/props", "/api/v0/models"})
    stand_in.reply("GET " + std::string(path), R"({"error":{"message":"Loading model"}})", 503);
  const auto found = recognised();
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().is(EngineError::unavailable));
}

TEST_F(DiscoveryTest, WhatWasNamedAndListsItsModelsIsAnEngineThoughAProxyLeadsElsewhereWithOtherPaths) {
  stand_in.reply("GET /v1/models", R"({"object":"list","data":[{"id":"a"}]})");
  for (const unsigned status : {429U, 502U, 503U, 504U}) {
    for (const char* path : {"/", "/api/version", "/props", "/api/v0/models"})
      stand_in.reply("GET " + std::string(path), "<html>nginx</html>", status, "Content-Type: text/html\r\n");
    EXPECT_TRUE(recognised()) << status;
    auto address = engine_address(stand_in.url()).value();
    address.approved = false;
    EXPECT_FALSE(run(io, recognise(client, address))) << "by search only what is known for sure";
  }
}

TEST_F(DiscoveryTest, AnEngineThatIsUpStaysSoWhileAPathThatItHasNotHangs) {
  stand_in.reply("GET /v1/models", R"({"object":"list","data":[{"id":"a"}]})");
  Source source(engine_address(stand_in.url()).value());
  const auto look = [&] {
    source.apply(run(io, look_at(client, source)), {}, std::chrono::steady_clock::now());
    return source.info().value();
  };
  EXPECT_TRUE(look().up);
  stand_in.on("GET /api/version", [](std::shared_ptr<testing::StandInEngine::Connection> connection) {
    return [](std::shared_ptr<testing::StandInEngine::Connection> inner) -> asio::awaitable<void> {
      co_await inner->closed();
    }(std::move(connection));
  });
  EXPECT_TRUE(look().up);
  EXPECT_EQ(std::count(stand_in.seen.begin(), stand_in.seen.end(), "GET /props"), 1) << "none of the others";
}

// A proxy, or an engine that was starting, may at first have shown no more than that.
TEST_F(DiscoveryTest, WhatLookedLikeAnyEngineIsRecognisedLater) {
  Source source(engine_address(stand_in.url()).value());
  const auto look = [&] {
    source.apply(run(io, look_at(client, source)), {}, std::chrono::steady_clock::now());
    return source.info().value();
  };
  stand_in.reply("GET /v1/models", R"({"object":"list","data":[{"id":"a"}]})");
  EXPECT_EQ(look().kind, EngineKind::openai_compatible);
  stand_in.be_llama_server();
  EXPECT_EQ(look().kind, EngineKind::llama_server);
}

TEST_F(DiscoveryTest, AsksOllamaWhatAModelCanDo) {
  stand_in.be_ollama();
  const auto details = run(io, ollama_details(client, engine_address(stand_in.url()).value(), "gemma3:270m"));
  ASSERT_TRUE(details);
  EXPECT_EQ(details->context, 32768U);
  EXPECT_EQ(stand_in.requests.back().body(), R"({"model":"gemma3:270m"})");
}

}  // namespace
}  // namespace pantheon::engine
