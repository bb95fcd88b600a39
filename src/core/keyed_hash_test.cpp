#include "core/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace pantheon::core {
namespace {

TEST(KeyedHash, IsTheSameForTheSameNameOnly) {
  const KeyedHash hash;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(hash("name " + std::to_string(i))).second);
  EXPECT_EQ(hash("name 7"), hash(std::string("name ") + "7"));
  EXPECT_TRUE(seen.insert(hash("")).second);
}

TEST(KeyedHash, IsAnotherOneForEachKey) {
  EXPECT_NE(KeyedHash()("name"), KeyedHash()("name"));
}

}  // namespace
}  // namespace pantheon::core
