#include "core/task_group.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <stdexcept>

namespace pantheon::core {
namespace {

using namespace std::chrono_literals;

asio::awaitable<void> wait_until_cancelled(bool& ended) {
  ended = !co_await sleep_for(1h);
}

asio::awaitable<void> cancel_and_join(TaskGroup& group, bool& joined) {
  group.cancel();
  co_await group.join();
  joined = true;
}

TEST(TaskGroup, CancelsAndAwaitsWhatItOwns) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  bool ended = false;
  bool joined = false;
  group.spawn(wait_until_cancelled(ended));
  asio::post(io, [&] { asio::co_spawn(io, cancel_and_join(group, joined), asio::detached); });
  io.run();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(joined);
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, ACancellationThatArrivesAfterTheTasksEndIsHarmless) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  asio::steady_timer timer(io, 1h);
  group.spawn([](asio::steady_timer& waited) -> asio::awaitable<void> {
    boost::system::error_code ignored;
    co_await waited.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }(timer));
  io.poll();
  // From outside of the executor: the end of the wait is queued first, the cancellation behind it.
  timer.cancel();
  group.cancel();
  io.restart();
  io.run();
  EXPECT_EQ(group.size(), 0U);
}

asio::awaitable<void> throw_at_once() {
  throw std::runtime_error("expected by this test");
  co_return;
}

TEST(TaskGroup, AnExceptionEndsOneTaskAlone) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  bool ended = false;
  bool joined = false;
  group.spawn(throw_at_once());
  group.spawn(wait_until_cancelled(ended));
  asio::post(io, [&] { asio::co_spawn(io, cancel_and_join(group, joined), asio::detached); });
  io.run();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(joined);
}

TEST(TaskGroup, OneTaskCanBeCancelledAlone) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  bool first_ended = false;
  bool second_ended = false;
  const Task first = group.spawn(wait_until_cancelled(first_ended));
  group.spawn(wait_until_cancelled(second_ended));
  asio::post(io, [&] {
    first.cancel();
    asio::post(io, [&] {
      EXPECT_TRUE(first_ended);
      EXPECT_FALSE(second_ended);
      EXPECT_EQ(group.size(), 1U);
      group.cancel();
    });
  });
  io.run();
  EXPECT_TRUE(second_ended);
}

TEST(TaskGroup, StartsNothingAfterCancel) {
  asio::io_context io;
  TaskGroup group(io.get_executor());
  bool ended = false;
  group.cancel();
  group.spawn(wait_until_cancelled(ended));
  EXPECT_EQ(group.size(), 0U);
}

}  // namespace
}  // namespace pantheon::core
