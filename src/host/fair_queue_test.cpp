#include "host/fair_queue.hpp"

#include <gmock/gmock.h>

#include "core/task_group.hpp"
#include "engine/testing/run.hpp"

namespace pantheon::host {
namespace {

using engine::testing::run_until;
using ::testing::ElementsAre;

struct Visitor {
  FairQueue::Place place;
  std::vector<std::size_t> positions;
  std::string error;
};

asio::awaitable<void> visit(FairQueue& queue, std::string lane, Visitor& visitor) {
  auto place =
      co_await queue.enter(lane, {}, [&visitor](std::size_t at) { visitor.positions.push_back(at); });
  if (place) {
    visitor.place = *std::move(place);
  } else {
    visitor.error = place.error().code();
  }
}

class FairQueueTest : public ::testing::Test {
 protected:
  asio::io_context io;
  core::TaskGroup tasks{io.get_executor()};
};

TEST_F(FairQueueTest, TellsLivePositionsAndServesInTurn) {
  FairQueue queue(io.get_executor(), {.running = 1});
  Visitor first;
  Visitor second;
  Visitor third;
  tasks.spawn(visit(queue, "a", first));
  tasks.spawn(visit(queue, "b", second));
  tasks.spawn(visit(queue, "c", third));
  io.poll();
  EXPECT_TRUE(first.positions.empty()) << "who is served at once does not wait";
  EXPECT_THAT(second.positions, ElementsAre(1));
  EXPECT_THAT(third.positions, ElementsAre(2));
  first.place.release();
  EXPECT_TRUE(run_until(io, [&] { return third.positions.size() == 2; }));
  EXPECT_THAT(third.positions, ElementsAre(2, 1));
  EXPECT_EQ(queue.running(), 1U);
  EXPECT_EQ(queue.waiting(), 1U);
  second.place.release();
  third.place.release();
  EXPECT_TRUE(run_until(io, [&] { return tasks.size() == 0; }));
  third.place.release();
  EXPECT_EQ(queue.running(), 0U);
}

TEST_F(FairQueueTest, ACancelledWaiterLeavesTheLine) {
  FairQueue queue(io.get_executor(), {.running = 1});
  Visitor first;
  Visitor second;
  Visitor third;
  core::TaskGroup impatient(io.get_executor());
  tasks.spawn(visit(queue, "a", first));
  io.poll();
  impatient.spawn(visit(queue, "b", second));
  tasks.spawn(visit(queue, "c", third));
  io.restart();
  io.poll();
  EXPECT_THAT(third.positions, ElementsAre(2));
  impatient.cancel();
  EXPECT_TRUE(run_until(io, [&] { return queue.waiting() == 1; }));
  first.place.release();
  EXPECT_TRUE(run_until(io, [&] { return queue.waiting() == 0 && tasks.size() == 0; }));
  EXPECT_EQ(queue.running(), 1U);
  third.place.release();
}

TEST_F(FairQueueTest, MoreRoomAdmitsThoseWhoWait) {
  FairQueue queue(io.get_executor(), {.running = 1});
  Visitor first;
  Visitor second;
  tasks.spawn(visit(queue, "a", first));
  tasks.spawn(visit(queue, "b", second));
  io.poll();
  EXPECT_EQ(queue.running(), 1U);
  queue.set_running_limit(2);
  EXPECT_TRUE(run_until(io, [&] { return queue.running() == 2 && tasks.size() == 0; }));
}

TEST_F(FairQueueTest, AFullLineIsRefusedAtOnce) {
  FairQueue queue(io.get_executor(), {.running = 1, .waiting = 1});
  std::vector<Visitor> visitors(3);
  for (auto& visitor : visitors) tasks.spawn(visit(queue, "a", visitor));
  io.poll();
  EXPECT_EQ(visitors[2].error, "queue_full");
  tasks.cancel();
  io.restart();
  io.run();
}

TEST_F(FairQueueTest, APlaceMayOutliveItsQueue) {
  Visitor visitor;
  {
    FairQueue queue(io.get_executor(), {.running = 1});
    tasks.spawn(visit(queue, "a", visitor));
    io.poll();
  }
  visitor.place.release();
}

}  // namespace
}  // namespace pantheon::host
