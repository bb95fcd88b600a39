#include "platform/child_process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <csignal>

namespace pantheon::platform {
namespace {

using namespace std::chrono_literals;

template <class T>
T run(asio::io_context& io, asio::awaitable<T> task) {
  auto future = asio::co_spawn(io, std::move(task), asio::use_future);
  io.restart();
  io.run();
  return future.get();
}

TEST(ChildProcess, ItsOutputIsReadLineByLine) {
  asio::io_context io;
  auto child =
      ChildProcess::start(io.get_executor(), {"sh", "-c", "echo one; printf two; exit 3"}, true).value();
  EXPECT_EQ(run(io, child->read_line()), "one");
  EXPECT_EQ(run(io, child->read_line()), "two");
  EXPECT_EQ(run(io, child->read_line()), std::nullopt);
  EXPECT_EQ(run(io, child->wait()), 3);
}

TEST(ChildProcess, AnUnknownProgramExitsWith127) {
  asio::io_context io;
  auto child = ChildProcess::start(io.get_executor(), {"/no/such/program"}, true).value();
  EXPECT_EQ(run(io, child->wait()), 127);
}

TEST(ChildProcess, GetsNoOtherFileOfOurs) {
  const int ours = ::fcntl(STDERR_FILENO, F_DUPFD, 100);  // without FD_CLOEXEC, as the sockets of Asio
  ASSERT_GE(ours, 0);
  asio::io_context io;
  const auto look = "test -e /proc/$$/fd/" + std::to_string(ours);
  auto child = ChildProcess::start(io.get_executor(), {"sh", "-c", look}, true).value();
  EXPECT_EQ(run(io, child->wait()), 1);
  ::close(ours);
}

TEST(ChildProcess, ObeysSignalsThatWeIgnore) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  asio::io_context io;
  auto child = ChildProcess::start(io.get_executor(), {"sh", "-c", "kill -PIPE $$; exit 0"}, true).value();
  EXPECT_EQ(run(io, child->wait()), 128 + SIGPIPE);
  std::signal(SIGPIPE, before);
}

asio::awaitable<int> stop_and_wait(ChildProcess& child) {
  co_await child.stop(5s);
  const int code = co_await child.wait();
  co_return code;
}

TEST(ChildProcess, StopEndsItBySignal) {
  asio::io_context io;
  auto child = ChildProcess::start(io.get_executor(), {"sleep", "60"}, true).value();
  EXPECT_EQ(run(io, stop_and_wait(*child)), 128 + SIGTERM);
}

asio::awaitable<std::optional<std::string>> stop_and_read(ChildProcess& child) {
  co_await child.stop(5s);
  auto line = co_await child.read_line();
  co_return line;
}

TEST(ChildProcess, StopEndsWhatItHasStartedToo) {
  asio::io_context io;
  auto child =
      ChildProcess::start(io.get_executor(), {"sh", "-c", "sleep 20 & echo ready; wait"}, true).value();
  EXPECT_EQ(run(io, child->read_line()), "ready");
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(run(io, stop_and_read(*child)), std::nullopt);  // nobody holds the pipe any more
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

TEST(ChildProcess, OneThatIgnoresTermIsKilled) {
  asio::io_context io;
  auto child = ChildProcess::start(io.get_executor(),
                                   {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"}, true)
                   .value();
  EXPECT_EQ(run(io, child->read_line()), "ready");
  const int pid = child->pid();
  child.reset();
  EXPECT_NE(::kill(pid, 0), 0);
}

}  // namespace
}  // namespace pantheon::platform
