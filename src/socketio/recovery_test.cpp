#include "socketio/recovery.hpp"

#include <gtest/gtest.h>

#include "socketio/event_packet.hpp"
#include "socketio/testing/pair.hpp"

namespace pantheon::socketio {
namespace {

using namespace std::chrono_literals;

struct RecoveryLogTest : testing::Test {
  /// The offset that was added to an event.
  std::string record(std::string name, Selection to = {}) {
    Packet packet = event_packet("/", name, {1}, {});
    log.record(packet, std::move(to), now);
    const auto data = core::parse_json(packet.payload).value();
    return std::string(data.as_array().back().as_string());
  }
  void leave(std::string pid, std::vector<std::string> rooms) {
    log.persist({"id of " + pid, pid, std::move(rooms), nullptr}, now);
  }
  static std::vector<std::string> names(const RecoverableSession& session) {
    std::vector<std::string> all;
    all.reserve(session.missed.size());
    for (const auto& packet : session.missed) {
      all.emplace_back(core::parse_json(packet.payload)->as_array().front().as_string());
    }
    return all;
  }

  core::SteadyTime now = core::SteadyTime() + 1h;
  RecoveryLog log{
      {.max_disconnection = 10s, .max_sessions = 2, .max_events = 5, .max_bytes = core::Bytes{1000}}};
};

TEST_F(RecoveryLogTest, GivesBackWhatCameSinceTheOffsetForTheRoomsOfTheSession) {
  record("before");
  const auto offset = record("seen");
  record("all");
  record("a", {{"a"}, {}});
  record("b", {{"b"}, {}});
  record("but a", {{}, {"a"}});
  leave("p", {"a", "own"});
  const auto back = log.restore("p", offset, now + 9s);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->id, "id of p");
  EXPECT_EQ(names(*back), (std::vector<std::string>{"all", "a"}));
  EXPECT_FALSE(log.restore("p", offset, now + 9s)) << "it is given once";
}

TEST_F(RecoveryLogTest, KnowsNothingAfterTheTime) {
  const auto offset = record("seen");
  leave("p", {});
  EXPECT_FALSE(log.restore("p", offset, now + 11s));
}

TEST_F(RecoveryLogTest, RefusesOffsetsThatAreNone) {
  const auto offset = record("seen");
  leave("p", {});
  for (const auto& bad : {std::string(), std::string("7"), offset + "9", offset + "x", offset.substr(0, 7)}) {
    EXPECT_FALSE(log.restore("p", bad, now)) << bad;
  }
  EXPECT_FALSE(log.restore("unknown", offset, now));
  EXPECT_TRUE(log.restore("p", offset, now));
}

TEST_F(RecoveryLogTest, ForgetsTheOldestBeyondItsLimits) {
  const auto first = record("0");
  for (int i = 0; i < 5; ++i) record("x");
  leave("p", {});
  EXPECT_FALSE(log.restore("p", first, now)) << "an event of those missed is gone";
  const auto last = record("y");
  leave("q", {});
  leave("r", {});
  EXPECT_FALSE(log.restore("p", last, now)) << "two sessions came after it";
  EXPECT_TRUE(log.restore("q", last, now));
  record(std::string(2000, 'x'));
  EXPECT_FALSE(log.restore("r", last, now)) << "too many bytes";
}

TEST(Recovery, ComesAfterABrokenConnectionOnly) {
  EXPECT_TRUE(is_recoverable("ping timeout"));
  EXPECT_TRUE(is_recoverable("transport close"));
  EXPECT_FALSE(is_recoverable("client namespace disconnect"));
  EXPECT_FALSE(is_recoverable("server namespace disconnect"));
}

}  // namespace
}  // namespace pantheon::socketio
