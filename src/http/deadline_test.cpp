#include "http/deadline.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

namespace pantheon::http {
namespace {

using namespace std::chrono_literals;

struct DeadlineTest : testing::Test {
  asio::io_context context;
  int calls = 0;
  Deadline deadline{context.get_executor(), [this] { ++calls; }};
};

TEST_F(DeadlineTest, CallsOnceWhenTheTimeIsOver) {
  deadline.arm(1ms);
  context.run();
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(deadline.expired());
}

TEST_F(DeadlineTest, DoesNotCallWhenDisarmed) {
  deadline.arm(1ms);
  deadline.disarm();
  context.run();
  EXPECT_EQ(calls, 0);
  EXPECT_FALSE(deadline.expired());
}

TEST_F(DeadlineTest, CanBePutOffAndBroughtForward) {
  const auto begin = std::chrono::steady_clock::now();
  deadline.arm(1ms);
  deadline.arm(30ms);
  context.run();
  EXPECT_EQ(calls, 1);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 30ms);
  context.restart();
  deadline.arm(1h);
  deadline.arm(1ms);
  EXPECT_FALSE(deadline.expired());
  context.run();
  EXPECT_EQ(calls, 2);
}

TEST(Deadline, DoesNotCallWhenDestroyed) {
  asio::io_context context;
  bool called = false;
  {
    Deadline(context.get_executor(), [&] { called = true; }).arm(1ms);
  }
  context.run();
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace pantheon::http
