#include "core/random.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace pantheon::core {
namespace {

TEST(RandomFraction, IsSpreadFrom0To1) {
  std::set<double> seen;
  for (int i = 0; i < 1000; ++i) {
    const double fraction = random_fraction();
    EXPECT_GE(fraction, 0.0);
    EXPECT_LT(fraction, 1.0);
    seen.insert(fraction);
  }
  EXPECT_LT(*seen.begin(), 0.1);
  EXPECT_GT(*seen.rbegin(), 0.9);
  EXPECT_GT(seen.size(), 900U);
}

TEST(RandomId, Is22CharactersAndNeverRepeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    auto id = random_id();
    EXPECT_EQ(id.size(), 22U);
    EXPECT_TRUE(seen.insert(std::move(id)).second);
  }
}

TEST(RandomId, IsTheBase64UrlOf16BytesAndUsesAllCharacters) {
  std::set<char> characters;
  for (int i = 0; i < 1000; ++i) {
    const auto id = random_id();
    const auto bytes = from_base64url(id);
    ASSERT_TRUE(bytes) << id;
    EXPECT_EQ(bytes->size(), 16U);
    EXPECT_EQ(to_base64url(*bytes), id);
    characters.insert(id.begin(), id.end());
  }
  EXPECT_EQ(characters.size(), 64U);
}

TEST(RandomId, NeverRepeatsOnAnotherThread) {
  constexpr std::size_t kIds = 200;
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  threads.reserve(made.size());
  for (auto& ids : made) {
    threads.emplace_back([&ids] {
      for (std::size_t i = 0; i < kIds; ++i) ids.push_back(random_id());
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> seen;
  for (const auto& ids : made) seen.insert(ids.begin(), ids.end());
  EXPECT_EQ(seen.size(), made.size() * kIds);
}

}  // namespace
}  // namespace pantheon::core
