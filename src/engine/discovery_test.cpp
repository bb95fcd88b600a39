#include "engine/discovery.hpp"

#include <gtest/gtest.h>

#include "engine/address.hpp"
#include "engine/error.hpp"
#include "engine/testing/run.hpp"
#include "engine/testing/stand_in_engine.hpp"

namespace pantheon::engine {
namespace {

using testing::recorded;
using testing::run;

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

TEST_F(DiscoveryTest, AsksOllamaWhatAModelCanDo) {
  stand_in.be_ollama();
  const auto details = run(io, ollama_details(client, engine_address(stand_in.url()).value(), "gemma3:270m"));
  ASSERT_TRUE(details);
  EXPECT_EQ(details->context, 32768U);
  EXPECT_EQ(stand_in.requests.back().body(), R"({"model":"gemma3:270m"})");
}

}  // namespace
}  // namespace pantheon::engine
