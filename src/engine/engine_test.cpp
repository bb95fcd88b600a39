#include "engine/engine.hpp"

#include <gtest/gtest.h>

namespace pantheon::engine {
namespace {

TEST(Engine, KindsHaveNamesForTheWireAndForPeople) {
  EXPECT_EQ(wire_name(EngineKind::lm_studio), "lm-studio");
  EXPECT_EQ(display_name(EngineKind::llama_server), "llama-server");
  EXPECT_EQ(wire_name(Dialect::anthropic), "anthropic");
}

TEST(Engine, OnlyOllamaSpeaksItsOwnDialect) {
  EXPECT_TRUE(speaks(EngineKind::ollama, Dialect::ollama));
  EXPECT_FALSE(speaks(EngineKind::llama_server, Dialect::ollama));
  EXPECT_FALSE(speaks(EngineKind::openai_compatible, Dialect::ollama));
  for (auto kind :
       {EngineKind::ollama, EngineKind::lm_studio, EngineKind::llama_server, EngineKind::openai_compatible}) {
    EXPECT_TRUE(speaks(kind, Dialect::openai));
  }
}

TEST(Engine, AnEngineThatGoesDownIsAnotherValue) {
  EngineInfo a{.id = "ollama",
               .kind = EngineKind::ollama,
               .name = "Ollama",
               .version = "1",
               .address = {},
               .parallel = 1,
               .up = true,
               .shared = true};
  EngineInfo b = a;
  EXPECT_EQ(a, b);
  b.up = false;
  EXPECT_FALSE(a == b);
  EngineInfo c = b;
  c.unrecognised = true;
  EXPECT_FALSE(b == c);
}

}  // namespace
}  // namespace pantheon::engine
