#include "core/run_on.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "core/loop_thread.hpp"
#include "core/task_group.hpp"

namespace pantheon::core {
namespace {

asio::awaitable<std::thread::id> which_thread() {
  co_return std::this_thread::get_id();
}

asio::awaitable<std::string> fails() {
  throw std::runtime_error("broken");
  co_return "";
}

asio::awaitable<int> takes_long() {
  static_cast<void>(co_await sleep_for(std::chrono::milliseconds(50)));
  co_return 7;
}

class RunOnTest : public testing::Test {
 protected:
  RunOnTest() { there.start(); }
  void run(asio::awaitable<void> task) {
    asio::co_spawn(here, std::move(task), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
    here.run();
  }
  asio::io_context here{1};  // outlives what runs there
  LoopThread there;
};

TEST_F(RunOnTest, RunsThereAndResumesHere) {
  run([](asio::any_io_executor executor) -> asio::awaitable<void> {
    const auto ran = co_await run_on(executor, which_thread());
    EXPECT_NE(ran, std::this_thread::get_id());
    const auto resumed = co_await which_thread();
    EXPECT_EQ(resumed, std::this_thread::get_id());
  }(there.executor()));
}

TEST_F(RunOnTest, AnExceptionComesBack) {
  run([](asio::any_io_executor executor) -> asio::awaitable<void> {
    std::string said;
    try {
      static_cast<void>(co_await run_on(executor, fails()));
    } catch (const std::runtime_error& error) {
      said = error.what();
    }
    EXPECT_EQ(said, "broken");
  }(there.executor()));
}

TEST_F(RunOnTest, WhoIsCancelledStopsWaitingAndTheOtherRunsToItsEnd) {
  TaskGroup tasks(here.get_executor());
  bool got_nothing = false;
  const auto wait = [](asio::any_io_executor executor, bool& nothing) -> asio::awaitable<void> {
    const auto value = co_await run_on(executor, takes_long());
    nothing = !value;
  };
  tasks.spawn(wait(there.executor(), got_nothing));
  run([](TaskGroup& group) -> asio::awaitable<void> {
    static_cast<void>(co_await sleep_for(std::chrono::milliseconds(1)));
    group.cancel();
    co_await group.join();
  }(tasks));
  EXPECT_TRUE(got_nothing);
}

TEST(LoopThread, DoesWhatWasPostedBeforeItBeganAndFinishesWhenNothingIsLeft) {
  int done = 0;
  LoopThread loop;
  asio::post(loop.executor(), [&] { ++done; });
  loop.start();
  asio::post(loop.executor(), [&] { ++done; });
  loop.finish();
  EXPECT_EQ(done, 2);
}

}  // namespace
}  // namespace pantheon::core
