#include "core/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pantheon::core {
namespace {

TEST(RandomId, Is22CharactersAndNeverRepeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    auto id = random_id();
    EXPECT_EQ(id.size(), 22U);
    EXPECT_TRUE(seen.insert(std::move(id)).second);
  }
}

}  // namespace
}  // namespace pantheon::core
