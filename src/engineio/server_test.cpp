#include "engineio/server.hpp"

#include <gtest/gtest.h>

#include "core/async_event.hpp"
#include "engineio/client.hpp"
#include "http/server.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::engineio {
namespace {

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    server.on_connection([](const std::shared_ptr<Connection>& connection, const http::Request&) {
      connection->on_message([weak = std::weak_ptr(connection)](const Packet& packet) {
        if (const auto to = weak.lock()) static_cast<void>(to->send(encode_frame(packet)));
      });
    });
    server.attach(web, "/engine.io/");
    EXPECT_TRUE(web.listen());
    options.url = "http://127.0.0.1:" + std::to_string(web.port());
  }
  void TearDown() override {
    loop.run(server.stop());
    tasks->cancel();
    loop.run(tasks->join());
    loop.run(web.stop());
  }

  static asio::awaitable<void> until(core::AsyncEvent& event) { co_await event.wait(); }

  http::TestLoop loop;
  http::Server web{loop.executor()};
  Server server{loop.executor()};
  std::shared_ptr<core::TaskGroup> tasks = std::make_shared<core::TaskGroup>(loop.executor());
  core::AsyncEvent changed{loop.executor()};
  ClientOptions options;
};

TEST_F(EngineTest, AClientIsAnswered) {
  const auto connection = loop.run(connect(tasks, options)).value();
  std::string got;
  connection->on_message([&](const Packet& packet) {
    got = packet.data;
    changed.notify();
  });
  tasks->spawn(Connection::run(connection));
  EXPECT_TRUE(connection->send_message("hello"));
  loop.run(until(changed));
  EXPECT_EQ(got, "hello");
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(EngineTest, StoppingTheServerEndsItsClients) {
  const auto connection = loop.run(connect(tasks, options)).value();
  std::vector<CloseReason> reasons;
  connection->on_close([&](CloseReason reason) {
    reasons.push_back(reason);
    changed.notify();
  });
  tasks->spawn(Connection::run(connection));
  loop.run(server.stop());
  EXPECT_EQ(server.connections(), 0U);
  if (reasons.empty()) loop.run(until(changed));
  EXPECT_EQ(reasons, std::vector<CloseReason>{CloseReason::transport_close});
  EXPECT_FALSE(loop.run(connect(tasks, options)));
}

TEST_F(EngineTest, AClientIsToldThatThereIsNoEngineAtAPath) {
  options.path = "/elsewhere/";
  EXPECT_EQ(loop.run(connect(tasks, options)).error().code(), "upgrade_refused");
  options.url = "not an address";
  EXPECT_EQ(loop.run(connect(tasks, options)).error().code(), "bad_url");
}

}  // namespace
}  // namespace pantheon::engineio
