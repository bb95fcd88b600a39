#include "engineio/send_turn.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "engineio/connection.hpp"

namespace pantheon::engineio {
namespace {

/// Notes when its connection sends.
class NotingTransport final : public Transport {
 public:
  explicit NotingTransport(std::vector<std::size_t>& sent_at, const std::size_t& now)
      : sent_at_(sent_at), now_(now) {}
  std::string_view name() const override { return "noting"; }
  asio::awaitable<core::Result<Packet>> receive() override { co_return core::failure(EngineioError::closed); }
  void send_now(Outbox& outbox) override {
    sent_at_.push_back(now_);
    while (!outbox.empty()) outbox.pop();
  }
  asio::awaitable<core::Result<void>> send(Outbox&) override { co_return core::Result<void>(); }
  asio::awaitable<void> close() override { co_return; }
  void abort() override {}

 private:
  std::vector<std::size_t>& sent_at_;
  const std::size_t& now_;
};

class SendTurnTest : public testing::Test {
 protected:
  /// One more connection has something to send.
  void something_comes() {
    auto connection =
        std::make_shared<Connection>("id", Role::server, Session::Timing{},
                                     std::make_shared<NotingTransport>(sent_at, came), surroundings);
    static_cast<void>(connection->send_message("x"));
    connections.push_back(std::move(connection));
    ++came;
  }
  /// So many a turn of the loop, for some turns.
  void comes(std::size_t a_turn, std::size_t turns) {
    for (std::size_t i = 0; i < a_turn; ++i) something_comes();
    if (turns > 1) asio::post(loop, [this, a_turn, turns] { comes(a_turn, turns - 1); });
  }
  void TearDown() override {
    for (const auto& connection : connections) connection->abort(CloseReason::forced_close);
    surroundings->timeouts->rest();
    tasks->cancel();
    loop.restart();
    loop.run();
  }

  asio::io_context loop{1};
  std::size_t came = 0;
  std::vector<std::size_t> sent_at;  ///< how many had come when each sent
  std::shared_ptr<core::TaskGroup> tasks = std::make_shared<core::TaskGroup>(loop.get_executor());
  std::shared_ptr<const Surroundings> surroundings =
      std::make_shared<const Surroundings>(tasks, QueueLimits{});
  std::vector<std::shared_ptr<Connection>> connections;
};

TEST_F(SendTurnTest, WhatComesAloneGoesAtOnce) {
  comes(1, 3);
  loop.poll();
  EXPECT_EQ(sent_at, (std::vector<std::size_t>{1, 2, 3}));
}

TEST_F(SendTurnTest, WhatAFewBusyTurnsBringGoesTogether) {
  comes(2, 4);
  loop.poll();
  EXPECT_EQ(sent_at, std::vector<std::size_t>(8, 8));
}

TEST_F(SendTurnTest, NobodyWaitsLongWhileMoreComesWithoutEnd) {
  comes(2, 100);
  loop.poll();
  ASSERT_EQ(sent_at.size(), 200U);
  for (std::size_t i = 0; i < sent_at.size(); ++i) EXPECT_LE(sent_at[i], i + 40) << "the one numbered " << i;
}

TEST_F(SendTurnTest, ManyDoNotWaitForMore) {
  comes(40, 2);
  loop.poll();
  ASSERT_EQ(sent_at.size(), 80U);
  EXPECT_EQ(sent_at.front(), 40U);
}

}  // namespace
}  // namespace pantheon::engineio
