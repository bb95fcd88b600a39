#include "rtc/inbox.hpp"

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <thread>
#include <vector>

namespace pantheon::rtc {
namespace {

using Numbers = std::vector<int>;

struct Reading {
  boost::asio::io_context io;
  int wake_ups = 0;
  std::vector<Numbers> batches;
  std::shared_ptr<Inbox<Numbers>> inbox = std::make_shared<Inbox<Numbers>>(io.get_executor(), [this] {
    ++wake_ups;
    while (auto batch = inbox->take()) batches.push_back(std::move(*batch));
  });
  void add(int number) {
    inbox->add([number](Numbers& numbers) { numbers.push_back(number); });
  }
};

TEST(Inbox, ManyReportsWhileTheExecutorIsBusyAreOneWakeUp) {
  Reading reading;
  for (int i = 0; i < 100; ++i) reading.add(i);
  reading.io.run();
  EXPECT_EQ(reading.wake_ups, 1);
  ASSERT_EQ(reading.batches.size(), 1U);
  EXPECT_EQ(reading.batches[0].size(), 100U);
}

TEST(Inbox, AReportAfterTheLastBatchWakesAgain) {
  Reading reading;
  reading.add(1);
  reading.io.run();
  reading.io.restart();
  reading.add(2);
  reading.io.run();
  EXPECT_EQ(reading.batches, (std::vector<Numbers>{{1}, {2}}));
}

TEST(Inbox, NothingIsCalledAfterDetach) {
  Reading reading;
  reading.add(1);
  reading.inbox->detach();
  reading.add(2);
  reading.io.run();
  EXPECT_TRUE(reading.batches.empty());
}

TEST(Inbox, ReportsOfAnotherThreadArriveInOrderAndWhole) {
  constexpr int kCount = 20'000;
  Reading reading;
  {
    auto work = boost::asio::make_work_guard(reading.io);
    std::thread reporter([&reading, work = std::move(work)]() mutable {
      for (int i = 0; i < kCount; ++i) reading.add(i);
      work.reset();
    });
    reading.io.run();
    reporter.join();
  }
  int expected = 0;
  for (const auto& batch : reading.batches) {
    for (const int number : batch) ASSERT_EQ(number, expected++);
  }
  EXPECT_EQ(expected, kCount);
}

}  // namespace
}  // namespace pantheon::rtc
