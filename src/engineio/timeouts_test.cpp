#include "engineio/timeouts.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "http/testing/test_loop.hpp"

namespace pantheon::engineio {
namespace {

using namespace std::chrono_literals;

struct Named final : Timeout {
  Named(std::string n, std::vector<std::string>& l) : name(std::move(n)), log(l) {}
  void on_timeout() override {
    log.push_back(name);
    if (then) then();
  }
  std::string name;
  std::vector<std::string>& log;
  std::function<void()> then;
};

struct TimeoutsTest : testing::Test {
  void run_until(std::size_t count) {
    loop.context().restart();
    const auto limit = std::chrono::steady_clock::now() + 10s;
    while (log.size() < count && std::chrono::steady_clock::now() < limit) loop.context().run_one_for(1s);
  }
  http::TestLoop loop;
  std::vector<std::string> log;
  std::shared_ptr<Timeouts> timeouts = std::make_shared<Timeouts>(loop.executor());
  core::SteadyTime start = std::chrono::steady_clock::now();
};

TEST_F(TimeoutsTest, ComeInTheOrderOfTheirTimes) {
  Named late("late", log);
  Named early("early", log);
  Named between("between", log);
  timeouts->arm(late, TimeoutKind::heartbeat, start + 30ms);
  timeouts->arm(early, TimeoutKind::heartbeat, start + 10ms);
  timeouts->arm(between, TimeoutKind::answer, start + 20ms);
  run_until(3);
  EXPECT_EQ(log, (std::vector<std::string>{"early", "between", "late"}));
  EXPECT_GE(std::chrono::steady_clock::now(), start + 30ms);
}

TEST_F(TimeoutsTest, ArmedAnewOnlyTheLastTimeCounts) {
  Named moved("moved", log);
  Named other("other", log);
  timeouts->arm(moved, TimeoutKind::heartbeat, start + 5ms);
  timeouts->arm(other, TimeoutKind::heartbeat, start + 15ms);
  timeouts->arm(moved, TimeoutKind::answer, start + 25ms);
  run_until(2);
  EXPECT_EQ(log, (std::vector<std::string>{"other", "moved"}));
}

TEST_F(TimeoutsTest, DisarmedOrGoneTheyCallNobody) {
  Named disarmed("disarmed", log);
  Named last("last", log);
  {
    Named gone("gone", log);
    timeouts->arm(gone, TimeoutKind::heartbeat, start + 5ms);
  }
  timeouts->arm(disarmed, TimeoutKind::heartbeat, start + 5ms);
  Timeouts::disarm(disarmed);
  Timeouts::disarm(disarmed);
  timeouts->arm(last, TimeoutKind::heartbeat, start + 10ms);
  run_until(1);
  EXPECT_EQ(log, std::vector<std::string>{"last"});
}

TEST_F(TimeoutsTest, WhatIsDueNeedNotWaitForTheLoop) {
  Named asked("asked", log);
  Named over("over", log);
  Named later("later", log);
  asked.then = [&] { timeouts->arm(over, TimeoutKind::answer, start); };
  timeouts->arm(asked, TimeoutKind::heartbeat, start);
  timeouts->arm(later, TimeoutKind::heartbeat, start + 30ms);
  timeouts->run_due();
  EXPECT_EQ(log, (std::vector<std::string>{"asked", "over"}));
  run_until(3);
  EXPECT_EQ(log.back(), "later");
}

TEST_F(TimeoutsTest, OneMayEndAnotherOrArmItselfAgain) {
  auto victim = std::make_unique<Named>("victim", log);
  Named killer("killer", log);
  killer.then = [&] {
    victim.reset();
    if (log.size() == 1) timeouts->arm(killer, TimeoutKind::closing, start + 15ms);
  };
  timeouts->arm(killer, TimeoutKind::heartbeat, start + 5ms);
  timeouts->arm(*victim, TimeoutKind::heartbeat, start + 5ms);
  run_until(2);
  EXPECT_EQ(log, (std::vector<std::string>{"killer", "killer"}));
}

TEST_F(TimeoutsTest, ALoopNeedNotWaitForTimersThatNobodyNeeds) {
  Named gone("gone", log);
  timeouts->arm(gone, TimeoutKind::heartbeat, start + 1h);
  Timeouts::disarm(gone);
  timeouts->rest();
  loop.context().run_for(10s);
  EXPECT_LT(std::chrono::steady_clock::now(), start + 10s);
  timeouts->arm(gone, TimeoutKind::heartbeat, std::chrono::steady_clock::now());
  run_until(1);
  EXPECT_EQ(log, std::vector<std::string>{"gone"});
}

TEST_F(TimeoutsTest, MayEndBeforeWhatTheyWatch) {
  Named orphan("orphan", log);
  timeouts->arm(orphan, TimeoutKind::heartbeat, start + 1ms);
  timeouts.reset();
  loop.context().run_for(20ms);
  EXPECT_TRUE(log.empty());
}

}  // namespace
}  // namespace pantheon::engineio
