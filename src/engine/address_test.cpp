#include "engine/address.hpp"

#include <gtest/gtest.h>

#include "engine/error.hpp"

namespace pantheon::engine {
namespace {

std::string where(std::string_view value) {
  const auto address = ollama_address(value);
  return address ? address->text() : "error";
}

// The cases of Ollama's own test of envconfig.Host, with "every interface" reached at loopback.
TEST(OllamaAddress, ReadsOllamaHostAsOllamaDoes) {
  EXPECT_EQ(where(""), "http://127.0.0.1:11434");
  EXPECT_EQ(where("1.2.3.4"), "http://1.2.3.4:11434");
  EXPECT_EQ(where(":1234"), "http://127.0.0.1:1234");
  EXPECT_EQ(where("1.2.3.4:1234"), "http://1.2.3.4:1234");
  EXPECT_EQ(where("example.com"), "http://example.com:11434");
  EXPECT_EQ(where("example.com:1234"), "http://example.com:1234");
  EXPECT_EQ(where("http://1.2.3.4"), "http://1.2.3.4");
  EXPECT_EQ(where("https://1.2.3.4"), "https://1.2.3.4");
  EXPECT_EQ(where("https://1.2.3.4:1234"), "https://1.2.3.4:1234");
  EXPECT_EQ(where("1.2.3.4:66000"), "http://1.2.3.4:11434");
  EXPECT_EQ(where("1.2.3.4:-1"), "http://1.2.3.4:11434");
  EXPECT_EQ(where("[::1]"), "http://[::1]:11434");
  EXPECT_EQ(where("::1"), "http://[::1]:11434");
  EXPECT_EQ(where("[::1]:1337"), "http://[::1]:1337");
  EXPECT_EQ(where(" 1.2.3.4 "), "http://1.2.3.4:11434");
  EXPECT_EQ(where("\"1.2.3.4\""), "http://1.2.3.4:11434");
  EXPECT_EQ(where("https://example.com/ollama"), "https://example.com/ollama");
  EXPECT_EQ(where("ollama.com"), "https://ollama.com");
}

TEST(OllamaAddress, EveryInterfaceIsReachedAtLoopback) {
  EXPECT_EQ(where("0.0.0.0"), "http://127.0.0.1:11434");
  EXPECT_EQ(where("http://0.0.0.0:5000"), "http://127.0.0.1:5000");
  EXPECT_EQ(where("[::]:1234"), "http://[::1]:1234");
}

TEST(OllamaAddress, RefusesWhatIsNoAddress) {
  EXPECT_EQ(where("ftp://1.2.3.4"), "error");
  EXPECT_EQ(where("a b"), "error");
  EXPECT_EQ(where(std::string(5000, 'a')), "error");
}

TEST(EngineAddress, DropsTheApiSuffixAndIsApproved) {
  const auto address = engine_address("http://127.0.0.1:8000/v1/");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->text(), "http://127.0.0.1:8000");
  EXPECT_TRUE(address->approved);
  EXPECT_EQ(engine_address("https://example.com/api/v1")->text(), "https://example.com/api");
  EXPECT_EQ(engine_address("localhost:9000")->text(), "http://localhost:9000");
}

TEST(CandidateAddresses, TheKeyIsForEnginesThatWereNamedAlone) {
  CandidateOptions options{"", {"http://127.0.0.1:8000"}};
  options.api_key = "secret";
  const auto list = candidate_addresses(options).value();
  ASSERT_GT(list.size(), 1U);
  for (const auto& address : list) EXPECT_EQ(address.api_key, address.approved ? "secret" : "");
}

TEST(EngineAddress, RefusesOtherSchemesAndQueries) {
  for (const auto* text : {"", "ws://a", "ftp://a", "http://", "http://a/?x=1", "http://u:p@a/"}) {
    const auto address = engine_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_TRUE(address.error().is(EngineError::address_invalid)) << text;
  }
}

TEST(Candidates, EachPlaceIsAskedOnceAndTheOwnersComeFirst) {
  const auto list =
      candidate_addresses({.ollama_host = "localhost:11434", .engines = {"http://127.0.0.1:8080/v1"}});
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 3U);
  EXPECT_EQ((*list)[0].text(), "http://127.0.0.1:8080");
  EXPECT_TRUE((*list)[0].approved);
  EXPECT_EQ((*list)[1].text(), "http://localhost:11434");
  EXPECT_EQ((*list)[2].text(), "http://127.0.0.1:1234");
  EXPECT_FALSE((*list)[2].approved);
}

TEST(Candidates, WithoutSearchOnlyTheOwnersAreAsked) {
  const auto list = candidate_addresses({.ollama_host = "", .engines = {"127.0.0.1:1"}, .search = false});
  ASSERT_TRUE(list);
  EXPECT_EQ(list->size(), 1U);
}

}  // namespace
}  // namespace pantheon::engine
