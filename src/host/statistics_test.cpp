#include "host/statistics.hpp"

#include <gtest/gtest.h>

namespace pantheon::host {
namespace {

TEST(Statistics, AddsUpPerDeviceAndInAll) {
  Statistics statistics;
  statistics.started("a");
  statistics.started("b");
  EXPECT_EQ(statistics.totals().active, 2U);
  statistics.finished("a", Outcome::served, {3, 5, false}, core::Bytes{10}, core::Bytes{20});
  statistics.finished("b", Outcome::cancelled, {0, 2, true}, core::Bytes{1}, core::Bytes{2});
  EXPECT_EQ(statistics.totals().active, 0U);
  EXPECT_EQ(statistics.totals().requests, 2U);
  EXPECT_EQ(statistics.totals().cancelled, 1U);
  EXPECT_EQ(statistics.totals().answer_tokens, 7U);
  EXPECT_EQ(statistics.totals().estimated_tokens, 2U);
  EXPECT_EQ(statistics.totals().sent.count, 22U);
  EXPECT_EQ(statistics.devices().at("a").prompt_tokens, 3U);
}

TEST(Statistics, RemembersABoundedNumberOfDevices) {
  Statistics statistics;
  for (int i = 0; i < 3000; ++i) statistics.started("d" + std::to_string(i));
  EXPECT_LE(statistics.devices().size(), 1000U);
  EXPECT_EQ(statistics.totals().requests, 3000U);
}

}  // namespace
}  // namespace pantheon::host
