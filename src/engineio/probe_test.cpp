#include "engineio/probe.hpp"

#include <gtest/gtest.h>

#include "core/task_group.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::engineio {
namespace {

using namespace std::chrono_literals;

/// The transport a client wants to go over to; its other end is the test.
class Candidate final : public Transport {
 public:
  explicit Candidate(asio::any_io_executor executor) : changed(std::move(executor)) {}
  std::string_view name() const override { return "candidate"; }
  asio::awaitable<core::Result<Packet>> receive() override {
    while (incoming.empty()) {
      if (aborted) co_return core::failure(EngineioError::closed);
      co_await changed.wait();
    }
    Packet packet = std::move(incoming.front());
    incoming.pop_front();
    co_return packet;
  }
  asio::awaitable<core::Result<void>> send(Outbox& outbox) override {
    while (!outbox.empty()) sent.push_back(*outbox.pop().data);
    co_return core::Result<void>();
  }
  asio::awaitable<void> close() override {
    abort();
    co_return;
  }
  void abort() override {
    aborted = true;
    changed.notify();
  }

  core::AsyncEvent changed;
  std::deque<Packet> incoming;
  std::vector<std::string> sent;
  bool aborted = false;
};

class ProbeTest : public testing::Test {
 protected:
  bool run(std::chrono::milliseconds timeout = 5s) {
    return loop.run(probe(polling, candidate, timeout, tasks));
  }
  static asio::awaitable<void> poll(std::shared_ptr<PollingTransport> transport, std::string& body) {
    body = (co_await PollingTransport::poll(transport)).body;
  }

  http::TestLoop loop;
  std::shared_ptr<core::TaskGroup> tasks = std::make_shared<core::TaskGroup>(loop.executor());
  std::shared_ptr<PollingTransport> polling =
      std::make_shared<PollingTransport>(loop.executor(), PayloadLimits());
  std::shared_ptr<Candidate> candidate = std::make_shared<Candidate>(loop.executor());
  const Packet ping{PacketType::ping, "probe", false};
  const Packet upgrade{PacketType::upgrade, "", false};
};

TEST_F(ProbeTest, AnswersAndLetsAWaitingPollGo) {
  std::string body;
  tasks->spawn(poll(polling, body));
  candidate->incoming = {ping, upgrade};
  EXPECT_TRUE(run());
  loop.run(tasks->join());
  EXPECT_EQ(candidate->sent, std::vector<std::string>{"3probe"});
  EXPECT_EQ(body, "6");
}

TEST_F(ProbeTest, LetsLaterPollsGoToo) {
  candidate->incoming = {ping};
  tasks->spawn([](std::shared_ptr<PollingTransport> p, std::shared_ptr<Candidate> c,
                  Packet last) -> asio::awaitable<void> {
    for (int i = 0; i < 2; ++i) {
      std::string body;
      co_await poll(p, body);
      EXPECT_EQ(body, "6");
    }
    c->incoming.push_back(std::move(last));
    c->changed.notify();
  }(polling, candidate, upgrade));
  EXPECT_TRUE(run());
  loop.run(tasks->join());
}

TEST_F(ProbeTest, GoesNowhereWithoutUpgradeInTime) {
  candidate->incoming = {ping};
  EXPECT_FALSE(run(20ms));
  EXPECT_TRUE(candidate->aborted);
}

TEST_F(ProbeTest, AnythingElseIsNoProbe) {
  candidate->incoming = {Packet{PacketType::message, "probe", false}};
  EXPECT_FALSE(run());
  candidate->incoming = {Packet{PacketType::ping, "", false}};
  EXPECT_FALSE(run());
}

TEST_F(ProbeTest, TheUpgradeAloneWillDo) {
  candidate->incoming = {upgrade};
  EXPECT_TRUE(run());
}

}  // namespace
}  // namespace pantheon::engineio
