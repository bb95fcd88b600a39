#include "core/async_event.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/task_group.hpp"

namespace pantheon::core {
namespace {

using namespace std::chrono_literals;

asio::awaitable<void> note(AsyncEvent& event, int& woken, bool& alive) {
  alive = co_await event.wait();
  ++woken;
}

TEST(AsyncEvent, WakesEveryoneWhoWaits) {
  asio::io_context io;
  AsyncEvent event(io.get_executor());
  TaskGroup group(io.get_executor());
  int woken = 0;
  bool alive = false;
  group.spawn(note(event, woken, alive));
  group.spawn(note(event, woken, alive));
  asio::post(io, [&] { asio::post(io, [&] { event.notify(); }); });
  io.run();
  EXPECT_EQ(woken, 2);
  EXPECT_TRUE(alive);
}

TEST(AsyncEvent, TellsAWaiterThatItWasCancelled) {
  asio::io_context io;
  AsyncEvent event(io.get_executor());
  TaskGroup group(io.get_executor());
  int woken = 0;
  bool alive = true;
  group.spawn(note(event, woken, alive));
  asio::post(io, [&] { asio::post(io, [&] { group.cancel(); }); });
  io.run();
  EXPECT_EQ(woken, 1);
  EXPECT_FALSE(alive);
}

asio::awaitable<void> note_until(AsyncEvent& event, int& woken) {
  const bool alive = co_await event.wait_until(std::chrono::steady_clock::now() + 5ms);
  if (alive) ++woken;
}

TEST(AsyncEvent, ReturnsAtTheDeadline) {
  asio::io_context io;
  AsyncEvent event(io.get_executor());
  TaskGroup group(io.get_executor());
  int woken = 0;
  group.spawn(note_until(event, woken));
  io.run();
  EXPECT_EQ(woken, 1);
}

}  // namespace
}  // namespace pantheon::core
