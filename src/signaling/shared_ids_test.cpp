#include "signaling/test_support.hpp"

// Sockets that share an older id: who of them gets what is for it. On several nodes:
// shared_ids_elsewhere_test.cpp.

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::signal_to;
using test::TestClient;
using test::text_of;
using test::asio::awaitable;

/// A host and two sockets of one older id, of which the first, the older one, has asked the host.
struct SharedIdsTest : test::ServiceTest {
  void run_asked(std::function<awaitable<void>()> body) {
    run([this, body]() -> awaitable<void> { return asked(*this, body); });
  }
  static awaitable<void> asked(SharedIdsTest& self, std::function<awaitable<void>()> body) {
    self.host = co_await self.joined("anna", "host");
    self.first = co_await self.joined("anna", "shared");
    self.second = co_await self.joined("anna", "shared");
    co_await self.ask(self.first);
    co_await body();
  }
  awaitable<TestClient*> joined_shared() { return joined("anna", "shared"); }
  awaitable<void> ask(TestClient* asker) {
    asker->emit("webrtc-signal", signal_to("host", "hello"));
    static_cast<void>(co_await host->next("webrtc-signal"));
  }
  /// What the host's answer to the id is refused with; empty when it is passed on.
  awaitable<std::string> answer() {
    const auto said = co_await host->ask("webrtc-signal", signal_to("shared", "answer"));
    co_return said.contains("code") ? text_of(said, "code") : "";
  }
  /// The answer goes to that one, and not to the other.
  awaitable<void> expect_answered(TestClient* asker, TestClient* other) {
    const auto refused = co_await answer();
    EXPECT_EQ(refused, "");
    const auto told = co_await asker->next("webrtc-signal");
    EXPECT_EQ(text_of(told, "signal"), "answer");
    co_await other->settle();
    EXPECT_EQ(other->waiting("webrtc-signal"), 0U);
  }

  TestClient* host = nullptr;
  TestClient* first = nullptr;
  TestClient* second = nullptr;
};

TEST_F(SharedIdsTest, WhoAskedLastIsAnswered) {
  run_asked([&]() -> awaitable<void> {
    co_await expect_answered(first, second);
    co_await ask(second);
    co_await expect_answered(second, first);
  });
}

TEST_F(SharedIdsTest, WhoeverIsNewestIsMeantWhenNobodyHasAsked) {
  run([&]() -> awaitable<void> {
    host = co_await joined("anna", "host");
    first = co_await joined_shared();
    second = co_await joined_shared();
    co_await expect_answered(second, first);
  });
}

TEST_F(SharedIdsTest, WhoIsLeftIsMeantWhenWhoAskedHasLeft) {
  run_asked([&]() -> awaitable<void> {
    co_await first->stop();
    co_await second->settle();
    const auto refused = co_await answer();
    EXPECT_EQ(refused, "");
    static_cast<void>(co_await second->next("webrtc-signal"));
  });
}

TEST_F(SharedIdsTest, WhatIsForASocketThatIsAwayGoesToNoOther) {
  run_asked([&]() -> awaitable<void> {
    co_await drop(first);
    const auto refused = co_await answer();
    EXPECT_EQ(refused, "peer_unavailable");
    co_await second->settle();
    EXPECT_EQ(second->waiting("webrtc-signal"), 0U);
  });
}

TEST_F(SharedIdsTest, WhoAskedAndReturnedIsAnsweredThoughAnotherIsNewer) {
  run_asked([&]() -> awaitable<void> {
    co_await drop(first);
    first = co_await joined_shared();
    auto* newest = co_await joined_shared();
    co_await expect_answered(first, newest);
  });
}

TEST_F(SharedIdsTest, WhoMayHaveReturnedAsEitherOfTwoIsNotMixedUpWithTheOther) {
  run_asked([&]() -> awaitable<void> {
    co_await drop(first);
    co_await drop(second);
    auto* one = co_await joined_shared();
    auto* two = co_await joined_shared();
    const auto refused = co_await answer();
    EXPECT_EQ(refused, "peer_unavailable");
    co_await ask(two);
    co_await expect_answered(two, one);
  });
}

TEST_F(SharedIdsTest, AHostThatDropsAndReturnsStillKnowsWhoAsked) {
  run_asked([&]() -> awaitable<void> {
    co_await drop(host);
    host = co_await joined("anna", "host");
    co_await expect_answered(first, second);
  });
}

TEST_F(SharedIdsTest, WhoAskedIsAnsweredWhenBothDropAndReturnInEitherOrder) {
  run_asked([&]() -> awaitable<void> {
    co_await drop(host);
    co_await drop(first);
    first = co_await joined_shared();
    host = co_await joined("anna", "host");
    auto* newest = co_await joined_shared();
    co_await expect_answered(first, newest);
    co_await drop(first);
    co_await drop(host);
    host = co_await joined("anna", "host");
    first = co_await joined_shared();
    newest = co_await joined_shared();
    co_await expect_answered(first, newest);
  });
}

}  // namespace
}  // namespace pantheon::signaling
