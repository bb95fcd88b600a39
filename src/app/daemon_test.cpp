#include "app/daemon.hpp"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/task_group.hpp"

namespace pantheon::app {
namespace {

using namespace std::chrono_literals;

/// What a daemon of these tests went through, in order.
struct Life {
  std::vector<std::string> steps;
};

asio::awaitable<core::Result<void>> end_at_once(Life& life, core::Result<void> result) {
  life.steps.emplace_back("ran");
  co_return result;
}
asio::awaitable<core::Result<void>> fail_badly(Life& life) {
  life.steps.emplace_back("ran");
  throw std::runtime_error("a fault");
  co_return core::Result<void>{};
}
/// Runs until it is cancelled, which these signals to this process bring about.
asio::awaitable<core::Result<void>> run_on(Life& life, std::vector<int> signals) {
  life.steps.emplace_back("ran");
  for (const int signal : signals) std::raise(signal);
  const bool alive = co_await core::sleep_for(20s);
  life.steps.emplace_back(alive ? "waited" : "cancelled");
  co_return core::Result<void>{};
}
asio::awaitable<void> stop_quickly(Life& life) {
  life.steps.emplace_back("stopped");
  co_return;
}
asio::awaitable<void> stop_slowly() {
  (void)co_await core::sleep_for(20s);
}
asio::awaitable<void> stop_slowly_and_signal_again(std::chrono::milliseconds after) {
  (void)co_await core::sleep_for(after);
  std::raise(SIGTERM);
  (void)co_await core::sleep_for(20s);
}

Daemon daemon_of(Life& life, std::function<asio::awaitable<core::Result<void>>()> run) {
  Daemon daemon;
  daemon.run = [run = std::move(run)](const asio::any_io_executor&) { return run(); };
  daemon.stop = [&life] { return stop_quickly(life); };
  return daemon;
}
Daemon signalled(Life& life, std::vector<int> signals) {
  return daemon_of(life, [&life, signals = std::move(signals)] { return run_on(life, signals); });
}

TEST(RunDaemon, StopsWhatHasEndedByItselfAndGivesItsError) {
  Life life;
  EXPECT_TRUE(run_daemon(daemon_of(life, [&] { return end_at_once(life, {}); })));
  const auto failed = run_daemon(
      daemon_of(life, [&] { return end_at_once(life, core::failure(core::CommonError::unavailable)); }));
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is(core::CommonError::unavailable));
  EXPECT_EQ(life.steps, (std::vector<std::string>{"ran", "stopped", "ran", "stopped"}));
}

TEST(RunDaemon, AnExceptionIsAnErrorAndItStopsAllTheSame) {
  Life life;
  const auto failed = run_daemon(daemon_of(life, [&] { return fail_badly(life); }));
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is(core::CommonError::internal));
  EXPECT_EQ(failed.error().detail(), "a fault");
  EXPECT_EQ(life.steps, (std::vector<std::string>{"ran", "stopped"}));
}

TEST(RunDaemon, ASignalCancelsItBeforeItIsStopped) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Life life;
    EXPECT_TRUE(run_daemon(signalled(life, {signal})));
    EXPECT_EQ(life.steps, (std::vector<std::string>{"ran", "cancelled", "stopped"})) << signal;
  }
}

TEST(RunDaemon, ASignalThatALauncherRepeatsIsOne) {
  Life life;
  EXPECT_TRUE(run_daemon(signalled(life, {SIGTERM, SIGTERM, SIGINT})));
  EXPECT_EQ(life.steps, (std::vector<std::string>{"ran", "cancelled", "stopped"}));
}

TEST(RunDaemon, AHangupIsHandedOnWhereSomethingWantsIt) {
  Life life;
  auto daemon = signalled(life, {SIGHUP});
  daemon.on_hangup = [&life] {
    life.steps.emplace_back("hung up");
    if (life.steps.size() < 4) {
      std::raise(SIGHUP);
    } else {
      std::raise(SIGTERM);
    }
  };
  EXPECT_TRUE(run_daemon(std::move(daemon)));
  EXPECT_EQ(life.steps,
            (std::vector<std::string>{"ran", "hung up", "hung up", "hung up", "cancelled", "stopped"}));
}

TEST(RunDaemon, ASecondSignalEndsTheProcessAtOnce) {
  const auto stubborn = [] {
    Life life;
    auto daemon = signalled(life, {SIGTERM});
    daemon.stop = [] { return stop_slowly_and_signal_again(700ms); };
    (void)run_daemon(std::move(daemon));
    std::_Exit(EXIT_SUCCESS);
  };
  EXPECT_EXIT(stubborn(), testing::ExitedWithCode(130), "");
}

TEST(RunDaemon, TheEndOfItsPatienceEndsTheProcess) {
  const auto stubborn = [] {
    Life life;
    auto daemon = signalled(life, {SIGTERM});
    daemon.stop = stop_slowly;
    daemon.stop_patience = 1s;
    (void)run_daemon(std::move(daemon));
    std::_Exit(EXIT_SUCCESS);
  };
  EXPECT_EXIT(stubborn(), testing::ExitedWithCode(EXIT_FAILURE), "stopping took too long");
}

}  // namespace
}  // namespace pantheon::app
