#include "socketio/pending_acks.hpp"

#include <gtest/gtest.h>

#include "http/testing/test_loop.hpp"

namespace pantheon::socketio {
namespace {

using namespace std::chrono_literals;

struct PendingAcksTest : testing::Test {
  http::TestLoop loop;
  PendingAcks acks{2};
};

TEST_F(PendingAcksTest, AnAnswerReachesTheOneWhoWaits) {
  auto ticket = acks.open(loop.executor(), 1h).value();
  EXPECT_TRUE(acks.resolve(PendingAcks::id_of(*ticket), {{1, 2}, {}}));
  EXPECT_FALSE(acks.resolve(PendingAcks::id_of(*ticket), {{3}, {}}));
  EXPECT_EQ(core::serialize_json(loop.run(PendingAcks::wait(ticket)).value().args), "[1,2]");
}

TEST_F(PendingAcksTest, TheTimeRunsOut) {
  auto ticket = acks.open(loop.executor(), 1ms).value();
  EXPECT_EQ(loop.run(PendingAcks::wait(ticket)).error().code(), "ack_timeout");
}

TEST_F(PendingAcksTest, EveryoneIsToldOfADisconnect) {
  auto ticket = acks.open(loop.executor(), 1h).value();
  acks.fail_all();
  EXPECT_EQ(loop.run(PendingAcks::wait(ticket)).error().code(), "disconnected");
}

TEST_F(PendingAcksTest, NoMoreThanTheLimitWait) {
  auto first = acks.open(loop.executor(), 1h);
  auto second = acks.open(loop.executor(), 1h);
  EXPECT_EQ(acks.open(loop.executor(), 1h).error().code(), "too_many_pending_acks");
  first.value().reset();
  EXPECT_TRUE(acks.open(loop.executor(), 1h));
}

TEST_F(PendingAcksTest, NobodyWaitsForAnUnknownNumber) {
  EXPECT_FALSE(acks.resolve(99, {}));
}

}  // namespace
}  // namespace pantheon::socketio
