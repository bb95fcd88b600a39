#include "app/daemon.hpp"

#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/task_group.hpp"
#include "platform/terminal.hpp"
#include "platform/testing/terminal.hpp"

namespace pantheon::app {
namespace {

using namespace std::chrono_literals;

constexpr int kFailed = 7;

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
/// Gives such a signal the time to cancel it, and ends by another.
asio::awaitable<core::Result<void>> outlive(Life& life, int signal) {
  std::raise(signal);
  const bool alive = co_await core::sleep_for(100ms);
  if (alive) life.steps.emplace_back("outlived it");
  const std::vector<int> end{SIGTERM};
  auto ended = co_await run_on(life, end);
  co_return ended;
}
asio::awaitable<void> stop_quickly(Life& life) {
  life.steps.emplace_back("stopped");
  co_return;
}
asio::awaitable<void> stop_slowly() {
  (void)co_await core::sleep_for(20s);
}
asio::awaitable<void> stop_while_signalled() {
  std::raise(SIGTERM);
  (void)co_await core::sleep_for(100ms);
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

class RunDaemon : public testing::Test {
 protected:
  // Whoever runs the tests may ignore these.
  void SetUp() override { handle(SIG_DFL); }
  void TearDown() override { handle(SIG_DFL); }
  static void handle(void (*how)(int)) {
    for (const int signal : {SIGINT, SIGHUP}) std::signal(signal, how);
  }
};

TEST_F(RunDaemon, StopsWhatHasEndedByItselfAndGivesItsError) {
  Life life;
  EXPECT_TRUE(run_daemon(daemon_of(life, [&] { return end_at_once(life, {}); })));
  const auto failed = run_daemon(
      daemon_of(life, [&] { return end_at_once(life, core::failure(core::CommonError::unavailable)); }));
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is(core::CommonError::unavailable));
  EXPECT_EQ(life.steps, (std::vector<std::string>{"ran", "stopped", "ran", "stopped"}));
}

TEST_F(RunDaemon, AnExceptionIsAnErrorAndItStopsAllTheSame) {
  Life life;
  const auto failed = run_daemon(daemon_of(life, [&] { return fail_badly(life); }));
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().is(core::CommonError::internal));
  EXPECT_EQ(failed.error().detail(), "a fault");
  EXPECT_EQ(life.steps, (std::vector<std::string>{"ran", "stopped"}));
}

TEST_F(RunDaemon, ASignalCancelsItBeforeItIsStopped) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Life life;
    EXPECT_TRUE(run_daemon(signalled(life, {signal})));
    EXPECT_EQ(life.steps, (std::vector<std::string>{"ran", "cancelled", "stopped"})) << signal;
  }
}

TEST_F(RunDaemon, ASignalThatALauncherRepeatsIsOne) {
  Life life;
  EXPECT_TRUE(run_daemon(signalled(life, {SIGTERM, SIGTERM, SIGINT})));
  EXPECT_EQ(life.steps, (std::vector<std::string>{"ran", "cancelled", "stopped"}));
}

TEST_F(RunDaemon, AHangupIsHandedOnWhereSomethingWantsIt) {
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

TEST_F(RunDaemon, AHangupThatIsIgnoredFromTheStartStaysIgnored) {
  handle(SIG_IGN);
  Life life;
  EXPECT_TRUE(run_daemon(daemon_of(life, [&life] { return outlive(life, SIGHUP); })));
  EXPECT_EQ(life.steps, (std::vector<std::string>{"outlived it", "ran", "cancelled", "stopped"}));
}

TEST_F(RunDaemon, AnInterruptCountsAlsoWhereItWasIgnored) {
  handle(SIG_IGN);
  Life life;
  EXPECT_TRUE(run_daemon(signalled(life, {SIGINT})));
  EXPECT_EQ(life.steps, (std::vector<std::string>{"ran", "cancelled", "stopped"}));
}

TEST_F(RunDaemon, AHangupThatIsWantedIsHandedOnAlsoWhereItWasIgnored) {
  handle(SIG_IGN);
  Life life;
  auto daemon = signalled(life, {SIGHUP});
  daemon.on_hangup = [] { std::raise(SIGTERM); };
  EXPECT_TRUE(run_daemon(std::move(daemon)));
  EXPECT_EQ(life.steps, (std::vector<std::string>{"ran", "cancelled", "stopped"}));
}

TEST_F(RunDaemon, TheFirstSignalIsTheFirstAlsoWhenItIsStoppingByItself) {
  const auto failing = [] {
    Life life;
    auto daemon =
        daemon_of(life, [&] { return end_at_once(life, core::failure(core::CommonError::unavailable)); });
    daemon.stop = stop_while_signalled;
    std::_Exit(run_daemon(std::move(daemon)) ? EXIT_SUCCESS : kFailed);
  };
  EXPECT_EXIT(failing(), testing::ExitedWithCode(kFailed), "");
}

asio::awaitable<core::Result<void>> read_keyboard(int& error) {
  const int keyboard = platform::open_keyboard();
  char byte = 0;
  error = ::read(keyboard, &byte, 1) < 0 ? errno : 0;
  ::close(keyboard);
  co_return core::Result<void>{};
}

int read_keyboard_in_background() {
  if (::setpgid(0, 0) != 0) return 3;
  Life life;
  int error = 0;
  const auto read = run_daemon(daemon_of(life, [&error] { return read_keyboard(error); }));
  return read && error == EIO ? 0 : 4;
}

// In a process of its own: it takes the terminal for its session, of which it is the shell. What it exits
// with says what went wrong.
int start_background_job_in(int terminal) {
  if (::setsid() < 0 || ::ioctl(terminal, TIOCSCTTY, 0) != 0) return 1;
  ::dup2(terminal, STDIN_FILENO);
  const pid_t job = ::fork();
  if (job == 0) ::_exit(read_keyboard_in_background());
  int status = 0;
  if (::waitpid(job, &status, WUNTRACED) != job) return 1;
  if (!WIFSTOPPED(status)) return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  ::kill(job, SIGKILL);
  return 2;
}

TEST_F(RunDaemon, ABackgroundJobThatReadsItsTerminalIsNotStopped) {
  const platform::Terminal terminal;
  const pid_t shell = ::fork();
  if (shell == 0) ::_exit(start_background_job_in(terminal.descriptor()));
  int status = 0;
  ASSERT_EQ(::waitpid(shell, &status, 0), shell);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(RunDaemon, ASecondSignalEndsTheProcessAtOnce) {
  const auto stubborn = [] {
    Life life;
    auto daemon = signalled(life, {SIGTERM});
    daemon.stop = [] { return stop_slowly_and_signal_again(700ms); };
    (void)run_daemon(std::move(daemon));
    std::_Exit(EXIT_SUCCESS);
  };
  EXPECT_EXIT(stubborn(), testing::ExitedWithCode(130), "");
}

TEST_F(RunDaemon, TheEndOfItsPatienceEndsTheProcess) {
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
