#include "http/client.hpp"

#include <gmock/gmock.h>

#include <boost/asio/read_until.hpp>

#include "core/task_group.hpp"
#include "http/server.hpp"
#include "http/testing/test_certificate.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::http {
namespace {

using namespace std::chrono_literals;
using tcp = asio::ip::tcp;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

/// A server that says exactly what a test tells it.
class Peer {
 public:
  explicit Peer(asio::any_io_executor executor)
      : acceptor_(executor, {asio::ip::address_v4::loopback(), 0}), socket_(executor) {}

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  asio::awaitable<std::string> accept() {
    socket_ = co_await acceptor_.async_accept(asio::use_awaitable);
    auto head = co_await next_request();
    co_return head;
  }
  asio::awaitable<std::string> next_request() {
    std::string head;
    co_await asio::async_read_until(socket_, asio::dynamic_buffer(head), "\r\n\r\n", kTuple);
    co_return head;
  }
  asio::awaitable<void> say(std::string bytes) {
    co_await asio::async_write(socket_, asio::buffer(bytes), asio::use_awaitable);
  }
  void close() { socket_.close(); }
  /// Returns when the other side has closed.
  asio::awaitable<bool> gone() {
    char byte = 0;
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(&byte, 1), kTuple);
    co_return static_cast<bool>(error);
  }

 private:
  tcp::acceptor acceptor_;
  tcp::socket socket_;
};

class ClientTest : public testing::Test {
 protected:
  ClientRequest request(std::uint16_t port, std::string target = "/") {
    ClientRequest made;
    made.url = parse_url("http://127.0.0.1:" + std::to_string(port) + target).value();
    return made;
  }
  ClientRequest request() { return request(peer.port()); }

  TestLoop loop;
  Peer peer{loop.executor()};
  Client client{loop.executor()};
};

asio::awaitable<void> answer(Peer& peer, std::string bytes, bool close) {
  co_await peer.accept();
  co_await peer.say(std::move(bytes));
  if (close) peer.close();
}

TEST_F(ClientTest, GivesBytesOfTheBodyAsTheyArrive) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(
      answer(peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n3\r\none\r\n", false));
  auto exchange = loop.run(client.send(request())).value();
  EXPECT_EQ(exchange->status(), 200U);
  EXPECT_EQ(exchange->headers().get("x-a"), "b");
  EXPECT_EQ(core::as_text(loop.run(exchange->read()).value()), "one");
  loop.run(peer.say("3\r\ntwo\r\n"));
  EXPECT_EQ(core::as_text(loop.run(exchange->read()).value()), "two");
  loop.run(peer.say("0\r\n\r\n"));
  EXPECT_TRUE(loop.run(exchange->read()).value().empty());
}

TEST_F(ClientTest, ReadsABodyThatEndsWithTheConnection) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(answer(peer, "HTTP/1.1 200 OK\r\n\r\nall of it", true));
  EXPECT_EQ(loop.run(client.fetch(request(), core::Bytes{100})).value().body, "all of it");
}

TEST_F(ClientTest, PassesOverInterimAnswers) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(answer(peer, "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", false));
  EXPECT_EQ(loop.run(client.fetch(request(), core::Bytes{100})).value().status, 204U);
}

TEST_F(ClientTest, ReportsABodyThatBreaksOff) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(answer(peer, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", true));
  EXPECT_EQ(loop.run(client.fetch(request(), core::Bytes{100})).error().code(), "connection_closed");
}

TEST_F(ClientTest, ReportsAnAnswerThatIsNotHttp) {
  for (const char* bytes : {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    core::TaskGroup tasks(loop.executor());
    tasks.spawn(answer(peer, bytes, true));
    EXPECT_EQ(loop.run(client.fetch(request(), core::Bytes{100})).error().code(), "bad_response") << bytes;
  }
}

TEST_F(ClientTest, ReportsChunkExtensionsAndTrailersWithoutAnEnd) {
  for (const std::string bytes : {"1;", "0\r\n"}) {
    core::TaskGroup tasks(loop.executor());
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    tasks.spawn(answer(peer, head + bytes + std::string(200'000, 'a'), false));
    EXPECT_EQ(loop.run(client.fetch(request(), core::Bytes{100})).error().code(), "bad_response") << bytes;
  }
}

TEST_F(ClientTest, ReportsAServerThatClosesWithoutAnAnswer) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(answer(peer, "", true));
  EXPECT_EQ(loop.run(client.send(request())).error().code(), "connection_closed");
}

TEST_F(ClientTest, ReportsAServerThatDoesNotAnswerInTime) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(answer(peer, "HTTP/1.1 200", false));
  auto slow = request();
  slow.response_timeout = 30ms;
  EXPECT_EQ(loop.run(client.send(slow)).error().code(), "response_timeout");
}

TEST_F(ClientTest, ReportsAPortWhereNobodyListens) {
  const auto port = peer.port();
  peer = Peer(loop.executor());
  EXPECT_EQ(loop.run(client.send(request(port))).error().code(), "connect_failed");
}

TEST_F(ClientTest, RefusesAHeaderOfManyLinesThatEndWithAReading) {
  core::TaskGroup tasks(loop.executor());
  std::string endless = "HTTP/1.1 200 Fine\r\na";
  while (endless.size() < 1024 * 1024) endless += ":\r\na";
  tasks.spawn(answer(peer, std::move(endless), false));
  EXPECT_EQ(loop.run(client.send(request())).error().code(), "bad_response");
}

TEST_F(ClientTest, RefusesABodyBeyondTheLimitOfFetch) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(answer(peer, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789", false));
  EXPECT_EQ(loop.run(client.fetch(request(), core::Bytes{9})).error().code(), "body_too_large");
}

TEST_F(ClientTest, RefusesFieldsThatWouldBreakTheFraming) {
  auto bad = request();
  bad.headers.set("X-A", "b\r\nX-Injected: c");
  EXPECT_EQ(loop.run(client.send(bad)).error().code(), "bad_request");
}

TEST_F(ClientTest, DestroyingAnExchangeClosesItsConnectionAtOnce) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(answer(peer, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n012", false));
  auto exchange = loop.run(client.send(request())).value();
  exchange.reset();
  EXPECT_TRUE(loop.run(peer.gone()));
}

TEST_F(ClientTest, AbortEndsAPendingRead) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(answer(peer, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", false));
  auto exchange = loop.run(client.send(request())).value();
  asio::post(loop.context(), [&] { exchange->abort(); });
  EXPECT_EQ(loop.run(exchange->read()).error().code(), "connection_closed");
}

TEST_F(ClientTest, CancellingAReadClosesTheConnection) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(answer(peer, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", false));
  auto exchange = loop.run(client.send(request())).value();
  const auto reading = [](ClientExchange& from) -> asio::awaitable<void> { co_await from.read(); };
  core::TaskGroup reads(loop.executor());
  reads.spawn(reading(*exchange));
  reads.cancel();
  loop.run(reads.join());
  EXPECT_TRUE(loop.run(peer.gone()));
}

asio::awaitable<void> answer_twice(Peer& peer) {
  co_await peer.accept();
  co_await peer.say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
  co_await peer.next_request();
  co_await peer.say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
}

TEST_F(ClientTest, UsesAFinishedConnectionAgain) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(answer_twice(peer));
  EXPECT_EQ(loop.run(client.fetch(request(), core::Bytes{100})).value().body, "one");
  EXPECT_EQ(loop.run(client.fetch(request(), core::Bytes{100})).value().body, "two");
}

asio::awaitable<void> answer_close_answer(Peer& peer) {
  co_await peer.accept();
  co_await peer.say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none");
  peer.close();
  co_await peer.accept();
  co_await peer.say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\ntwo");
}

TEST_F(ClientTest, DoesNotUseAConnectionThatTheServerClosed) {
  core::TaskGroup tasks(loop.executor());
  tasks.spawn(answer_close_answer(peer));
  EXPECT_EQ(loop.run(client.fetch(request(), core::Bytes{100})).value().body, "one");
  auto second = request();
  second.method = "POST";
  EXPECT_EQ(loop.run(client.fetch(second, core::Bytes{100})).value().body, "two");
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    ServerOptions options;
    options.tls = TlsFiles{certificate.certificate_file(), certificate.key_file()};
    server = std::make_unique<Server>(loop.executor(), options);
    server->route("GET", "/", [](Request asked) -> asio::awaitable<Response> {
      Response response;
      response.body = asked.secure ? "secure" : "plain";
      co_return response;
    });
    EXPECT_TRUE(server->listen());
    request.url = parse_url("https://127.0.0.1:" + std::to_string(server->port()) + "/").value();
  }
  void TearDown() override { loop.run(server->stop()); }

  TestLoop loop;
  TestCertificate certificate;
  std::unique_ptr<Server> server;
  ClientRequest request;
};

TEST_F(TlsTest, FetchesFromAServerWhoseAuthorityItTrusts) {
  ClientOptions options;
  options.ca_file = certificate.certificate_file();
  Client client(loop.executor(), options);
  const auto response = loop.run(client.fetch(request, core::Bytes{100}));
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->body, "secure");
}

TEST_F(TlsTest, RefusesAServerWhoseAuthorityItDoesNotTrust) {
  Client client(loop.executor());
  EXPECT_EQ(loop.run(client.fetch(request, core::Bytes{100})).error().code(), "tls_failed");
}

TEST_F(TlsTest, SaysThatAServerSpeaksNoTls) {
  Server plain(loop.executor(), ServerOptions{});
  ASSERT_TRUE(plain.listen());
  request.url = parse_url("https://127.0.0.1:" + std::to_string(plain.port()) + "/").value();
  Client client(loop.executor());
  const auto response = loop.run(client.fetch(request, core::Bytes{100}));
  EXPECT_EQ(response.error().code(), "tls_failed");
  EXPECT_EQ(response.error().detail(),
            "no TLS is spoken there: does the address begin with http:// instead?");
  loop.run(plain.stop());
}

TEST_F(TlsTest, RefusesACertificateOfAnotherName) {
  ClientOptions options;
  options.ca_file = certificate.certificate_file();
  Client client(loop.executor(), options);
  request.url.host = "127.0.0.2";
  EXPECT_FALSE(loop.run(client.fetch(request, core::Bytes{100})));
}

TEST_F(TlsTest, PlainHttpToATlsPortHarmsNobody) {
  loop.run(exchange_raw(server->port(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  ClientOptions options;
  options.verify_certificates = false;
  Client client(loop.executor(), options);
  EXPECT_TRUE(loop.run(client.fetch(request, core::Bytes{100})));
}

TEST(TlsServer, SaysWhichFileItCannotUse) {
  TestLoop loop;
  ServerOptions options;
  options.tls = TlsFiles{"/nowhere/certificate.pem", "/nowhere/key.pem"};
  Server server(loop.executor(), options);
  const auto listening = server.listen();
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().code(), "bad_certificate");
  EXPECT_EQ(listening.error().detail(), "/nowhere/certificate.pem");
}

}  // namespace
}  // namespace pantheon::http
