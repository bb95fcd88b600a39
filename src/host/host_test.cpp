#include "host/host.hpp"

#include <gmock/gmock.h>

#include "host/testing/host_fixture.hpp"

namespace pantheon::host {
namespace {

using engine::testing::recorded;
using testing::HostFixture;
using testing::run;

class HostTest : public HostFixture {
 protected:
  core::Result<core::json::value> message(std::string type, core::json::value data = nullptr) {
    return run(io, host->json_handler()(std::move(type), std::move(data), {"old", "Old phone", "s", false}));
  }
};

TEST_F(HostTest, OlderClientsGetTheirListOfModels) {
  const auto models = message("get_models");
  ASSERT_TRUE(models);
  ASSERT_EQ(models->as_array().size(), 2U);
  EXPECT_EQ(models->at(0).at("name"), "gemma3:270m");
  EXPECT_EQ(models->at(0).at("provider"), "ollama");
}

TEST_F(HostTest, OlderClientsGetAWholeCompletion) {
  llama.reply("POST /v1/chat/completions", recorded("llama_server_chat.json"));
  const auto completion =
      message("chat", {{"model", "gemma3-270m"}, {"stream", true}, {"messages", core::json::array{}}});
  ASSERT_TRUE(completion);
  EXPECT_EQ(completion->at("object"), "chat.completion");
  const auto sent = core::parse_json_object(llama.requests.back().body()).value();
  EXPECT_EQ(sent.at("stream"), false);
  EXPECT_EQ(host->statistics().totals().answer_tokens, 6U);
}

TEST_F(HostTest, AnEngineThatReadsNamesWithoutCaseSeesOnlyTheModelThatWasChecked) {
  llama.reply("POST /v1/chat/completions", recorded("llama_server_chat.json"));
  const auto completion = message("chat", {{"model", "gemma3-270m"},
                                           {"Model", "secret"},
                                           {"MODEL", "secret"},
                                           {"Stream", true},
                                           {"\xC5\xBFtream", true},
                                           {"\xC5\xBFtream_Option\xC5\xBF", core::json::object()},
                                           {"messages", core::json::array{}}});
  ASSERT_TRUE(completion);
  const auto sent = core::parse_json_object(llama.requests.back().body()).value();
  EXPECT_EQ(sent, (core::json::object{
                      {"model", "gemma3-270m"}, {"stream", false}, {"messages", core::json::array{}}}));
}

TEST_F(HostTest, OlderClientsGetReadableErrors) {
  EXPECT_EQ(message("chat", {{"model", "nothing"}}).error().code(), "model_not_found");
  EXPECT_EQ(message("chat", {{"messages", 1}}).error().code(), "model_missing");
  EXPECT_EQ(message("chat", "text").error().code(), "invalid_body");
  EXPECT_EQ(message("dance").error().code(), "unknown_message");
  llama.reply("POST /v1/chat/completions", "no", 500);
  EXPECT_EQ(message("chat", {{"model", "gemma3-270m"}}).error().code(), "engine_bad_answer");
  host->set_hosting(false);
  EXPECT_EQ(message("chat", {{"model", "gemma3-270m"}}).error().code(), "hosting_off");
  EXPECT_TRUE(message("get_models")->as_array().empty());
}

TEST_F(HostTest, APingIsAnsweredWithTheTime) {
  const auto pong = message("ping");
  ASSERT_TRUE(pong);
  EXPECT_GT(pong->at("timestamp").as_int64(), 1'600'000'000'000);
}

TEST_F(HostTest, TellsOfEnginesThatComeAndGo) {
  int changes = 0;
  host->on_change([&] { ++changes; });
  run(io, catalogue->refresh());
  ASSERT_NE(last_event<EngineUp>(), nullptr);
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(host->catalogue(session::PeerIdentity()).at("engines").as_array().size(), 2U);
  llama.die();
  run(io, catalogue->refresh());
  ASSERT_NE(last_event<EngineDown>(), nullptr);
  EXPECT_EQ(last_event<EngineDown>()->engine.id, "llama-server");
}

TEST_F(HostTest, AHostMayGoBeforeItsCatalogue) {
  host.reset();
  run(io, catalogue->refresh());
  EXPECT_EQ(catalogue->current()->models.size(), 2U);
}

}  // namespace
}  // namespace pantheon::host
