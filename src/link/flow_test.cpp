#include "link/flow.hpp"

#include <gtest/gtest.h>

namespace pantheon::link {
namespace {

using core::Bytes;
using namespace core;

TEST(SendCredit, IsTakenAndGivenBack) {
  SendCredit credit(100_B);
  credit.take(100_B);
  EXPECT_EQ(credit.left(), 0_B);
  EXPECT_TRUE(credit.add(7_B));
  EXPECT_EQ(credit.left(), 7_B);
}

TEST(SendCredit, MayNotPassTwoToTheThirtyFirst) {
  SendCredit credit(1_B);
  EXPECT_TRUE(credit.add(Bytes{kMaxVarint - 1}));
  EXPECT_FALSE(credit.add(1_B));
}

TEST(ReceiveWindow, TakesItsCreditAndNotAByteMore) {
  ReceiveWindow window(100_B, 100_B);
  EXPECT_TRUE(window.receive(100_B));
  EXPECT_FALSE(window.receive(1_B));
  EXPECT_TRUE(window.receive(0_B));
}

TEST(ReceiveWindow, GivesCreditOnceHalfIsFree) {
  ReceiveWindow window(100_B, 100_B);
  window.receive(90_B);
  EXPECT_EQ(window.consume(49_B), 0_B);
  EXPECT_EQ(window.consume(1_B), 50_B);
  EXPECT_EQ(window.unconsumed(), 40_B);
  EXPECT_TRUE(window.receive(60_B));
  EXPECT_FALSE(window.receive(1_B));
}

TEST(ReceiveWindow, ConsumingMoreThanArrivedCountsAsAll) {
  ReceiveWindow window(100_B, 100_B);
  window.receive(60_B);
  EXPECT_EQ(window.consume(1000_B), 60_B);
  EXPECT_EQ(window.consume(1000_B), 0_B);
}

TEST(ReceiveWindow, DoublesUpToItsMaximumWhereItIsTheLimit) {
  ReceiveWindow window(100_B, 300_B);
  window.receive(60_B);
  EXPECT_EQ(window.consume(60_B), 60_B);  // on its way when the peer sends the rest of its first credit
  EXPECT_TRUE(window.receive(40_B));
  EXPECT_EQ(window.consume(40_B), 140_B);
  EXPECT_EQ(window.size(), 200_B);
  EXPECT_TRUE(window.receive(60_B));
  window.consume(60_B);
  EXPECT_TRUE(window.receive(140_B));  // the credit before, to its end
  window.consume(140_B);
  EXPECT_LE(window.size(), 300_B);
}

TEST(ReceiveWindow, DoesNotGrowWhereTheReaderIsTheLimit) {
  ReceiveWindow window(100_B, 400_B);
  EXPECT_TRUE(window.receive(100_B));
  EXPECT_EQ(window.consume(50_B), 50_B);
  EXPECT_TRUE(window.receive(50_B));
  EXPECT_EQ(window.consume(50_B), 50_B);
  EXPECT_EQ(window.size(), 100_B);
}

}  // namespace
}  // namespace pantheon::link
