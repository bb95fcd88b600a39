#include "http/server.hpp"

#include <gmock/gmock.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "http/client.hpp"
#include "http/testing/test_loop.hpp"
#include "http/websocket_client.hpp"

namespace pantheon::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

asio::awaitable<Response> echo(Request request) {
  Response response;
  response.headers.set("X-Method", request.method);
  response.headers.set("X-Query", request.query);
  response.body = request.path + "|" + request.body;
  co_return response;
}

class ServerTest : public testing::Test {
 protected:
  void start(ServerOptions options = {}) {
    server = std::make_unique<Server>(loop.executor(), std::move(options));
    server->route("GET", "/echo", echo);
    server->route("POST", "/echo", echo);
    server->route("POST", "/large", echo, {core::Bytes{4 * 1024 * 1024}});
    server->route_prefix("/files/", echo);
    server->route("GET", "/throws", [](Request) -> asio::awaitable<Response> {
      throw std::runtime_error("broken");
      co_return Response{};
    });
    const auto listening = server->listen();
    ASSERT_TRUE(listening) << listening.error().message();
  }

  void TearDown() override {
    if (server) loop.run(server->stop());
  }

  Response fetch(std::string method, std::string target, std::string body = {}, Headers headers = {}) {
    ClientRequest request;
    request.url = parse_url("http://127.0.0.1:" + std::to_string(server->port()) + target).value();
    request.method = std::move(method);
    request.body = std::move(body);
    request.headers = std::move(headers);
    auto response = loop.run(client.fetch(std::move(request), core::Bytes{8 * 1024 * 1024}));
    EXPECT_TRUE(response) << response.error().message();
    return response.value_or(Response{});
  }

  // What the server sends for exactly these bytes, until it closes.
  std::string raw(std::string bytes) { return loop.run(exchange_raw(server->port(), std::move(bytes))); }

  TestLoop loop;
  std::unique_ptr<Server> server;
  Client client{loop.executor()};
};

TEST_F(ServerTest, AnswersARouteWithItsBodyAndQuery) {
  start();
  const auto response = fetch("POST", "/echo?a=1", "hello");
  EXPECT_EQ(response.status, 200U);
  EXPECT_EQ(response.body, "/echo|hello");
  EXPECT_EQ(response.headers.get("x-query"), "a=1");
}

TEST_F(ServerTest, DecodesThePathOnce) {
  start();
  EXPECT_EQ(fetch("GET", "/files/a%20b%2541").body, "/files/a b%41|");
}

TEST_F(ServerTest, AnswersHeadWithTheLengthButNoBody) {
  start();
  const auto response = fetch("HEAD", "/echo");
  EXPECT_EQ(response.headers.get("Content-Length"), "6");
  EXPECT_EQ(response.body, "");
}

TEST_F(ServerTest, TellsUnknownPathsAndMethodsApart) {
  start();
  EXPECT_EQ(fetch("GET", "/nowhere").status, 404U);
  const auto response = fetch("DELETE", "/echo");
  EXPECT_EQ(response.status, 405U);
  EXPECT_EQ(response.headers.get("Allow"), "GET, HEAD, POST");
  EXPECT_THAT(response.body, HasSubstr("\"method_not_allowed\""));
}

TEST_F(ServerTest, AHandlerThatThrowsIsAnsweredWith500AndTheServerGoesOn) {
  start();
  EXPECT_EQ(fetch("GET", "/throws").status, 500U);
  EXPECT_EQ(fetch("GET", "/echo").status, 200U);
}

TEST_F(ServerTest, RefusesABodyBeyondTheLimitUnlessTheRouteAllowsIt) {
  start();
  const std::string body(2 * 1024 * 1024, 'x');
  EXPECT_EQ(fetch("POST", "/echo", body).status, 413U);
  EXPECT_EQ(fetch("POST", "/large", body).body.size(), body.size() + 7);
}

TEST_F(ServerTest, RefusesAChunkedBodyBeyondTheLimit) {
  start({.max_body = {8}});
  EXPECT_THAT(
      raw("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n"),
      StartsWith("HTTP/1.1 413"));
}

TEST_F(ServerTest, RefusesChunkExtensionsAndTrailersBeyondTheLimitOfAHeader) {
  start();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string endless(100'000, 'a');
  EXPECT_THAT(raw(head + "1;" + endless), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(raw(head + "0\r\n" + endless), StartsWith("HTTP/1.1 431"));
}

TEST_F(ServerTest, RefusesAHeaderBeyondTheLimitOfManyLinesThatEndWithAReading) {
  start();
  // Every fourth byte ends a line but for one byte, which is all that waits between two readings.
  std::string request = "GET /xyz HTTP/1.1\r\na";
  while (request.size() < 256 * 1024) request += ":\r\na";
  EXPECT_THAT(raw(std::move(request)), StartsWith("HTTP/1.1 431"));
}

TEST_F(ServerTest, RefusesABodyThatIsAnnouncedTooLargeBeforeItIsSent) {
  start();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ";
  EXPECT_THAT(raw(head + "100000000\r\n\r\n"), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(raw(head + "3\r\nConnection: close\r\n\r\none"), StartsWith("HTTP/1.1 100 Continue"));
}

TEST_F(ServerTest, RefusesAHeaderBeyondTheLimit) {
  start();
  EXPECT_THAT(raw("GET /echo HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
}

TEST_F(ServerTest, AnswersMalformedRequestsWithACode) {
  start();
  for (const std::string bytes :
       {"\x16\x03\x01 nonsense\r\n\r\n", "GET /echo HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET echo HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: "
        "chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"}) {
    const auto answer = raw(bytes);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400")) << bytes;
    EXPECT_THAT(answer, HasSubstr("\"code\":\"bad_request\"")) << bytes;
  }
}

TEST_F(ServerTest, EndsASlowHeaderWith408) {
  start({.header_timeout = 50ms});
  EXPECT_THAT(raw("GET /echo HTTP/1.1\r\nHost:"), StartsWith("HTTP/1.1 408"));
}

TEST_F(ServerTest, EndsASlowBodyWith408) {
  start({.body_timeout = 50ms});
  EXPECT_THAT(raw("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"),
              StartsWith("HTTP/1.1 408"));
}

TEST_F(ServerTest, ClosesAConnectionThatSaysNothing) {
  start({.header_timeout = 50ms});
  EXPECT_EQ(raw(""), "");
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  const auto answer =
      raw("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
          "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\ntwo");
  EXPECT_LT(answer.find("/echo|one"), answer.find("/echo|two"));
  EXPECT_NE(answer.find("/echo|two"), std::string::npos);
}

TEST_F(ServerTest, ClosesAfterTheLastRequestAConnectionMayMake) {
  start({.max_requests_per_connection = 1});
  EXPECT_THAT(raw("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("Connection: close"));
}

TEST_F(ServerTest, ConnectionsBeyondTheLimitAreClosedAndOthersGoOn) {
  start({.max_connections = 1});
  EXPECT_EQ(fetch("GET", "/echo").status, 200U);  // kept alive
  EXPECT_EQ(raw("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"), "");
  EXPECT_EQ(fetch("GET", "/echo").status, 200U);
}

TEST_F(ServerTest, ConnectionsOfOneAddressBeyondItsLimitAreClosed) {
  start({.max_connections_per_address = 1});
  EXPECT_EQ(fetch("GET", "/echo").status, 200U);  // kept alive
  EXPECT_EQ(raw("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n"), "");
}

TEST_F(ServerTest, AnAddressThatManyComeThroughHasNoLimitOfItsOwn) {
  start({.max_connections_per_address = 1, .is_proxy = [](const auto& from) { return from.is_loopback(); }});
  EXPECT_EQ(fetch("GET", "/echo").status, 200U);  // kept alive
  EXPECT_THAT(raw("GET /echo HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, WhatCannotBeReadIsAnsweredWholeWhateverCameBefore) {
  start();
  const auto answers = raw("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n");
  const auto second = answers.find("HTTP/1.1 400");
  ASSERT_NE(second, std::string::npos) << answers;
  EXPECT_THAT(answers.substr(second), HasSubstr("\r\n\r\n{"));
}

TEST_F(ServerTest, AnOlderRequestIsNotToldToContinue) {
  start();
  const auto answer =
      raw("POST /echo HTTP/1.0\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\none");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
}

TEST_F(ServerTest, HooksAnswerEarlyAndAddHeaders) {
  start();
  server->before([](const Request& request) -> std::optional<Response> {
    if (request.method == "OPTIONS") return Response{.status = 204, .headers = {}, .body = {}};
    return std::nullopt;
  });
  server->after([](const Request&, Response& response) { response.headers.set("X-After", "yes"); });
  const auto preflight = fetch("OPTIONS", "/anything");
  EXPECT_EQ(preflight.status, 204U);
  EXPECT_EQ(preflight.headers.get("X-After"), "yes");
  EXPECT_EQ(fetch("GET", "/nowhere").headers.get("X-After"), "yes");
}

TEST_F(ServerTest, LeavesOutHeaderFieldsThatWouldBreakTheFraming) {
  start();
  server->after(
      [](const Request&, Response& response) { response.headers.set("X-Bad", "a\r\nX-Injected: b"); });
  EXPECT_FALSE(fetch("GET", "/echo").headers.get("X-Injected"));
}

TEST_F(ServerTest, UpgradesToAWebSocketThatEchoes) {
  start();
  server->upgrade("/ws", [](Request, std::unique_ptr<WebSocket> socket) -> asio::awaitable<void> {
    for (;;) {
      auto message = co_await socket->read();
      if (!message) co_return;
      co_await socket->write(message->data, message->is_text);
    }
  });
  auto socket = loop.run(connect_websocket(
      loop.executor(), parse_url("ws://127.0.0.1:" + std::to_string(server->port()) + "/ws").value()));
  ASSERT_TRUE(socket) << socket.error().message();
  EXPECT_TRUE(loop.run((*socket)->write("hello", true)));
  EXPECT_EQ(loop.run((*socket)->read())->data, "hello");
  EXPECT_EQ(server->connections(), 1U);
}

TEST_F(ServerTest, APathForWebSocketsTellsOthersToUpgrade) {
  start();
  server->upgrade("/ws", [](Request, std::unique_ptr<WebSocket>) -> asio::awaitable<void> { co_return; });
  EXPECT_EQ(fetch("GET", "/ws").status, 426U);
  EXPECT_THAT(raw("GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n"),
              StartsWith("HTTP/1.1 400"));
}

TEST_F(ServerTest, ACheckMayRefuseAnUpgrade) {
  start();
  server->upgrade("/ws", [](Request, std::unique_ptr<WebSocket>) -> asio::awaitable<void> { co_return; },
                  {.max_message = {10}, .check = [](const Request&) { return json_response(403, "{}"); }});
  auto socket = loop.run(connect_websocket(
      loop.executor(), parse_url("ws://127.0.0.1:" + std::to_string(server->port()) + "/ws").value()));
  ASSERT_FALSE(socket);
  EXPECT_TRUE(socket.error().is(HttpError::upgrade_refused));
  EXPECT_THAT(socket.error().detail(), HasSubstr("403"));
}

TEST_F(ServerTest, SaysWhenAPortIsTaken) {
  start();
  Server second(loop.executor(), {.port = server->port()});
  const auto listening = second.listen();
  ASSERT_FALSE(listening);
  EXPECT_TRUE(listening.error().is(HttpError::address_in_use));
}

TEST_F(ServerTest, StopEndsOpenConnections) {
  start();
  EXPECT_EQ(fetch("GET", "/echo").status, 200U);
  EXPECT_EQ(server->connections(), 1U);
  loop.run(server->stop());
  EXPECT_EQ(server->connections(), 0U);
}

}  // namespace
}  // namespace pantheon::http
