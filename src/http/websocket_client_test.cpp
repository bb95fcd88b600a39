#include "http/websocket_client.hpp"

#include <gtest/gtest.h>

#include "core/async_event.hpp"
#include "core/task_group.hpp"
#include "http/server.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::http {
namespace {

using namespace std::chrono_literals;

/// A server that keeps the WebSocket it is given, for the test to use.
class WebSocketTest : public testing::Test {
 protected:
  WebSocketTest() {
    UpgradeOptions options;
    options.max_message = {1000};
    server.upgrade(
        "/ws",
        [this](Request, std::unique_ptr<WebSocket> socket) {
          remote = std::move(socket);
          changed.notify();
          return stay(released);
        },
        options);
    EXPECT_TRUE(server.listen());
  }
  void TearDown() override {
    released.notify();
    loop.run(server.stop());
  }

  static asio::awaitable<void> stay(core::AsyncEvent& until) { co_await until.wait(); }
  static asio::awaitable<void> until(core::AsyncEvent& event) { co_await event.wait(); }

  std::unique_ptr<WebSocket> connect(WebSocketLimits limits = {}) {
    const auto url = parse_url("ws://127.0.0.1:" + std::to_string(server.port()) + "/ws").value();
    auto socket = loop.run(connect_websocket(loop.executor(), url, {}, limits));
    EXPECT_TRUE(socket) << socket.error().message();
    if (!remote) loop.run(until(changed));
    return std::move(*socket);
  }

  TestLoop loop;
  core::AsyncEvent changed{loop.executor()};
  core::AsyncEvent released{loop.executor()};
  std::unique_ptr<WebSocket> remote;
  Server server{loop.executor()};
};

TEST_F(WebSocketTest, CarriesTextAndBinaryBothWays) {
  const auto local = connect();
  EXPECT_TRUE(loop.run(local->write("to the server", true)));
  const auto message = loop.run(remote->read()).value();
  EXPECT_EQ(message.data, "to the server");
  EXPECT_TRUE(message.is_text);
  const std::string bytes("\0\xFF\x80", 3);
  EXPECT_TRUE(loop.run(remote->write(bytes, false)));
  const auto back = loop.run(local->read()).value();
  EXPECT_EQ(back.data, bytes);
  EXPECT_FALSE(back.is_text);
}

TEST_F(WebSocketTest, CarriesMessagesLargerThanTheBuffersOfTheSystem) {
  WebSocketLimits limits;
  limits.max_message = {20'000'000};
  const auto local = connect(limits);
  const std::string large(8'000'000, 'x');
  core::TaskGroup tasks(loop.executor());
  const auto write = [](WebSocket& to, const std::string& data) -> asio::awaitable<void> {
    co_await to.write(data, false);
  };
  tasks.spawn(write(*remote, large));
  EXPECT_EQ(loop.run(local->read()).value().data.size(), large.size());
}

TEST_F(WebSocketTest, KeepsTheOrderOfManyMessagesInOneRead) {
  const auto local = connect();
  for (int i = 0; i < 500; ++i) EXPECT_TRUE(loop.run(local->write(std::to_string(i), true)));
  for (int i = 0; i < 500; ++i) EXPECT_EQ(loop.run(remote->read()).value().data, std::to_string(i));
}

TEST_F(WebSocketTest, EndsAtAMessageBeyondTheLimit) {
  const auto local = connect();
  EXPECT_TRUE(loop.run(local->write(std::string(1001, 'x'), true)));
  EXPECT_EQ(loop.run(remote->read()).error().code(), "too_large");
  EXPECT_EQ(loop.run(local->read()).error().code(), "connection_closed");
}

TEST_F(WebSocketTest, EndsAtTextThatIsNotUtf8) {
  const auto local = connect();
  EXPECT_TRUE(loop.run(local->write("\xFF\xFE", true)));
  EXPECT_EQ(loop.run(remote->read()).error().code(), "bad_utf8");
}

TEST_F(WebSocketTest, AClosePassesToTheOtherSide) {
  const auto local = connect();
  core::TaskGroup tasks(loop.executor());
  const auto close = [](WebSocket& socket) -> asio::awaitable<void> {
    std::string reason = "done";
    co_await socket.close(1000, std::move(reason));
  };
  tasks.spawn(close(*local));
  EXPECT_EQ(loop.run(remote->read()).error().code(), "connection_closed");
  loop.run(tasks.join());
  EXPECT_FALSE(loop.run(local->write("late", true)));
}

TEST_F(WebSocketTest, ClosingDoesNotWaitForAPeerThatStaysSilent) {
  const auto local = connect();
  const auto begin = std::chrono::steady_clock::now();
  std::string reason;
  loop.run(local->close(1000, reason));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(WebSocketTest, AbortEndsAPendingRead) {
  const auto local = connect();
  asio::post(loop.context(), [&] { local->abort(); });
  EXPECT_EQ(loop.run(local->read()).error().code(), "connection_closed");
  EXPECT_EQ(loop.run(remote->read()).error().code(), "connection_closed");
}

TEST_F(WebSocketTest, StoppingTheServerEndsItsConnections) {
  const auto local = connect();
  remote.reset();
  EXPECT_EQ(loop.run(local->read()).error().code(), "connection_closed");
}

TEST_F(WebSocketTest, IsRefusedWhereNoWebSocketIsServed) {
  const auto url = parse_url("ws://127.0.0.1:" + std::to_string(server.port()) + "/other").value();
  const auto socket = loop.run(connect_websocket(loop.executor(), url));
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code(), "upgrade_refused");
}

}  // namespace
}  // namespace pantheon::http
