#include "engineio/connection.hpp"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <deque>

#include "core/async_event.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::engineio {
namespace {

using namespace std::chrono_literals;

/// A transport whose other end is the test.
struct Wire {
  explicit Wire(asio::any_io_executor executor) : changed(executor) {}
  core::AsyncEvent changed;
  std::deque<core::Result<Packet>> incoming;
  std::vector<std::string> sent;
  bool blocked = false;
  bool takes_at_once = false;
  bool closed = false;
  bool said_goodbye = false;
};

class WireTransport final : public Transport {
 public:
  explicit WireTransport(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {}
  std::string_view name() const override { return "wire"; }
  asio::awaitable<core::Result<Packet>> receive() override {
    while (wire_->incoming.empty()) {
      if (wire_->closed) co_return core::failure(EngineioError::closed);
      co_await wire_->changed.wait();
    }
    auto packet = std::move(wire_->incoming.front());
    wire_->incoming.pop_front();
    co_return packet;
  }
  void send_now(Outbox& outbox) override {
    while (wire_->takes_at_once && !wire_->closed && !outbox.empty())
      wire_->sent.push_back(*outbox.pop().data);
  }
  asio::awaitable<core::Result<void>> send(Outbox& outbox) override {
    while (!outbox.empty()) {
      while (wire_->blocked && !wire_->closed) co_await wire_->changed.wait();
      if (wire_->closed) co_return core::failure(EngineioError::closed);
      wire_->sent.push_back(*outbox.pop().data);
      wire_->changed.notify();
    }
    co_return core::Result<void>();
  }
  bool says_goodbye() const override { return true; }
  asio::awaitable<void> close() override {
    wire_->said_goodbye = !wire_->closed;
    abort();
    co_return;
  }
  void abort() override {
    wire_->closed = true;
    wire_->changed.notify();
  }

 private:
  std::shared_ptr<Wire> wire_;
};

class ConnectionTest : public testing::Test {
 protected:
  std::shared_ptr<Connection> open(Session::Timing timing = {}, QueueLimits limits = {}) {
    auto connection = std::make_shared<Connection>("id", Role::server, timing,
                                                   std::make_shared<WireTransport>(wire), tasks, limits);
    connection->on_message([this](const PacketView& packet) { received.emplace_back(packet.data); });
    connection->on_close([this](CloseReason why) { reasons.push_back(why); });
    return connection;
  }
  static asio::awaitable<void> turn(std::function<void()> action) {
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    action();
  }
  void TearDown() override {
    tasks->cancel();
    loop.run(tasks->join());
  }

  http::TestLoop loop;
  std::shared_ptr<Wire> wire = std::make_shared<Wire>(loop.executor());
  std::shared_ptr<core::TaskGroup> tasks = std::make_shared<core::TaskGroup>(loop.executor());
  std::vector<std::string> received;
  std::vector<CloseReason> reasons;
};

TEST_F(ConnectionTest, DeliversMessagesInOrderAndSaysWhyItEnds) {
  const auto connection = open();
  wire->incoming = {Packet{PacketType::message, "a", false}, Packet{PacketType::message, "b", false},
                    core::failure(EngineioError::bad_packet_type)};
  loop.run(Connection::run(connection));
  EXPECT_EQ(received, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(reasons, std::vector<CloseReason>{CloseReason::parse_error});
  EXPECT_EQ(connection->send_message("late").error().code(), "engine_closed");
}

TEST_F(ConnectionTest, SendsWhatWaitsBeforeItCloses) {
  const auto connection = open();
  EXPECT_TRUE(connection->send_message("a"));
  EXPECT_TRUE(connection->send_message("b"));
  connection->close();
  loop.run(Connection::run(connection));
  EXPECT_EQ(wire->sent, (std::vector<std::string>{"4a", "4b"}));
  EXPECT_EQ(reasons, std::vector<CloseReason>{CloseReason::forced_close});
}

TEST_F(ConnectionTest, ASlowReaderIsDisconnected) {
  QueueLimits limits;
  limits.max_packets = 3;
  const auto connection = open({}, limits);
  wire->blocked = true;
  core::Result<void> sent;
  for (int i = 0; i < 4; ++i) sent = connection->send_message("x");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code(), "send_queue_full");
  EXPECT_EQ(reasons, std::vector<CloseReason>{CloseReason::transport_error});
}

TEST_F(ConnectionTest, AReaderIsNotSlowThatTakesAtOnceWhatABusyTurnBrings) {
  QueueLimits limits;
  limits.max_packets = 3;
  const auto connection = open({}, limits);
  wire->takes_at_once = true;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(connection->send_message("x"));
  loop.run(turn([] {}));
  loop.run(turn([] {}));
  EXPECT_EQ(wire->sent.size(), 10U);
  EXPECT_TRUE(connection->open());
}

TEST_F(ConnectionTest, APeerThatEndsItOrMakesNoSenseGetsItsAnswersAndAGoodbye) {
  const std::vector<core::Result<Packet>> ends{Packet{PacketType::close, {}, false},
                                               Packet{PacketType::ping, {}, false},
                                               core::failure(EngineioError::bad_packet_type)};
  for (const auto& end : ends) {
    wire = std::make_shared<Wire>(loop.executor());
    wire->takes_at_once = true;
    const auto connection = open();
    connection->on_message(
        [&](const PacketView& packet) { static_cast<void>(connection->send(encode_frame(packet))); });
    wire->incoming = {Packet{PacketType::message, "a", false}, end};
    loop.run(Connection::run(connection));
    loop.run(tasks->join());
    EXPECT_EQ(wire->sent, std::vector<std::string>{"4a"});
    EXPECT_TRUE(wire->said_goodbye);
    EXPECT_FALSE(connection->open());
  }
}

TEST_F(ConnectionTest, WhoIsAbortedOrGoneGetsNoGoodbye) {
  const auto connection = open();
  connection->abort(CloseReason::forced_close);
  loop.run(tasks->join());
  EXPECT_TRUE(wire->closed);
  EXPECT_FALSE(wire->said_goodbye);
}

TEST_F(ConnectionTest, TheQueueIsLimitedInBytesToo) {
  QueueLimits limits;
  limits.max_bytes = {10};
  const auto connection = open({}, limits);
  EXPECT_FALSE(connection->send_message(std::string(20, 'x')));
}

TEST_F(ConnectionTest, EndsWhenNoPongComes) {
  const auto connection = open({5ms, 5ms});
  loop.run(Connection::run(connection));
  EXPECT_EQ(wire->sent, std::vector<std::string>{"2"});
  EXPECT_EQ(reasons, std::vector<CloseReason>{CloseReason::ping_timeout});
}

TEST_F(ConnectionTest, EndsWhenItsCoroutineIsCancelled) {
  const auto connection = open();
  core::TaskGroup runs(loop.executor());
  runs.spawn(Connection::run(connection));
  runs.cancel();
  loop.run(runs.join());
  EXPECT_EQ(reasons, std::vector<CloseReason>{CloseReason::transport_close});
}

TEST_F(ConnectionTest, AnUpgradeLosesAndReordersNothing) {
  const auto connection = open();
  const auto better = std::make_shared<Wire>(loop.executor());
  better->incoming = {Packet{PacketType::message, "c", false}};
  wire->blocked = true;
  wire->incoming = {Packet{PacketType::message, "a", false}};
  EXPECT_TRUE(connection->send_message("1"));
  tasks->spawn(Connection::run(connection));
  loop.run(turn([&] {
    connection->upgrade(std::make_shared<WireTransport>(better), {Packet{PacketType::message, "b", false}});
    static_cast<void>(connection->send_message("2"));
    wire->closed = true;
    wire->changed.notify();
    tasks->spawn(Connection::run(connection));
  }));
  loop.run(turn([&] { connection->close(); }));
  loop.run(tasks->join());
  EXPECT_EQ(received, (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(wire->sent.empty());
  EXPECT_EQ(better->sent, (std::vector<std::string>{"41", "42"}));
  EXPECT_EQ(reasons, std::vector<CloseReason>{CloseReason::forced_close});
}

TEST_F(ConnectionTest, IsWritableWhenNothingWaits) {
  const auto connection = open();
  EXPECT_TRUE(connection->writable());
  EXPECT_TRUE(connection->send_message("a"));
  EXPECT_FALSE(connection->writable());
  tasks->spawn(Connection::run(connection));
  while (wire->sent.empty()) loop.run(turn([] {}));
  loop.run(turn([] {}));
  EXPECT_TRUE(connection->writable());
}

TEST_F(ConnectionTest, AHandlerMayEndItsConnection) {
  const auto connection = open();
  connection->on_message([&](const PacketView&) { connection->abort(CloseReason::forced_close); });
  wire->incoming = {Packet{PacketType::message, "a", false}, Packet{PacketType::message, "b", false}};
  loop.run(Connection::run(connection));
  EXPECT_EQ(reasons, std::vector<CloseReason>{CloseReason::forced_close});
}

}  // namespace
}  // namespace pantheon::engineio
