#include "cli/enter_key.hpp"

#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <memory>

#include "core/task_group.hpp"
#include "platform/terminal.hpp"
#include "platform/testing/terminal.hpp"

namespace pantheon::cli {
namespace {

using namespace std::chrono_literals;

void press_enter(const platform::Terminal& terminal) {
  EXPECT_EQ(::write(terminal.person(), "\n", 1), 1);
}

asio::awaitable<void> done() {
  co_return;
}

TEST(EnterKey, ActsOnEachLineUntilTheTerminalIsGone) {
  asio::io_context io;
  auto terminal = std::make_unique<platform::Terminal>();
  int pressed = 0;
  const auto act = [&] {
    if (++pressed == 1) {
      press_enter(*terminal);
    } else {
      terminal.reset();
    }
    return done();
  };
  press_enter(*terminal);
  asio::co_spawn(io, on_enter(::dup(terminal->descriptor()), act), asio::detached);
  EXPECT_GT(io.run_for(30s), 0U);
  EXPECT_TRUE(io.stopped()) << "it has ended";
  EXPECT_EQ(pressed, 2);
}

constexpr auto kPause = 10ms;

/// The shell's `fg` of this job, when it has been refused a line, and what the person presses then.
asio::awaitable<void> bring_to_foreground(const platform::Terminal& terminal) {
  (void)co_await core::sleep_for(5 * kPause);
  ::tcsetpgrp(terminal.descriptor(), ::getpgrp());
  press_enter(terminal);
}

/// A job whose terminal another one has.
int wait_in_background(const platform::Terminal& terminal) {
  asio::io_context io;
  const int keyboard = ::dup(terminal.descriptor());
  int pressed = 0;
  const auto act = [&] {
    ++pressed;
    io.stop();
    return done();
  };
  if (!platform::another_job_has(keyboard)) return 3;
  asio::co_spawn(io, on_enter(keyboard, act, kPause), asio::detached);
  asio::co_spawn(io, bring_to_foreground(terminal), asio::detached);
  io.run_for(30s);
  return pressed == 1 ? 0 : 4;
}

/// In a process of its own: it takes the terminal for its session, of which it is the shell.
int start_in_background(const platform::Terminal& terminal) {
  if (::setsid() < 0 || ::ioctl(terminal.descriptor(), TIOCSCTTY, 0) != 0) return 1;
  const pid_t job = ::fork();
  if (job == 0) {
    for (const int ignored : {SIGTTIN, SIGTTOU}) std::signal(ignored, SIG_IGN);
    ::_exit(::setpgid(0, 0) == 0 ? wait_in_background(terminal) : 2);
  }
  int status = 0;
  if (::waitpid(job, &status, 0) != job || !WIFEXITED(status)) return 1;
  return WEXITSTATUS(status);
}

TEST(EnterKey, ActsAgainWhenAJobInTheBackgroundGetsItsTerminalBack) {
  const platform::Terminal terminal;
  const pid_t shell = ::fork();
  if (shell == 0) ::_exit(start_in_background(terminal));
  int status = 0;
  ASSERT_EQ(::waitpid(shell, &status, 0), shell);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace pantheon::cli
