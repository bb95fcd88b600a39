#include "host/answers.hpp"

#include <gtest/gtest.h>

#include "host/error.hpp"

namespace pantheon::host {
namespace {

engine::Snapshot snapshot() {
  engine::Snapshot s;
  engine::EngineInfo ollama;
  ollama.id = "ollama";
  ollama.kind = engine::EngineKind::ollama;
  ollama.name = "Ollama";
  ollama.version = "0.17.4";
  ollama.up = true;
  ollama.shared = true;
  engine::EngineInfo paid;
  paid.id = "openai-compatible";
  paid.up = true;
  s.engines = {ollama, paid};
  engine::Model model;
  model.id = "gemma3:270m";
  model.name = "gemma3:270m";
  model.engine_id = "ollama";
  model.engine_name = "/private/path";
  model.size = core::Bytes{5};
  model.parameters = "268M";
  model.quantisation = "Q4_K_M";
  model.context = 2048;
  model.capabilities = {"completion"};
  model.loaded = true;
  s.models = {model};
  return s;
}

TEST(CatalogueAnswer, HasHostModelsAndSharedEngines) {
  const auto s = snapshot();
  const auto answer = catalogue_answer({"id", "desk", "linux"}, s, {&s.models[0]});
  EXPECT_EQ(
      core::serialize_json(answer),
      R"({"host":{"name":"desk","platform":"linux"},"models":[{"id":"gemma3:270m","name":"gemma3:270m",)"
      R"("engine":"ollama","size":5,"parameters":"268M","quantization":"Q4_K_M","contextLength":2048,)"
      R"("capabilities":["completion"],"loaded":true,"stale":false}],)"
      R"("engines":[{"id":"ollama","kind":"ollama","name":"Ollama","up":true}]})");
}

TEST(OllamaAnswers, HaveWhatOllamasClientsRead) {
  const auto s = snapshot();
  const auto tags = ollama_tags_answer({&s.models[0]});
  const auto& entry = tags.at("models").at(0).as_object();
  EXPECT_EQ(entry.at("name"), "gemma3:270m");
  EXPECT_EQ(entry.at("digest").as_string().size(), 64U);
  EXPECT_TRUE(entry.contains("modified_at"));
  EXPECT_EQ(ollama_ps_answer({&s.models[0]}).at("models").as_array().size(), 1U);
  EXPECT_EQ(ollama_version_answer(s).at("version"), "0.17.4");
  EXPECT_EQ(ollama_version_answer({}).at("version"), "0.17.4");
  EXPECT_TRUE(ollama_show_answer(s.models[0]).contains("capabilities"));
}

TEST(OpenAiAnswer, IsAList) {
  const auto s = snapshot();
  EXPECT_EQ(
      core::serialize_json(openai_models_answer({&s.models[0]})),
      R"({"object":"list","data":[{"id":"gemma3:270m","object":"model","created":0,"owned_by":"ollama"}]})");
}

TEST(LegacyModels, HaveNameDisplayNameAndProvider) {
  const auto s = snapshot();
  const auto list = legacy_models(s, {&s.models[0]});
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].at("name"), "gemma3:270m");
  EXPECT_EQ(list[0].at("displayName"), "gemma3:270m");
  EXPECT_EQ(list[0].at("provider"), "ollama");
}

TEST(Answers, NeverTellTheEnginesOwnNames) {
  const auto s = snapshot();
  const ModelRefs models{&s.models[0]};
  for (const auto& text :
       {core::serialize_json(catalogue_answer({}, s, models)),
        core::serialize_json(openai_models_answer(models)), core::serialize_json(ollama_tags_answer(models)),
        core::serialize_json(legacy_models(s, models))}) {
    EXPECT_EQ(text.find("/private/path"), std::string::npos);
  }
}

TEST(ErrorBody, HasTheFormOfTheDialect) {
  const core::Error error(HostError::model_unknown);
  const auto openai = core::parse_json_object(error_body(engine::Dialect::openai, error)).value();
  EXPECT_EQ(openai.at("error").at("code"), "model_not_found");
  EXPECT_TRUE(openai.at("error").at("message").is_string());
  const auto ollama = core::parse_json_object(error_body(engine::Dialect::ollama, error)).value();
  EXPECT_TRUE(ollama.at("error").is_string());
  EXPECT_EQ(ollama.at("code"), "model_not_found");
  const auto anthropic = core::parse_json_object(error_body(engine::Dialect::anthropic, error)).value();
  EXPECT_EQ(anthropic.at("type"), "error");
  EXPECT_EQ(anthropic.at("error").at("code"), "model_not_found");
}

}  // namespace
}  // namespace pantheon::host
