#include "signaling/census.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace pantheon::signaling {
namespace {

TEST(Census, CountsSocketsByAccountAndAddress) {
  Census census;
  census.add("a", "1.2.3.4");
  census.add("a", "");
  census.add("b", "1.2.3.4");
  EXPECT_EQ(census.sockets(), 3U);
  EXPECT_EQ(census.accounts(), 2U);
  EXPECT_EQ(census.of_account("a"), 2U);
  EXPECT_EQ(census.of_address("1.2.3.4"), 2U);
  EXPECT_EQ(census.of_address(""), 0U);
  census.remove("a", "1.2.3.4");
  census.remove("a", "");
  EXPECT_EQ(census.sockets(), 1U);
  EXPECT_EQ(census.accounts(), 1U);
  EXPECT_EQ(census.of_account("a"), 0U);
  EXPECT_EQ(census.of_address("1.2.3.4"), 1U);
}

TEST(Census, IsRightWhenManyThreadsCountAtOnce) {
  Census census;
  constexpr int kThreads = 4;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&census, thread] {
      const auto account = "account" + std::to_string(thread % 2);
      for (int i = 0; i < 1000; ++i) census.add(account, "1.2.3.4");
      for (int i = 0; i < 999; ++i) census.remove(account, "1.2.3.4");
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(census.sockets(), 4U);
  EXPECT_EQ(census.of_account("account1"), 2U);
  EXPECT_EQ(census.of_address("1.2.3.4"), 4U);
}

}  // namespace
}  // namespace pantheon::signaling
