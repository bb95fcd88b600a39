#include "engine/source.hpp"

#include <gtest/gtest.h>

#include "engine/address.hpp"
#include "engine/error.hpp"

namespace pantheon::engine {
namespace {

using namespace std::chrono_literals;

const auto kStart = std::chrono::steady_clock::time_point(1h);

Listing listing(EngineKind kind) {
  Model model;
  model.engine_name = "a";
  return {kind, "1", 3, {model}};
}

EngineAddress found() {
  auto address = engine_address("http://127.0.0.1:1").value();
  address.approved = false;
  return address;
}

TEST(Source, KeepsModelsFlaggedWhileTheEngineIsBrieflyDown) {
  Source source(found());
  source.apply(listing(EngineKind::llama_server), {}, kStart);
  EXPECT_TRUE(source.info()->up);
  source.apply(core::failure(EngineError::unavailable), {}, kStart + 1min);
  ASSERT_TRUE(source.info());
  EXPECT_FALSE(source.info()->up);
  ASSERT_EQ(source.models().size(), 1U);
  EXPECT_TRUE(source.models()[0].stale);
  source.apply(listing(EngineKind::llama_server), {}, kStart + 2min);
  EXPECT_FALSE(source.models()[0].stale);
}

TEST(Source, ForgetsAnEngineThatStaysAway) {
  Source source(found());
  source.apply(listing(EngineKind::ollama), {}, kStart);
  source.apply(core::failure(EngineError::unavailable), {}, kStart + 6min);
  EXPECT_FALSE(source.info());
  EXPECT_TRUE(source.models().empty());
}

TEST(Source, AnAddressOfTheOwnersIsListedWhileItIsDown) {
  Source source(engine_address("http://127.0.0.1:1").value());
  source.apply(core::failure(EngineError::unavailable), {}, kStart);
  ASSERT_TRUE(source.info());
  EXPECT_FALSE(source.info()->up);
  EXPECT_TRUE(source.info()->shared);
  EXPECT_EQ(source.info()->name, "127.0.0.1:1");
}

TEST(Source, AnAddressOfTheOwnersWhereNoEngineAnswersIsListedAsSuch) {
  Source source(engine_address("http://127.0.0.1:1").value());
  for (const auto error : {EngineError::unrecognised, EngineError::is_gateway}) {
    source.apply(core::failure(error), {}, kStart);
    EXPECT_TRUE(source.info()->unrecognised);
    EXPECT_FALSE(source.info()->up);
    source.apply(core::failure(EngineError::unavailable), {}, kStart);
    EXPECT_FALSE(source.info()->unrecognised);
  }
  source.apply(core::failure(EngineError::unrecognised), {}, kStart);
  source.apply(listing(EngineKind::ollama), {}, kStart);
  EXPECT_FALSE(source.info()->unrecognised);
}

TEST(Source, AnEngineThatAsksForAKeyIsListedAsSuchAndKeepsItsModelsForAWhile) {
  Source source(engine_address("http://127.0.0.1:1").value());
  source.apply(listing(EngineKind::openai_compatible), {}, kStart);
  source.apply(core::failure(EngineError::wants_key), {}, kStart + 1s);
  EXPECT_TRUE(source.info()->wants_key);
  EXPECT_FALSE(source.info()->up);
  EXPECT_TRUE(source.models().at(0).stale);
  source.apply(listing(EngineKind::openai_compatible), {}, kStart + 2s);
  EXPECT_FALSE(source.info()->wants_key);
}

TEST(Source, AGatewayIsDroppedAtOnce) {
  Source source(found());
  source.apply(listing(EngineKind::ollama), {}, kStart);
  source.apply(core::failure(EngineError::is_gateway), {}, kStart + 1s);
  EXPECT_FALSE(source.info());
}

TEST(Source, AnUnknownEngineIsSharedOnlyAfterTheOwnersYes) {
  Source source(found());
  source.apply(listing(EngineKind::openai_compatible), {}, kStart);
  EXPECT_FALSE(source.info()->shared);
  source.approve();
  EXPECT_TRUE(source.info()->shared);
  source.apply(listing(EngineKind::openai_compatible), {}, kStart + 1s);
  EXPECT_TRUE(source.info()->shared);
}

TEST(Source, OllamaServesOneAtATimeUnlessToldOtherwise) {
  Source source(found());
  source.apply(listing(EngineKind::ollama), {}, kStart);
  EXPECT_EQ(source.info()->parallel, 1U);
  source.apply(listing(EngineKind::ollama), {.ollama_parallel = 4}, kStart);
  EXPECT_EQ(source.info()->parallel, 4U);
  source.apply(listing(EngineKind::llama_server), {}, kStart);
  EXPECT_EQ(source.info()->parallel, 3U);
}

TEST(Source, RemembersDetailsByDigest) {
  auto with_digest = listing(EngineKind::ollama);
  with_digest.models[0].digest = "d1";
  Source source(found());
  source.apply(with_digest, {}, kStart);
  EXPECT_TRUE(source.wants_details());
  source.add_details("a", {{"vision"}, 9});
  EXPECT_EQ(source.models()[0].context, 9U);
  source.apply(with_digest, {}, kStart);
  EXPECT_FALSE(source.wants_details());
  EXPECT_EQ(source.models()[0].context, 9U);
  with_digest.models[0].digest = "d2";
  source.apply(with_digest, {}, kStart);
  EXPECT_TRUE(source.wants_details());
}

TEST(Source, IdsNumberEnginesOfOneKindAndStay) {
  std::vector<Source> sources(3, Source(found()));
  sources[1].apply(listing(EngineKind::ollama), {}, kStart);
  name_sources(sources);
  EXPECT_EQ(sources[1].info()->id, "ollama");
  sources[0].apply(listing(EngineKind::ollama), {}, kStart);
  sources[2].apply(listing(EngineKind::lm_studio), {}, kStart);
  name_sources(sources);
  EXPECT_EQ(sources[0].info()->id, "ollama-2");
  EXPECT_EQ(sources[1].info()->id, "ollama");
  EXPECT_EQ(sources[2].info()->id, "lm-studio");
  EXPECT_EQ(sources[0].models()[0].engine_id, "ollama-2");
}

}  // namespace
}  // namespace pantheon::engine
