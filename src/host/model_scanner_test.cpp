#include "host/model_scanner.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace pantheon::host {
namespace {

core::Result<ScannedBody> scan(std::string_view body, std::size_t step = 1'000'000) {
  ModelScanner scanner;
  for (std::size_t i = 0; i < body.size(); i += step) scanner.feed(body.substr(i, step));
  return scanner.finish();
}

std::string error_of(std::string_view body) {
  const auto found = scan(body);
  return found ? "none" : std::string(found.error().code());
}

std::string at(std::string_view body, ByteRange range) {
  return std::string(body.substr(range.begin, range.end - range.begin));
}

TEST(ModelScanner, FindsTheModelAndItsBytes) {
  const std::string body =
      R"( {"messages":[{"role":"user","content":"hi"}], "model" : "gemma3:270m","x":1} )";
  const auto found = scan(body);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->model, "gemma3:270m");
  EXPECT_EQ(at(body, found->model_range), R"("gemma3:270m")");
}

TEST(ModelScanner, ReadsTheSameInPiecesOfAnySize) {
  const std::string body =
      R"({"a":[true,false,null,-1.5e+3,0,{"model":"inner"}],"m\u006fdel":"caf\u00e9 \ud83d\ude00 \"q\"","b":{}})";
  for (std::size_t step = 1; step < body.size(); ++step) {
    const auto found = scan(body, step);
    ASSERT_TRUE(found) << step;
    EXPECT_EQ(found->model, "caf\u00e9 \U0001F600 \"q\"");
    EXPECT_EQ(at(body, found->model_range), R"("caf\u00e9 \ud83d\ude00 \"q\"")");
  }
}

TEST(ModelScanner, OnlyTheTopLevelCounts) {
  EXPECT_EQ(error_of(R"({"options":{"model":"a"},"list":[{"model":"b"}]})"), "model_missing");
  EXPECT_EQ(scan(R"({"options":{"model":"a"},"model":"b"})")->model, "b");
}

TEST(ModelScanner, TwoModelsAreRefusedHoweverTheyAreSpelled) {
  EXPECT_EQ(error_of(R"({"model":"a","model":"a"})"), "model_ambiguous");
  EXPECT_EQ(error_of(R"({"model":"a","\u006dodel":"b"})"), "model_ambiguous");
  // Ollama reads names without case, and takes the last: this asks for b.
  EXPECT_EQ(error_of(R"({"model":"a","MODEL":"b"})"), "model_ambiguous");
  EXPECT_EQ(error_of(R"({"Model":"a"})"), "model_ambiguous");
}

TEST(ModelScanner, AModelThatIsNoStringIsRefused) {
  for (const auto* value : {"null", "1", "true", "[\"a\"]", "{\"a\":1}"}) {
    EXPECT_EQ(error_of("{\"model\":" + std::string(value) + "}"), "model_ambiguous") << value;
  }
  EXPECT_EQ(error_of(R"({"model":"a","model":1})"), "model_ambiguous");
}

TEST(ModelScanner, RefusesWhatIsNotOneJsonObject) {
  for (const auto* body : {"",
                           " ",
                           "[]",
                           "\"model\"",
                           "1",
                           "null",
                           "{",
                           "{\"model\":\"a\"",
                           "{\"model\":\"a\"}x",
                           "{\"model\":\"a\"}{}",
                           "{\"model\":\"a\",}",
                           "{,\"model\":\"a\"}",
                           "{\"model\" \"a\"}",
                           "{model:\"a\"}",
                           "{'model':'a'}",
                           "{\"model\":\"a\"]",
                           "{\"a\":[1,],\"model\":\"a\"}",
                           "{\"a\":[1 2],\"model\":\"a\"}",
                           "{\"a\":01,\"model\":\"a\"}",
                           "{\"a\":1.,\"model\":\"a\"}",
                           "{\"a\":.5,\"model\":\"a\"}",
                           "{\"a\":-,\"model\":\"a\"}",
                           "{\"a\":1e,\"model\":\"a\"}",
                           "{\"a\":tru,\"model\":\"a\"}",
                           "{\"a\":NaN,\"model\":\"a\"}",
                           "{\"a\":\"\\x\",\"model\":\"a\"}",
                           "{\"a\":\"\\u12g4\",\"model\":\"a\"}",
                           "{\"model\":\"a\n\"}",
                           "\xEF\xBB\xBF{\"model\":\"a\"}",
                           "{\"model\":\"a\"}/*c*/",
                           "{\"a\":}",
                           "{\"model\":\"a\"}}"}) {
    EXPECT_EQ(error_of(body), "invalid_body") << body;
  }
  EXPECT_EQ(error_of("{}"), "model_missing");
}

TEST(ModelScanner, StaysInErrorAndStopsReading) {
  ModelScanner scanner;
  EXPECT_TRUE(scanner.feed("{"));
  EXPECT_FALSE(scanner.feed("x"));
  EXPECT_FALSE(scanner.feed("\"model\":\"a\"}"));
  EXPECT_EQ(scanner.bytes_seen(), 2U);
  EXPECT_FALSE(scanner.finish());
}

TEST(ModelScanner, BoundsDepthAndNames) {
  const std::string deep = std::string(300, '[') + std::string(300, ']');
  EXPECT_EQ(error_of("{\"a\":" + deep + ",\"model\":\"a\"}"), "invalid_body");
  const std::string fine = std::string(200, '[') + std::string(200, ']');
  EXPECT_EQ(error_of("{\"a\":" + fine + ",\"model\":\"a\"}"), "none");
  EXPECT_EQ(error_of("{\"model\":\"" + std::string(600, 'a') + "\"}"), "model_not_found");
  EXPECT_EQ(error_of("{\"" + std::string(5000, 'a') + "\":1,\"model\":\"a\"}"), "none");
}

TEST(ModelScanner, ReadsAHugeBodyInLinearTime) {
  const std::string body = "{\"prompt\":\"" + std::string(8 << 20, 'x') + "\",\"model\":\"a\"}";
  const auto found = scan(body, 16384);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->model_range.end, body.size() - 1);
}

TEST(ModelScanner, LoneSurrogatesBecomeTheReplacementCharacter) {
  EXPECT_EQ(scan(R"({"model":"a\ud800"})")->model, "a\xEF\xBF\xBD");
  EXPECT_EQ(scan(R"({"model":"\ud800x"})")->model, "\xEF\xBF\xBDx");
  EXPECT_EQ(scan(R"({"model":"\udc00"})")->model, "\xEF\xBF\xBD");
  EXPECT_EQ(scan(R"({"model":"\ud800\ud83d\ude00"})")->model, "\xEF\xBF\xBD\U0001F600");
  EXPECT_EQ(scan(R"({"model":"\ud800\n"})")->model, "\xEF\xBF\xBD\n");
}

TEST(ModelScanner, FindsWhatAHostDropsOrCaps) {
  const std::string body =
      R"({"model":"a","keep_alive":-1,"Keep_Alive":"24h","options":{"num_ctx":1e9,"num_gpu":99,"o":{"num_ctx":1}},)"
      R"("\u212aeep_alive":0,"list":[{"keep_alive":1}],"OPTIONS":{"num_ctx":8}})";
  const auto found = scan(body, 1);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->keep_alive.size(), 3U);
  EXPECT_EQ(at(body, found->keep_alive[0]), "-1");
  EXPECT_EQ(at(body, found->keep_alive[1]), "\"24h\"");
  EXPECT_EQ(at(body, found->keep_alive[2]), "0");
  ASSERT_EQ(found->num_ctx.size(), 2U);
  EXPECT_EQ(at(body, found->num_ctx[0].range), "1e9");
  EXPECT_EQ(found->num_ctx[0].value, 1e9);
  EXPECT_EQ(found->num_ctx[1].value, 8);
  ASSERT_EQ(found->num_gpu.size(), 1U);
  EXPECT_EQ(at(body, found->num_gpu[0].range), "99");
}

TEST(ModelScanner, ANumberTooLargeToHoldIsInfinite) {
  const auto found = scan(R"({"model":"a","options":{"num_ctx":1e999}})");
  ASSERT_TRUE(found);
  EXPECT_TRUE(std::isinf(found->num_ctx.at(0).value));
}

TEST(ModelScanner, ANumberTooLongToReadWholeIsInfinite) {
  const auto found = scan(R"({"model":"a","options":{"num_ctx":1.)" + std::string(600, '0') +
                          R"(e7,"num_gpu":1)" + std::string(600, '0') + "}}");
  ASSERT_TRUE(found);
  EXPECT_TRUE(std::isinf(found->num_ctx.at(0).value));
  EXPECT_TRUE(std::isinf(found->num_gpu.at(0).value));
}

TEST(BodyEdits, ReplaceTheirRangesAndNothingElse) {
  std::string body = R"({"model":"a","keep_alive":-1,"b":2})";
  const auto found = scan(body);
  ASSERT_TRUE(found);
  apply_edits(body, {{found->model_range, "\"longer name\""}, {found->keep_alive[0], "null"}});
  EXPECT_EQ(body, R"({"model":"longer name","keep_alive":null,"b":2})");
}

}  // namespace
}  // namespace pantheon::host
