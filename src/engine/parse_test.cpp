#include "engine/parse.hpp"

#include <gmock/gmock.h>

#include "engine/error.hpp"
#include "engine/testing/stand_in_engine.hpp"

namespace pantheon::engine {
namespace {

using ::testing::ElementsAre;
using testing::recorded;

TEST(ParseOllama, ReadsTheRecordedList) {
  const auto models = parse_ollama_tags(recorded("ollama_tags.json"));
  ASSERT_TRUE(models);
  ASSERT_EQ(models->size(), 2U);
  const auto& model = (*models)[0];
  EXPECT_EQ(model.engine_name, "gemma3:270m");
  EXPECT_EQ(model.size.count, 253113294U);
  EXPECT_EQ(model.parameters, "268.10M");
  EXPECT_EQ(model.quantisation, "Q4_K_M");
  EXPECT_EQ(model.family, "gemma3");
  EXPECT_EQ(model.digest.size(), 64U);
  EXPECT_FALSE(model.remote);
  EXPECT_TRUE((*models)[1].remote) << "a cloud model must be known as such";
}

TEST(ParseOllama, ReadsLoadedModelsAndVersion) {
  const auto names = parse_ollama_ps(recorded("ollama_ps.json"));
  ASSERT_TRUE(names);
  EXPECT_THAT(*names, ElementsAre("gemma3:270m"));
  EXPECT_EQ(parse_ollama_version(R"({"version":"0.17.4"})").value(), "0.17.4");
}

TEST(ParseOllama, ReadsContextAndCapabilitiesOfTheRecordedModel) {
  const auto details = parse_ollama_show(recorded("ollama_show.json"));
  ASSERT_TRUE(details);
  EXPECT_EQ(details->context, 32768U);
  EXPECT_THAT(details->capabilities, ElementsAre("completion"));
}

TEST(ParseOllama, AnEmptyListMayBeNull) {
  const auto models = parse_ollama_tags(R"({"models":null})");
  ASSERT_TRUE(models);
  EXPECT_TRUE(models->empty());
}

TEST(ParseLlamaServer, ReadsTheRecordedAnswers) {
  const auto models = parse_openai_models(recorded("llama_server_models.json"));
  ASSERT_TRUE(models);
  ASSERT_EQ(models->size(), 1U);
  EXPECT_EQ(models->front().engine_name, "gemma3-270m");
  EXPECT_EQ(models->front().parameters, "268M");
  EXPECT_EQ(models->front().quantisation, "Q4_K - Medium");
  EXPECT_EQ(models->front().context, 2048U);
  EXPECT_THAT(models->front().capabilities, ElementsAre("completion"));
  const auto props = parse_llama_props(recorded("llama_server_props.json"));
  ASSERT_TRUE(props);
  EXPECT_EQ(props->total_slots, 2U);
  EXPECT_EQ(props->context, 2048U);
}

TEST(ParseLlamaServer, SlotsAreKeptWithinReason) {
  EXPECT_EQ(parse_llama_props(R"({"total_slots":0,"default_generation_settings":{}})")->total_slots, 1U);
  EXPECT_EQ(parse_llama_props(R"({"total_slots":99999999,"default_generation_settings":{}})")->total_slots,
            1024U);
  EXPECT_FALSE(parse_llama_props(R"({"total_slots":1})"));
}

TEST(ParseLmStudio, ReadsTheDocumentedList) {
  const auto models = parse_lm_studio_models(recorded("lm_studio_models.json"));
  ASSERT_TRUE(models);
  ASSERT_EQ(models->size(), 3U);
  EXPECT_THAT((*models)[0].capabilities, ElementsAre("completion", "vision"));
  EXPECT_FALSE((*models)[0].loaded);
  EXPECT_TRUE((*models)[1].loaded);
  EXPECT_EQ((*models)[1].context, 4096U);
  EXPECT_THAT((*models)[1].capabilities, ElementsAre("completion", "tools"));
  EXPECT_THAT((*models)[2].capabilities, ElementsAre("embedding"));
}

TEST(ParseLmStudio, ASimpleOpenAiListIsNotLmStudios) {
  EXPECT_FALSE(parse_lm_studio_models(R"({"object":"list","data":[{"id":"a","object":"model"}]})"));
}

TEST(Parse, PassesOverEntriesWithoutAUsableName) {
  const auto models = parse_openai_models(
      R"({"data":[1,null,{},{"id":7},{"id":""},{"id":"a\nb"},{"id":"good","meta":{"size":-5,"n_params":"x"}}]})");
  ASSERT_TRUE(models);
  ASSERT_EQ(models->size(), 1U);
  EXPECT_EQ(models->front().engine_name, "good");
  EXPECT_EQ(models->front().size.count, 0U);
}

TEST(Parse, HoldsItsBounds) {
  std::string text = R"({"data":[)";
  for (int i = 0; i < 1500; ++i) text += R"({"id":"m)" + std::to_string(i) + R"("},)";
  text += R"({"id":")" + std::string(300, 'x') + R"("}]})";
  const auto models = parse_openai_models(text);
  ASSERT_TRUE(models);
  EXPECT_EQ(models->size(), kMaxModels);
}

TEST(Parse, RefusesOtherDocuments) {
  for (const auto* text : {"", "[]", "null", "{", R"({"models":{}})", R"({"data":"x"})", "<html>"}) {
    for (const bool refused :
         {!parse_ollama_tags(text), !parse_openai_models(text), !parse_lm_studio_models(text),
          !parse_llama_props(text), !parse_ollama_version(text)}) {
      EXPECT_TRUE(refused) << text;
    }
  }
  EXPECT_TRUE(parse_ollama_tags("[]").error().is(EngineError::bad_answer));
}

}  // namespace
}  // namespace pantheon::engine
