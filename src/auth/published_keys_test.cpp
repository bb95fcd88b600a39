#include "auth/published_keys.hpp"

#include <gtest/gtest.h>

#include "auth/error.hpp"
#include "auth/test_support.hpp"
#include "core/async_event.hpp"
#include "core/task_group.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::auth {
namespace {

using namespace std::chrono_literals;
using Keys = core::Result<std::shared_ptr<const KeySet>>;

/// An issuer in the test's hand: its keys, how long they last, and whether it answers.
struct Issuer {
  explicit Issuer(asio::any_io_executor executor) : changed(executor) {}

  static asio::awaitable<core::Result<FetchedKeys>> fetch(Issuer& issuer) {
    ++issuer.fetches;
    issuer.most_at_once = std::max(issuer.most_at_once, ++issuer.under_way);
    issuer.changed.notify();
    while (issuer.held) co_await issuer.changed.wait();
    --issuer.under_way;
    if (issuer.faulty) throw std::runtime_error("a fault of the fetch");
    if (issuer.down) co_return core::failure(core::CommonError::unavailable);
    co_return FetchedKeys{issuer.keys, issuer.lifetime};
  }
  static asio::awaitable<void> fetched(Issuer& issuer, std::size_t times) {
    while (issuer.fetches < times) co_await issuer.changed.wait();
  }

  core::AsyncEvent changed;
  KeySet keys{{test::first_signer().key}};
  std::optional<std::chrono::seconds> lifetime;
  bool down = false;
  bool faulty = false;
  bool held = false;
  std::size_t fetches = 0;
  std::size_t under_way = 0;
  std::size_t most_at_once = 0;
};

struct PublishedKeysTest : testing::Test {
  http::TestLoop loop;
  Issuer issuer{loop.executor()};
  KeyTiming timing;
  std::unique_ptr<PublishedKeys> keys;

  void SetUp() override {
    timing.min_lifetime = 1h;
    timing.first_retry = 1h;
    timing.max_retry = 1h;
  }
  void TearDown() override {
    issuer.held = false;
    if (keys) loop.run(keys->stop());
  }
  Keys get(std::optional<std::string> id = std::nullopt) {
    if (!keys) {
      keys = std::make_unique<PublishedKeys>(
          loop.executor(), "the issuer", [this] { return Issuer::fetch(issuer); }, timing);
    }
    return loop.run(keys->get(std::move(id)));
  }
};

TEST_F(PublishedKeysTest, AreFetchedWhenFirstAskedForAndThenKept) {
  EXPECT_EQ(issuer.fetches, 0U);
  const auto found = get("key-1");
  ASSERT_TRUE(found);
  EXPECT_TRUE((*found)->contains("key-1"));
  EXPECT_EQ(get("key-1").value(), *found);
  EXPECT_EQ(get().value(), *found);
  EXPECT_EQ(keys->current(), *found);
  EXPECT_EQ(issuer.fetches, 1U);
}

TEST_F(PublishedKeysTest, AreFetchedOnceForAllWhoWait) {
  issuer.held = true;
  timing.patience = 5s;
  core::TaskGroup group(loop.executor());
  std::size_t answers = 0;
  keys = std::make_unique<PublishedKeys>(
      loop.executor(), "the issuer", [this] { return Issuer::fetch(issuer); }, timing);
  const auto ask = [](PublishedKeys& asked, std::size_t& count) -> asio::awaitable<void> {
    const auto found = co_await asked.get("key-1");
    if (found) ++count;
  };
  for (int i = 0; i < 20; ++i) group.spawn(ask(*keys, answers));
  loop.run(Issuer::fetched(issuer, 1));
  issuer.held = false;
  issuer.changed.notify();
  loop.run(group.join());
  EXPECT_EQ(answers, 20U);
  EXPECT_EQ(issuer.fetches, 1U);
}

TEST_F(PublishedKeysTest, AreRenewedInTheBackgroundBeforeTheyEnd) {
  timing.min_lifetime = 20ms;
  timing.max_lifetime = 20ms;
  ASSERT_TRUE(get());
  issuer.keys = KeySet({test::second_signer().key});
  loop.run(Issuer::fetched(issuer, 3));
  EXPECT_TRUE(keys->current()->contains("key-2"));
  EXPECT_EQ(issuer.most_at_once, 1U);
}

TEST_F(PublishedKeysTest, LastAsLongAsTheIssuerSaysWithinBounds) {
  issuer.lifetime = 0s;
  ASSERT_TRUE(get());
  ASSERT_TRUE(get());
  EXPECT_EQ(issuer.fetches, 1U) << "not less than min_lifetime";
  loop.run(keys->stop());
  keys.reset();
  issuer.lifetime = 24h;
  timing.min_lifetime = 1ms;
  timing.max_lifetime = 20ms;
  ASSERT_TRUE(get());
  loop.run(Issuer::fetched(issuer, 3));
}

TEST_F(PublishedKeysTest, AnUnknownKeyIdMakesItLookAgain) {
  timing.refetch_wait = 0ms;
  ASSERT_TRUE(get("key-1"));
  issuer.keys = KeySet({test::first_signer().key, test::second_signer().key});
  const auto found = get("key-2");
  ASSERT_TRUE(found);
  EXPECT_TRUE((*found)->contains("key-2"));
  EXPECT_EQ(issuer.fetches, 2U);
}

TEST_F(PublishedKeysTest, MadeUpKeyIdsDoNotMakeItLookOften) {
  ASSERT_TRUE(get("key-1"));
  for (int i = 0; i < 100; ++i) {
    const auto found = get("made-up-" + std::to_string(i));
    ASSERT_TRUE(found);
    EXPECT_TRUE((*found)->contains("key-1"));
  }
  EXPECT_EQ(issuer.fetches, 1U);
}

TEST_F(PublishedKeysTest, StayGoodWhileTheIssuerIsBrieflyDown) {
  timing.min_lifetime = 10ms;
  timing.max_lifetime = 10ms;
  timing.first_retry = 10ms;
  timing.max_retry = 10ms;
  const auto found = get("key-1");
  issuer.down = true;
  loop.run(Issuer::fetched(issuer, 4));
  EXPECT_EQ(get("key-1").value(), *found);
  issuer.down = false;
  loop.run(Issuer::fetched(issuer, 6));
  EXPECT_NE(keys->current(), *found) << "and it goes on by itself";
}

TEST_F(PublishedKeysTest, AreGoodForSoLongAndNoLonger) {
  timing.min_lifetime = 5ms;
  timing.max_lifetime = 5ms;
  timing.max_stale = 5ms;
  timing.first_retry = 5ms;
  timing.max_retry = 5ms;
  ASSERT_TRUE(get("key-1"));
  issuer.down = true;
  loop.run(Issuer::fetched(issuer, 6));
  const auto found = get("key-1");
  ASSERT_FALSE(found);
  EXPECT_TRUE(found.error().is(AuthError::sign_in_unavailable));
}

TEST_F(PublishedKeysTest, WithoutAnyWhoAsksIsToldAtOnceUntilItIsTimeToTryAgain) {
  issuer.down = true;
  EXPECT_TRUE(get().error().is(AuthError::sign_in_unavailable));
  EXPECT_TRUE(get().error().is(AuthError::sign_in_unavailable));
  EXPECT_EQ(issuer.fetches, 1U);
}

TEST_F(PublishedKeysTest, AreFetchedAgainAfterAFailure) {
  timing.first_retry = 1ms;
  timing.max_retry = 1ms;
  issuer.down = true;
  EXPECT_FALSE(get());
  issuer.down = false;
  loop.run(Issuer::fetched(issuer, 2));
  EXPECT_TRUE(get());
}

TEST_F(PublishedKeysTest, AreFetchedAgainAfterAFault) {
  timing.first_retry = 1ms;
  timing.max_retry = 1ms;
  timing.patience = 5s;
  issuer.faulty = true;
  EXPECT_TRUE(get().error().is(AuthError::sign_in_unavailable));
  issuer.faulty = false;
  loop.run(Issuer::fetched(issuer, 2));
  EXPECT_TRUE(get());
}

TEST_F(PublishedKeysTest, NobodyWaitsLongerThanTheirPatience) {
  issuer.held = true;
  timing.patience = 10ms;
  EXPECT_TRUE(get().error().is(AuthError::sign_in_unavailable));
}

TEST_F(PublishedKeysTest, OnlySoManyWait) {
  issuer.held = true;
  timing.max_waiting = 0;
  EXPECT_TRUE(get().error().is(AuthError::sign_in_unavailable));
  EXPECT_EQ(issuer.fetches, 0U);
}

TEST_F(PublishedKeysTest, AnEmptySetIsAFailure) {
  issuer.keys = KeySet();
  EXPECT_TRUE(get().error().is(AuthError::sign_in_unavailable));
}

TEST_F(PublishedKeysTest, StoppingEndsTheWaiting) {
  issuer.held = true;
  core::TaskGroup group(loop.executor());
  keys = std::make_unique<PublishedKeys>(
      loop.executor(), "the issuer", [this] { return Issuer::fetch(issuer); }, timing);
  std::string code;
  const auto ask = [](PublishedKeys& asked, std::string& said) -> asio::awaitable<void> {
    const auto found = co_await asked.get("key-1");
    said = found ? "found" : std::string(found.error().code());
  };
  group.spawn(ask(*keys, code));
  loop.run(Issuer::fetched(issuer, 1));
  issuer.held = false;
  loop.run(keys->stop());
  loop.run(group.join());
  EXPECT_EQ(code, "sign_in_unavailable");
  EXPECT_TRUE(get().error().is(AuthError::sign_in_unavailable)) << "and nothing starts again";
}

}  // namespace
}  // namespace pantheon::auth
