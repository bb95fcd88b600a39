#include "http/peer_watch.hpp"

#include <gtest/gtest.h>

#include "core/async_event.hpp"
#include "core/task_group.hpp"
#include "http/server.hpp"
#include "http/testing/test_certificate.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::http {
namespace {

/// A route that waits until the test lets it answer, and one that takes a body.
class PeerWatchTest : public testing::Test {
 protected:
  PeerWatchTest() {
    add_routes(server);
    EXPECT_TRUE(server.listen());
  }
  void add_routes(Server& to) {
    RouteOptions options;
    options.max_body = core::Bytes{10};
    options.check = [](const Request& request) -> std::optional<Response> {
      if (!request.headers.get("X-Refused")) return std::nullopt;
      return Response{.status = 403};
    };
    options.broken_off = [this](const Request& request, const core::Error& error) {
      broken.push_back(request.path + " " + std::string(error.code()));
      changed.notify();
    };
    to.route(
        "GET", "/slow", [this](Request) { return slow(*this); }, options);
    to.route(
        "POST", "/body", [](Request) { return quick(); }, options);
  }
  void TearDown() override {
    tasks.cancel();
    loop.run(tasks.join());
    loop.run(server.stop());
  }

  static asio::awaitable<Response> slow(PeerWatchTest& test) {
    ++test.entered;
    test.changed.notify();
    while (!test.may_answer) co_await test.changed.wait();
    co_return Response{.body = "done"};
  }
  static asio::awaitable<Response> quick() { co_return Response{.body = "quick"}; }

  // Sends bytes and keeps the connection until `socket` is closed.
  void send(std::string bytes) { loop.run(connect(socket, server.port(), std::move(bytes))); }
  static asio::awaitable<void> connect(tcp::socket& socket, std::uint16_t port, std::string bytes) {
    co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
  }
  static asio::awaitable<void> say_goodbye(std::shared_ptr<Stream> stream) { co_await stream->shutdown(); }
  std::string raw(std::string bytes) { return loop.run(exchange_raw(server.port(), std::move(bytes))); }
  void until(const std::function<bool()>& condition) { loop.run(wait(changed, condition)); }
  static asio::awaitable<void> wait(core::AsyncEvent& event, const std::function<bool()>& condition) {
    while (!condition()) co_await event.wait();
  }

  TestLoop loop;
  core::TaskGroup tasks{loop.executor()};
  core::AsyncEvent changed{loop.executor()};
  Server server{loop.executor()};
  tcp::socket socket{loop.executor()};
  std::vector<std::string> broken;
  int entered = 0;
  bool may_answer = false;
};

TEST_F(PeerWatchTest, NoticesAPeerThatLeavesWhileTheHandlerIsAtWork) {
  send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  until([&] { return entered == 1; });
  socket.close();
  until([&] { return !broken.empty(); });
  EXPECT_EQ(broken, std::vector<std::string>{"/slow connection_closed"});
  may_answer = true;
  changed.notify();
}

TEST_F(PeerWatchTest, NoticesTheEndOfTlsBeforeTheConnectionIsClosed) {
  const TestCertificate certificate;
  ServerOptions options;
  options.tls = TlsFiles{certificate.certificate_file(), certificate.key_file()};
  Server secure(loop.executor(), options);
  add_routes(secure);
  ASSERT_TRUE(secure.listen());
  loop.run(connect(socket, secure.port(), ""));
  const auto context = client_tls_context(certificate.certificate_file()).value();
  const std::shared_ptr<Stream> stream =
      loop.run(tls_connect(std::move(socket), context, "127.0.0.1", true, std::chrono::seconds(5))).value();
  loop.run(stream->write_text("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"));
  until([&] { return entered == 1; });
  tasks.spawn(say_goodbye(stream));
  until([&] { return !broken.empty(); });
  EXPECT_EQ(broken, std::vector<std::string>{"/slow connection_closed"});
  may_answer = true;
  changed.notify();
  stream->close();
  loop.run(secure.stop());
}

TEST_F(PeerWatchTest, APeerThatSendsItsNextRequestAheadOfTimeIsServed) {
  may_answer = true;
  const std::string request = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
  const auto answers = raw(request + "GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(entered, 2);
  EXPECT_NE(answers.find("done", answers.find("done") + 1), std::string::npos);
  EXPECT_TRUE(broken.empty());
}

TEST_F(PeerWatchTest, ABodyThatBreaksOffOrIsTooLargeIsReported) {
  send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  socket.close();
  until([&] { return !broken.empty(); });
  const auto answer = raw("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413"));
  EXPECT_EQ(broken, (std::vector<std::string>{"/body connection_closed", "/body body_too_large"}));
}

TEST_F(PeerWatchTest, ARequestCanBeRefusedBeforeItsBodyComes) {
  const auto answer = raw("POST /body HTTP/1.1\r\nHost: a\r\nX-Refused: 1\r\nContent-Length: 10\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403"));
  EXPECT_TRUE(broken.empty());
}

}  // namespace
}  // namespace pantheon::http
