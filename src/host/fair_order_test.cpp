#include "host/fair_order.hpp"

#include <gtest/gtest.h>

#include <random>

namespace pantheon::host {
namespace {

std::uint64_t enter(FairOrder& order, const std::string& lane, FairOrder::LaneLimits limits = {}) {
  return order.enter(lane, limits).value();
}

TEST(FairOrder, DevicesTakeTurns) {
  FairOrder order({.running = 1});
  const auto a1 = enter(order, "a");
  const auto a2 = enter(order, "a");
  const auto a3 = enter(order, "a");
  const auto b1 = enter(order, "b");
  const auto c1 = enter(order, "c");
  std::vector<FairOrder::Ticket> served;
  while (const auto ticket = order.next()) {
    served.push_back(*ticket);
    order.leave(*ticket);
  }
  EXPECT_EQ(served, (std::vector<FairOrder::Ticket>{a1, b1, c1, a2, a3}));
  EXPECT_EQ(order.waiting(), 0U);
  EXPECT_EQ(order.running(), 0U);
}

TEST(FairOrder, RunsAtMostAsManyAsTheEngineTakes) {
  FairOrder order({.running = 2});
  const auto a = enter(order, "a");
  enter(order, "b");
  enter(order, "c");
  EXPECT_TRUE(order.next());
  EXPECT_TRUE(order.next());
  EXPECT_FALSE(order.next());
  order.leave(a);
  EXPECT_TRUE(order.next());
}

TEST(FairOrder, PositionsSayWhoComesBefore) {
  FairOrder order({.running = 1});
  const auto running = enter(order, "z");
  ASSERT_EQ(order.next(), running);
  const auto a1 = enter(order, "a");
  const auto a2 = enter(order, "a");
  const auto b1 = enter(order, "b");
  EXPECT_EQ(order.position(running), 0U);
  EXPECT_EQ(order.position(a1), 1U);
  EXPECT_EQ(order.position(b1), 2U);
  EXPECT_EQ(order.position(a2), 3U);
  order.leave(a1);
  EXPECT_EQ(order.position(a2), 1U);
  EXPECT_EQ(order.position(b1), 2U);
  EXPECT_EQ(order.position(12345), 0U);
}

TEST(FairOrder, ALaneMayRunAndWaitLess) {
  FairOrder order({.running = 4});
  const FairOrder::LaneLimits narrow{.running = 1, .waiting = 2};
  const auto first = enter(order, "unproven", narrow);
  enter(order, "unproven", narrow);
  EXPECT_FALSE(order.enter("unproven", narrow));
  EXPECT_EQ(order.next(), first);
  EXPECT_FALSE(order.next());
  const auto other = enter(order, "device");
  EXPECT_EQ(order.next(), other);
  order.leave(first);
  EXPECT_TRUE(order.next());
}

TEST(FairOrder, TheLineIsBounded) {
  FairOrder order({.running = 1, .waiting = 3, .waiting_per_lane = 2});
  enter(order, "a");
  enter(order, "a");
  EXPECT_TRUE(order.enter("a", {}).error().is(HostError::queue_full));
  enter(order, "b");
  EXPECT_TRUE(order.enter("c", {}).error().is(HostError::queue_full));
}

TEST(FairOrder, PositionsComeTrueWhateverHappens) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    FairOrder order({.running = 1});
    constexpr std::size_t kWaiting = 12;
    std::vector<FairOrder::Ticket> waiting;
    waiting.reserve(kWaiting);
    for (std::size_t i = 0; i < kWaiting; ++i)
      waiting.push_back(enter(order, std::string(1, static_cast<char>('a' + random() % 4))));
    for (int i = 0; i < 3; ++i) {
      const auto ticket = order.next();
      ASSERT_TRUE(ticket);
      order.leave(*ticket);
    }
    std::vector<std::pair<std::size_t, FairOrder::Ticket>> expected;
    for (const auto ticket : waiting) {
      if (order.position(ticket) > 0) expected.emplace_back(order.position(ticket), ticket);
    }
    std::sort(expected.begin(), expected.end());
    ASSERT_EQ(expected.size(), 9U);
    for (const auto& [position, ticket] : expected) {
      const auto served = order.next();
      ASSERT_TRUE(served);
      EXPECT_EQ(*served, ticket) << position;
      order.leave(*served);
    }
  }
}

}  // namespace
}  // namespace pantheon::host
