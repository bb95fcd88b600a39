#include <gmock/gmock.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <future>
#include <set>
#include <thread>

#include "core/loop_thread.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "http/testing/test_certificate.hpp"
#include "http/testing/test_loop.hpp"
#include "http/websocket_client.hpp"

namespace pantheon::http {
namespace {

using testing::UnorderedElementsAre;

// Two servers behind one port: what is asked below /other is answered by the second, on its own thread.
class ServerThreadsTest : public testing::TestWithParam<bool> {
 protected:
  void start(std::size_t max_connections = 100) {
    ServerOptions options;
    options.max_connections = max_connections;
    if (GetParam()) options.tls = TlsFiles{certificate.certificate_file(), certificate.key_file()};
    first = std::make_unique<Server>(loop.executor(), options);
    second = std::make_unique<Server>(elsewhere.executor(), options);
    add_routes(*first, "first");
    add_routes(*second, "second");
    first->deal_to({second.get()});
    first->hand_over(choose());
    second->hand_over(choose());
    ASSERT_TRUE(first->listen());
    elsewhere.start();
  }

  std::function<Server*(const Request&)> choose() {
    return [this](const Request& request) -> Server* {
      if (request.path.starts_with("/other")) return second.get();
      return request.path.starts_with("/this") ? first.get() : nullptr;
    };
  }

  static void add_routes(Server& server, const std::string& name) {
    server.route_prefix("/", [name](Request request) -> asio::awaitable<Response> {
      Response response;
      response.body = name + request.path + "|" + request.body;
      response.headers.set("X-Thread",
                           std::to_string(std::hash<std::thread::id>()(std::this_thread::get_id())));
      co_return response;
    });
    server.upgrade("/other/echo", [](Request, std::unique_ptr<WebSocket> socket) -> asio::awaitable<void> {
      for (;;) {
        auto message = co_await socket->read();
        if (!message) co_return;
        const auto sent = co_await socket->write(message->data, message->is_text);
        if (!sent) co_return;
      }
    });
  }

  void TearDown() override {
    if (!first) return;
    loop.run(first->stop());
    std::promise<void> stopped;
    asio::co_spawn(elsewhere.executor(), second->stop(), [&](std::exception_ptr) { stopped.set_value(); });
    stopped.get_future().get();
    elsewhere.finish();
  }

  Url url(std::string_view path, std::string_view scheme) const {
    std::string text(scheme);
    if (GetParam()) text += "s";
    return parse_url(text + "://127.0.0.1:" + std::to_string(first->port()) + std::string(path)).value();
  }
  ClientOptions trusting() const {
    ClientOptions options;
    if (GetParam()) options.ca_file = certificate.certificate_file();
    return options;
  }

  /// The body of the answer; one client keeps its connection.
  std::string fetch(Client& client, std::string_view path, std::string body = {}) {
    ClientRequest request;
    request.url = url(path, "http");
    request.method = body.empty() ? "GET" : "POST";
    request.body = std::move(body);
    auto response = loop.run(client.fetch(std::move(request), core::Bytes{8 * 1024 * 1024}));
    EXPECT_TRUE(response) << response.error().message();
    if (!response) return {};
    threads.insert(std::string(response->headers.get("X-Thread").value_or("")));
    return response->body;
  }

  TestLoop loop;
  core::LoopThread elsewhere;
  TestCertificate certificate;
  std::set<std::string> threads;
  std::unique_ptr<Server> first;
  std::unique_ptr<Server> second;
};

INSTANTIATE_TEST_SUITE_P(PlainAndTls, ServerThreadsTest, testing::Bool(),
                         [](const auto& which) { return which.param ? "Tls" : "Plain"; });

TEST_P(ServerThreadsTest, DealsConnectionsOutInTurn) {
  start();
  std::vector<std::string> answers;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<Client>(loop.executor(), trusting()));
    answers.push_back(fetch(*clients.back(), "/any"));
  }
  EXPECT_THAT(answers, UnorderedElementsAre("first/any|", "first/any|", "second/any|", "second/any|"));
  EXPECT_EQ(threads.size(), 2U);
  EXPECT_EQ(first->connections(), 4U);
  EXPECT_EQ(second->connections(), 4U);
}

TEST_P(ServerThreadsTest, HandsAConnectionOverWithTheRequestThatIsForTheOther) {
  start();
  Client client(loop.executor(), trusting());
  EXPECT_EQ(fetch(client, "/any"), "first/any|");
  EXPECT_EQ(fetch(client, "/other/get"), "second/other/get|");
  EXPECT_EQ(fetch(client, "/any"), "second/any|");   // it stays there ...
  EXPECT_EQ(fetch(client, "/this"), "first/this|");  // ... until it is wanted back
  EXPECT_EQ(first->connections(), 1U);
}

TEST_P(ServerThreadsTest, ABodyFollowsItsHead) {
  start();
  Client client(loop.executor(), trusting());
  const std::string body(1'000'000, 'x');
  EXPECT_EQ(fetch(client, "/other/small", "hello"), "second/other/small|hello");
  EXPECT_EQ(fetch(client, "/this/large", body).size(), body.size() + 17);
  EXPECT_EQ(fetch(client, "/other/large", body).size(), body.size() + 19);
}

TEST_P(ServerThreadsTest, AWebSocketIsOpenedWhereItBelongs) {
  start();
  const auto talk = [](asio::any_io_executor executor, Url url,
                       ClientOptions tls) -> asio::awaitable<std::string> {
    WebSocketLimits limits;
    limits.ca_file = tls.ca_file;
    Headers none;
    auto socket = co_await connect_websocket(executor, std::move(url), std::move(none), std::move(limits));
    if (!socket) co_return std::string(socket.error().message());
    std::string heard;
    for (int i = 0; i < 50; ++i) {
      const auto text = std::to_string(i) + " ";
      static_cast<void>(co_await (*socket)->write(text, true));
      auto message = co_await (*socket)->read();
      if (message) heard += message->data;
    }
    co_await (*socket)->close(1000, {});
    co_return heard;
  };
  std::string expected;
  for (int i = 0; i < 50; ++i) expected += std::to_string(i) + " ";
  EXPECT_EQ(loop.run(talk(loop.executor(), url("/other/echo", "ws"), trusting())), expected);
}

TEST_P(ServerThreadsTest, TheLimitOfConnectionsIsOneForBoth) {
  start(2);
  Client one(loop.executor(), trusting());
  Client two(loop.executor(), trusting());
  EXPECT_EQ(fetch(one, "/any"), "first/any|");
  EXPECT_EQ(fetch(two, "/any"), "second/any|");
  Client three(loop.executor(), trusting());
  ClientRequest request;
  request.url = url("/any", "http");
  EXPECT_FALSE(loop.run(three.fetch(std::move(request), core::Bytes{1000})));
}

/// Raw bytes are for plain connections.
class PlainServerThreadsTest : public ServerThreadsTest {};
INSTANTIATE_TEST_SUITE_P(Plain, PlainServerThreadsTest, testing::Values(false));

TEST_P(PlainServerThreadsTest, RequestsThatComeTogetherAreAnsweredInOrder) {
  start();
  const std::string end = " HTTP/1.1\r\nHost: a\r\n";
  const auto answer = loop.run(exchange_raw(
      first->port(), "GET /any" + end + "\r\nGET /other/x" + end + "\r\nPOST /this" + end +
                         "Content-Length: 2\r\n\r\nhiGET /other/y" + end + "Connection: close\r\n\r\n"));
  std::vector<std::size_t> places;
  for (const auto* body : {"first/any|", "second/other/x|", "first/this|hi", "second/other/y|"})
    places.push_back(answer.find(body));
  EXPECT_TRUE(std::ranges::is_sorted(places)) << answer;
  EXPECT_NE(places.back(), std::string::npos) << answer;
}

}  // namespace
}  // namespace pantheon::http
