#include "engineio/session.hpp"

#include <gtest/gtest.h>

namespace pantheon::engineio {
namespace {

using namespace std::chrono_literals;

struct SessionTest : testing::Test {
  static Packet packet(PacketType type) { return {type, "", false}; }
  const core::SteadyTime start = core::SteadyTime() + 1h;
  const Session::Timing timing{25s, 20s};
  Session server{Role::server, timing, start};
  Session client{Role::client, timing, start};
};

TEST_F(SessionTest, TheServerAsksAfterTheIntervalAndEndsAfterTheTimeout) {
  EXPECT_EQ(server.deadline(), start + 25s);
  EXPECT_FALSE(server.tick(start + 24s).send);
  EXPECT_EQ(server.tick(start + 25s).send->type, PacketType::ping);
  EXPECT_EQ(server.deadline(), start + 45s);
  EXPECT_EQ(server.tick(start + 45s).close, CloseReason::ping_timeout);
  EXPECT_FALSE(server.open());
}

TEST_F(SessionTest, APingThatIsSentLateLeavesLessTimeForItsAnswer) {
  server.tick(start + 27s);
  EXPECT_EQ(server.deadline(), start + 45s);
  server.receive(packet(PacketType::pong), start + 30s);
  server.tick(start + 100s);  // 45 s late: three quarters of the time are left in any case
  EXPECT_EQ(server.deadline(), start + 115s);
}

TEST_F(SessionTest, APongStartsTheNextInterval) {
  server.tick(start + 25s);
  server.receive(packet(PacketType::pong), start + 26s);
  EXPECT_EQ(server.deadline(), start + 51s);
}

TEST_F(SessionTest, WhatComesInsteadOfThePongPutsTheEndOffOnce) {
  server.tick(start + 25s);
  server.receive(packet(PacketType::message), start + 40s);
  EXPECT_EQ(server.deadline(), start + 60s);
  server.receive(packet(PacketType::message), start + 50s);
  EXPECT_EQ(server.deadline(), start + 60s);
  server.receive(packet(PacketType::pong), start + 55s);
  server.tick(start + 80s);
  server.receive(packet(PacketType::message), start + 90s);
  EXPECT_EQ(server.deadline(), start + 110s) << "once for each ping";
}

TEST_F(SessionTest, APongThatNobodyAskedForDoesNotPutOffThePing) {
  server.receive(packet(PacketType::pong), start + 20s);
  EXPECT_EQ(server.deadline(), start + 25s);
}

TEST_F(SessionTest, TheClientAnswersAndWaitsForIntervalAndTimeout) {
  EXPECT_EQ(client.deadline(), start + 45s);
  const auto step = client.receive({PacketType::ping, "probe", false}, start + 25s);
  EXPECT_EQ(step.send->type, PacketType::pong);
  EXPECT_EQ(step.send->data, "probe");
  EXPECT_EQ(client.tick(start + 70s).close, CloseReason::ping_timeout);
}

TEST_F(SessionTest, AHeartbeatInTheWrongDirectionEndsIt) {
  EXPECT_EQ(server.receive(packet(PacketType::ping), start).close, CloseReason::transport_error);
  EXPECT_EQ(client.receive(packet(PacketType::pong), start).close, CloseReason::transport_error);
}

TEST_F(SessionTest, DeliversMessagesUntilItIsClosed) {
  EXPECT_EQ(server.receive({PacketType::message, "a", false}, start).deliver->data, "a");
  EXPECT_EQ(server.receive(packet(PacketType::close), start).close, CloseReason::transport_close);
  EXPECT_FALSE(server.receive({PacketType::message, "b", false}, start).deliver);
}

TEST_F(SessionTest, PassesOverPacketsThatMeanNothingWhileOpen) {
  for (const auto type : {PacketType::open, PacketType::upgrade, PacketType::noop}) {
    const auto step = server.receive(packet(type), start);
    EXPECT_FALSE(step.send || step.deliver || step.close);
  }
}

}  // namespace
}  // namespace pantheon::engineio
