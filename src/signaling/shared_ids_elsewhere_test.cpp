#include "signaling/two_services_test_support.hpp"

// Sockets that share an older id on two nodes over one Redis, and on two shards: who asked is answered.

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::signal_to;
using test::TestClient;
using test::text_of;

template <class Kind>
struct SharedIdsElsewhereTest : Kind {
  /// The first asks the host, which has heard it: as soon as the first's node knows that the host is there.
  static test::asio::awaitable<void> ask(TestClient* first, TestClient* host) {
    co_await ask_of(first, host, "host");
  }
  static test::asio::awaitable<void> ask_of(TestClient* first, TestClient* host, std::string_view id) {
    for (const auto end = std::chrono::steady_clock::now() + test::kPatience;;) {
      const auto said = co_await first->ask("webrtc-signal", signal_to(id, "hello"));
      if (!said.contains("code")) break;
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error(text_of(said, "code"));
    }
    static_cast<void>(co_await host->next("webrtc-signal"));
  }
  /// Until the host's node has heard all that the other told.
  test::asio::awaitable<void> hear_all(TestClient* host) {
    auto* last = co_await this->joined_there("anna", "last");
    co_await ask(last, host);
  }
  /// Two sockets of an id, one on each node, dropped, and then one returned to each, first here. The host was
  /// asked by the one there.
  test::asio::awaitable<TestClient*> asked_by_one_of_two_that_returned_apart() {
    auto* host = co_await this->joined("anna", "host");
    auto* here = co_await this->joined("anna", "shared");
    auto* there = co_await this->joined_there("anna", "shared");
    co_await ask(there, host);
    co_await this->drop(here);
    co_await this->drop_there(there);
    co_await hear_all(host);
    static_cast<void>(co_await this->joined("anna", "shared"));
    auto* other_host = co_await this->joined_there("anna", "other_host");
    auto* last = co_await this->joined("anna", "last_here");
    co_await ask_of(last, other_host, "other_host");
    static_cast<void>(co_await this->joined_there("anna", "shared"));
    co_await hear_all(host);
    co_return host;
  }
  /// A host of this node that was asked by one of two sockets of an id there, both of which dropped and
  /// returned.
  test::asio::awaitable<TestClient*> asked_by_one_of_two_that_returned() {
    auto* host = co_await this->joined("anna", "host");
    auto* first = co_await this->joined_there("anna", "shared");
    auto* second = co_await this->joined_there("anna", "shared");
    co_await ask(first, host);
    co_await this->drop_there(first);
    co_await this->drop_there(second);
    static_cast<void>(co_await this->joined_there("anna", "shared"));
    static_cast<void>(co_await this->joined_there("anna", "shared"));
    co_await hear_all(host);
    co_return host;
  }
  /// The host answers the id: what it is refused with, or "passed on".
  static test::asio::awaitable<std::string> answer(TestClient* host, std::string_view text) {
    const auto said = co_await host->ask("webrtc-signal", signal_to("shared", text));
    co_return said.contains("code") ? text_of(said, "code") : "passed on";
  }
};
using Kinds = testing::Types<test::OverRedis<test::TwoServicesTest>, test::AsShards<test::TwoServicesTest>>;
TYPED_TEST_SUITE(SharedIdsElsewhereTest, Kinds);

TYPED_TEST(SharedIdsElsewhereTest, WhoAskedAndReturnedThereIsAnsweredThoughAnotherIsNewer) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto* host = co_await this->joined("anna", "host");
    auto* first = co_await this->joined_there("anna", "shared");
    co_await this->ask(first, host);
    co_await this->drop_there(first);
    auto* returned = co_await this->joined_there("anna", "shared");
    auto* newest = co_await this->joined_there("anna", "shared");
    co_await this->hear_all(host);
    EXPECT_EQ(co_await this->answer(host, "for who asked"), "passed on");
    const auto told = co_await returned->next("webrtc-signal");
    EXPECT_EQ(text_of(told, "signal"), "for who asked");
    co_await newest->settle();
    EXPECT_EQ(newest->waiting("webrtc-signal"), 0U);
  });
}

TYPED_TEST(SharedIdsElsewhereTest, WhoMayHaveReturnedAsEitherOfTwoIsNotMixedUpWithTheOther) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto* host = co_await this->asked_by_one_of_two_that_returned();
    EXPECT_EQ(co_await this->answer(host, "for the first"), "peer_unavailable");
  });
}

TYPED_TEST(SharedIdsElsewhereTest, OfTwoThatReturnToTheirNodesNoneIsSeenToJoinOrLeave) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto* host = co_await this->asked_by_one_of_two_that_returned_apart();
    std::size_t shared = 0;
    for (auto told = host->waiting("peer-joined"); told > 0; --told) {
      const auto joined = co_await host->next("peer-joined");
      if (text_of(joined, "userId") == "shared") ++shared;
    }
    EXPECT_EQ(shared, 2U) << "before they dropped";
    EXPECT_EQ(host->waiting("peer-left"), 0U);
  });
}

TYPED_TEST(SharedIdsElsewhereTest, OfTwoThatReturnToTheirNodesNoneIsMixedUpWithTheOther) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto* host = co_await this->asked_by_one_of_two_that_returned_apart();
    EXPECT_EQ(co_await this->answer(host, "for who asked"), "peer_unavailable");
  });
}

TYPED_TEST(SharedIdsElsewhereTest, AfterTheGracePeriodTheNewestIsMeantAgain) {
  this->options.presence_grace = std::chrono::milliseconds(100);
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto* host = co_await this->asked_by_one_of_two_that_returned();
    std::string said;
    for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
         said != "passed on" && std::chrono::steady_clock::now() < end;) {
      said = co_await this->answer(host, "for whoever is here");
    }
    EXPECT_EQ(said, "passed on");
  });
}

TYPED_TEST(SharedIdsElsewhereTest, AHostThatReturnsThereStillKnowsWhoAsked) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto* host = co_await this->joined("anna", "host");
    auto* first = co_await this->joined("anna", "shared");
    this->now += std::chrono::seconds(1);
    auto* second = co_await this->joined("anna", "shared");
    co_await this->ask(first, host);
    co_await this->drop(host);
    host = co_await this->joined_there("anna", "host");
    auto* mark = co_await this->joined("anna", "mark");
    co_await this->ask(mark, host);
    EXPECT_EQ(co_await this->answer(host, "late"), "passed on");
    const auto told = co_await first->next("webrtc-signal");
    EXPECT_EQ(text_of(told, "signal"), "late");
    EXPECT_EQ(second->waiting("webrtc-signal"), 0U);
  });
}

TYPED_TEST(SharedIdsElsewhereTest, WhoAskedHereAndReturnedThereIsAnswered) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    auto* host = co_await this->joined("anna", "host");
    auto* first = co_await this->joined("anna", "shared");
    co_await this->ask(first, host);
    co_await this->drop(first);
    auto* returned = co_await this->joined_there("anna", "shared");
    co_await this->hear_all(host);
    auto* newest = co_await this->joined("anna", "shared");
    EXPECT_EQ(co_await this->answer(host, "for who asked"), "passed on");
    const auto told = co_await returned->next("webrtc-signal");
    EXPECT_EQ(text_of(told, "signal"), "for who asked");
    EXPECT_EQ(newest->waiting("webrtc-signal"), 0U);
  });
}

}  // namespace
}  // namespace pantheon::signaling
