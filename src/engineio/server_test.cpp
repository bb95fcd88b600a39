#include "engineio/server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/async_event.hpp"
#include "engineio/client.hpp"
#include "engineio/handshake.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::engineio {
namespace {

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    server.on_connection([](const std::shared_ptr<Connection>& connection, const http::Request&) {
      connection->on_message([weak = std::weak_ptr(connection)](const PacketView& packet) {
        if (packet.data == "throw") throw std::runtime_error("broken");
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

  http::ClientRequest request(const std::string& method, const std::string& query,
                              const std::string& body) const {
    http::ClientRequest made;
    made.url = http::parse_url(options.url + options.path + "?EIO=4&transport=polling" + query).value();
    made.method = method;
    made.body = body;
    return made;
  }
  http::Response fetch(const std::string& method, const std::string& query, const std::string& body = {}) {
    return loop.run(client.fetch(request(method, query, body), core::Bytes{100'000})).value();
  }
  std::string open_polling() {
    return decode_opening(std::string_view(fetch("GET", "").body).substr(1)).value().sid;
  }

  /// A request that goes on while others are made.
  static asio::awaitable<void> post(EngineTest& test, std::string query, std::string body,
                                    std::optional<http::Response>& answer) {
    http::Client another(test.loop.executor());
    auto made = test.request("POST", query, body);
    auto response = co_await another.fetch(std::move(made), core::Bytes{100'000});
    answer = std::move(response.value());
  }
  static asio::awaitable<void> until(core::AsyncEvent& event) { co_await event.wait(); }
  asio::awaitable<void> turn() { co_await asio::post(loop.executor(), asio::use_awaitable); }

  http::TestLoop loop;
  http::Server web{loop.executor()};
  Server server{loop.executor()};
  http::Client client{loop.executor()};
  std::shared_ptr<core::TaskGroup> tasks = std::make_shared<core::TaskGroup>(loop.executor());
  core::AsyncEvent changed{loop.executor()};
  ClientOptions options;
};

TEST_F(EngineTest, AClientIsAnswered) {
  const auto connection = loop.run(connect(tasks, options)).value();
  std::string got;
  connection->on_message([&](const PacketView& packet) {
    got = packet.data;
    changed.notify();
  });
  tasks->spawn(Connection::run(connection));
  EXPECT_TRUE(connection->send_message("hello"));
  loop.run(until(changed));
  EXPECT_EQ(got, "hello");
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(EngineTest, AHandlerThatThrowsEndsItsConnectionAndNoOther) {
  const auto bad = loop.run(connect(tasks, options)).value();
  const auto good = loop.run(connect(tasks, options)).value();
  bool ended = false;
  bad->on_close([&](CloseReason) {
    ended = true;
    changed.notify();
  });
  tasks->spawn(Connection::run(bad));
  EXPECT_TRUE(bad->send_message("throw"));
  while (!ended) loop.run(until(changed));
  std::string got;
  good->on_message([&](const PacketView& packet) {
    got = packet.data;
    changed.notify();
  });
  tasks->spawn(Connection::run(good));
  EXPECT_TRUE(good->send_message("hello"));
  while (got.empty()) loop.run(until(changed));
  EXPECT_EQ(got, "hello");
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(EngineTest, AClientThatPollsIsAnswered) {
  const auto sid = open_polling();
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(fetch("POST", "&sid=" + sid,
                  "4a\x1e"
                  "4b")
                .body,
            "ok");
  EXPECT_EQ(fetch("GET", "&sid=" + sid).body,
            "4a\x1e"
            "4b");
  EXPECT_EQ(fetch("POST", "&sid=" + sid, "1").body, "ok");
  EXPECT_EQ(fetch("GET", "&sid=" + sid).status, 400U);
  EXPECT_EQ(server.connections(), 0U);
}

TEST_F(EngineTest, AGoodbyeThatOvertookThePollEndsTheSessionAtOnceAndThePollWithoutAnError) {
  const auto sid = open_polling();
  std::optional<http::Response> goodbye;
  tasks->spawn(post(*this, "&sid=" + sid, "1", goodbye));
  while (server.connections() > 0) loop.run(turn());
  EXPECT_FALSE(goodbye);
  EXPECT_EQ(fetch("GET", "&sid=" + sid).body, "6");
  while (!goodbye) loop.run(turn());
  EXPECT_EQ(goodbye->body, "ok");
  EXPECT_EQ(fetch("GET", "&sid=" + sid).status, 400U);
}

TEST_F(EngineTest, SessionsThatPollTakeOnlyTheirShare) {
  ServerOptions few;
  few.max_polling = 2;
  Server small(loop.executor(), few);
  small.attach(web, "/small/");
  options.path = "/small/";
  const auto open = [&] { return fetch("GET", "").status; };
  EXPECT_EQ(open(), 200U);
  EXPECT_EQ(open(), 200U);
  EXPECT_EQ(open(), 403U);
  EXPECT_TRUE(loop.run(connect(tasks, options)));
  loop.run(small.stop());
}

TEST_F(EngineTest, AGoodbyeBeforeAMalformedPacketGivesThePlaceBack) {
  ServerOptions few;
  few.max_polling = 1;
  Server small(loop.executor(), few);
  small.attach(web, "/small/");
  options.path = "/small/";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(fetch("POST", "&sid=" + open_polling(),
                    "1\x1e"
                    "x")
                  .status,
              400U);
    while (small.connections() > 0) loop.run(turn());
  }
  EXPECT_EQ(fetch("GET", "").status, 200U);
  loop.run(small.stop());
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

TEST_F(EngineTest, RefusedHandshakesAreLoggedAtMostOnceASecond) {
  auto old = request("GET", "", "");
  old.url = http::parse_url(options.url + options.path + "?EIO=3&transport=polling").value();
  testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) {
    auto made = old;
    EXPECT_EQ(loop.run(client.fetch(std::move(made), core::Bytes{100'000})).value().status, 400U);
  }
  const auto logged = testing::internal::GetCapturedStderr();
  const auto first = logged.find("unsupported_protocol");
  EXPECT_NE(first, std::string::npos) << logged;
  EXPECT_NE(logged.find("EIO=3"), std::string::npos) << logged;
  EXPECT_EQ(logged.find("unsupported_protocol", first + 1), std::string::npos) << logged;
}

}  // namespace
}  // namespace pantheon::engineio
