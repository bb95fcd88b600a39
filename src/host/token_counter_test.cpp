#include "host/token_counter.hpp"

#include <gtest/gtest.h>

#include "engine/testing/stand_in_engine.hpp"

namespace pantheon::host {
namespace {

using engine::testing::recorded;

TokenCount count(std::string_view text, std::size_t step = 1'000'000) {
  TokenCounter counter;
  for (std::size_t i = 0; i < text.size(); i += step) counter.feed(text.substr(i, step));
  return counter.count();
}

TEST(TokenCounter, TakesTheFiguresOfRecordedAnswers) {
  struct Case {
    const char* file;
    std::uint64_t prompt;
    std::uint64_t answer;
  };
  for (const auto& [file, prompt, answer] :
       {Case{"llama_server_chat.json", 7, 6}, Case{"llama_server_completion_stream.txt", 2, 4},
        Case{"llama_server_messages_stream.txt", 5, 4}, Case{"ollama_chat_stream.txt", 2, 5}}) {
    const auto text = recorded(file);
    for (std::size_t step : {1UL, 7UL, 1000UL, text.size()}) {
      const auto tokens = count(text, step);
      EXPECT_EQ(tokens.answer, answer) << file << " " << step;
      EXPECT_EQ(tokens.prompt, prompt) << file << " " << step;
      EXPECT_FALSE(tokens.estimated) << file;
    }
  }
}

TEST(TokenCounter, TakesLlamaServersTimingsWhenUsageWasNotAskedFor) {
  const auto tokens = count(recorded("llama_server_chat_stream.txt"));
  EXPECT_EQ(tokens.answer, 6U);
  EXPECT_FALSE(tokens.estimated);
}

TEST(TokenCounter, CountsEventsWhereTheEngineSaysNothing) {
  const auto tokens = count(recorded("ollama_openai_stream.txt"));
  EXPECT_TRUE(tokens.estimated);
  EXPECT_GE(tokens.answer, 5U);
  EXPECT_LE(tokens.answer, 7U);
}

TEST(TokenCounter, WhatTheModelWritesIsNotTakenForAFigure) {
  const auto tokens = count(
      R"(data: {"choices":[{"delta":{"content":"\"usage\":{\"completion_tokens\":999}"}}]})"
      "\n\n"
      R"(data: {"message":{"tool_calls":[{"function":{"arguments":{"usage":{"output_tokens":999},"eval_count":999}}}]}})"
      "\n\n");
  EXPECT_TRUE(tokens.estimated);
  EXPECT_EQ(tokens.answer, 2U);
}

TEST(TokenCounter, AnAbsentUsageIsAnEstimate) {
  EXPECT_TRUE(count("data: {\"usage\":null}\n\n").estimated);
  EXPECT_TRUE(count("").estimated);
  EXPECT_EQ(count("").answer, 0U);
}

TEST(TokenCounter, CommentsAndEventNamesAreNoTokens) {
  EXPECT_EQ(count(": ping \"x\nevent: a\ndata: {\"a\":1}\n\ndata: [DONE]\n\n").answer, 1U);
}

TEST(TokenCounter, SurvivesNumbersBeyondAllBounds) {
  const auto tokens = count(R"({"usage":{"completion_tokens":)" + std::string(400, '9') + "}}");
  EXPECT_FALSE(tokens.estimated);
  EXPECT_LE(tokens.answer, 10'000'000'000'000U);
}

TEST(TokenCounter, BrokenTextIsForgottenAtTheEndOfItsLine) {
  EXPECT_EQ(count("data: {\"open\ndata: {\"eval_count\":3}\n").answer, 2U);
}

}  // namespace
}  // namespace pantheon::host
