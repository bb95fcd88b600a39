#include "platform/terminal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "platform/testing/terminal.hpp"

namespace pantheon::platform {
namespace {

/// Standard input or output is something else while it lasts: nothing is expected meanwhile, as that prints.
class Redirected {
 public:
  Redirected(int standard, int to) : standard_(standard) {
    std::fflush(stdout);
    saved_ = ::dup(standard);
    ::dup2(to, standard);
  }
  ~Redirected() {
    ::dup2(saved_, standard_);
    ::close(saved_);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  int standard_;
  int saved_;
};

class TerminalTest : public testing::Test {
 protected:
  TerminalTest() {
    ::setenv("TERM", "xterm", 1);
    ::unsetenv("NO_COLOR");
    if (::pipe(pipe_) != 0) throw std::runtime_error("pipe");
  }
  ~TerminalTest() override {
    for (const int end : pipe_) ::close(end);
    ::unsetenv("NO_COLOR");
  }
  template <class Answer>
  static Answer with_output_to(int descriptor, Answer (*ask)()) {
    const Redirected output(STDOUT_FILENO, descriptor);
    return ask();
  }
  template <class Answer>
  static Answer with_input_from(int descriptor, Answer (*ask)()) {
    const Redirected input(STDIN_FILENO, descriptor);
    return ask();
  }

  Terminal terminal_;
  int pipe_[2] = {-1, -1};
};

TEST_F(TerminalTest, IsToldFromAPipe) {
  EXPECT_TRUE(with_output_to(terminal_.descriptor(), stdout_is_terminal));
  EXPECT_FALSE(with_output_to(pipe_[1], stdout_is_terminal));
  EXPECT_TRUE(with_input_from(terminal_.descriptor(), stdin_is_terminal));
  EXPECT_FALSE(with_input_from(pipe_[0], stdin_is_terminal));
}

TEST_F(TerminalTest, HasItsColumnsOrEighty) {
  terminal_.set_columns(123);
  EXPECT_EQ(with_output_to(terminal_.descriptor(), terminal_columns), 123U);
  terminal_.set_columns(0);
  EXPECT_EQ(with_output_to(terminal_.descriptor(), terminal_columns), 80U);
  EXPECT_EQ(with_output_to(pipe_[1], terminal_columns), 80U);
}

TEST_F(TerminalTest, IsColouredUnlessSomebodySaysNo) {
  EXPECT_TRUE(with_output_to(terminal_.descriptor(), stdout_has_colour));
  EXPECT_FALSE(with_output_to(pipe_[1], stdout_has_colour));
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(with_output_to(terminal_.descriptor(), stdout_has_colour));
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(with_output_to(terminal_.descriptor(), stdout_has_colour));
  ::unsetenv("TERM");
  EXPECT_FALSE(with_output_to(terminal_.descriptor(), stdout_has_colour));
}

TEST_F(TerminalTest, HasNoKeyboardWhereInputIsAPipe) {
  EXPECT_EQ(with_input_from(pipe_[0], open_keyboard), -1);
}

// In a process of its own: it takes the terminal for its session. What it exits with says which step went
// wrong.
int open_keyboard_of(int terminal) {
  if (::setsid() < 0 || ::ioctl(terminal, TIOCSCTTY, 0) != 0) return 1;
  ::dup2(terminal, STDIN_FILENO);
  ::dup2(terminal, STDOUT_FILENO);
  const int keyboard = open_keyboard();
  if (keyboard < 0) return 2;
  if ((::fcntl(keyboard, F_GETFD) & FD_CLOEXEC) == 0) return 3;
  ::fcntl(keyboard, F_SETFL, O_NONBLOCK);
  if ((::fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK) != 0) return 4;
  char byte = 0;
  return ::read(keyboard, &byte, 1) < 0 && errno == EAGAIN ? 0 : 5;
}

TEST_F(TerminalTest, ReadsItsKeyboardWithoutMakingItsOutputNonBlocking) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(open_keyboard_of(terminal_.descriptor()));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace pantheon::platform
