#include "engine/naming.hpp"

#include <gtest/gtest.h>

namespace pantheon::engine {
namespace {

Model model(std::string name, std::string engine) {
  Model m;
  m.engine_name = std::move(name);
  m.engine_id = std::move(engine);
  return m;
}

TEST(PublicName, HidesTheFoldersOfAModelFile) {
  EXPECT_EQ(public_name("/home/somebody/models/gemma.gguf"), "gemma");
  EXPECT_EQ(public_name("C:\\models\\gemma.gguf"), "gemma");
  EXPECT_EQ(public_name("./gemma.gguf"), "gemma");
  EXPECT_EQ(public_name("/"), "model");
}

TEST(PublicName, LeavesOtherNamesAsTheyAre) {
  EXPECT_EQ(public_name("llama3.2:3b"), "llama3.2:3b");
  EXPECT_EQ(public_name("qwen/qwen3-8b"), "qwen/qwen3-8b");
}

TEST(Ids, TheSecondEngineWithANameGetsASuffix) {
  std::vector<Model> models{model("a", "ollama"), model("a", "llama-server"), model("b", "ollama")};
  assign_ids(models);
  ASSERT_EQ(models.size(), 3U);
  EXPECT_EQ(models[0].id, "a");
  EXPECT_EQ(models[1].id, "a@llama-server");
  EXPECT_EQ(models[2].id, "b");
}

TEST(Ids, AreUniqueEvenWhenOneEngineRepeatsItself) {
  std::vector<Model> models{model("a", "x"), model("a", "x"), model("a", "x")};
  assign_ids(models);
  ASSERT_EQ(models.size(), 2U);
  EXPECT_NE(models[0].id, models[1].id);
}

}  // namespace
}  // namespace pantheon::engine
