#include "cluster/redis_client.hpp"

#include <gtest/gtest.h>

#include "cluster/error.hpp"
#include "cluster/testing/redis_server.hpp"
#include "core/async_event.hpp"
#include "http/testing/test_certificate.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::cluster {
namespace {

using std::chrono::seconds;

class RedisClientTest : public testing::Test {
 protected:
  void TearDown() override {
    for (const auto& client : clients_) loop.run(client->stop());
  }

  RedisClient& add(const std::string& url, RedisClient::Options options = {}) {
    clients_.push_back(std::make_unique<RedisClient>(loop.executor(), *parse_redis_url(url), options));
    auto& client = *clients_.back();
    client.on_ready([this](bool) { changed.notify(); });
    client.start();
    return client;
  }
  bool becomes_ready(RedisClient& client) {
    return loop.run(client.wait_ready(std::chrono::steady_clock::now() + seconds(10)));
  }
  RedisClient& connect(const std::string& url, RedisClient::Options options = {}) {
    auto& client = add(url, options);
    EXPECT_TRUE(becomes_ready(client));
    return client;
  }
  core::Result<RedisReply> command(RedisClient& client, std::vector<std::string> words) {
    return loop.run(client.command(std::move(words)));
  }
  /// Subscribes, and collects what comes in `heard`.
  void listen(RedisClient& client, const std::string& channel) {
    client.subscribe(channel, [this](std::string_view name, core::ByteView message) {
      heard.push_back(std::string(name) + "=" + std::string(core::as_text(message)));
      changed.notify();
    });
    EXPECT_TRUE(loop.run(client.wait_subscribed(channel)));
  }
  void until(const std::function<bool()>& condition) { loop.run(wait(changed, condition)); }
  static asio::awaitable<void> wait(core::AsyncEvent& event, const std::function<bool()>& condition) {
    while (!condition()) co_await event.wait();
  }
  /// Until Redis has been tried and found not to be spoken to.
  void expect_no_tls(const std::string& url, const RedisClient::Options& options) {
    auto& client = add(url, options);
    const auto deadline = std::chrono::steady_clock::now() + seconds(10);
    while (client.trouble() && !client.trouble()->is(ClusterError::tls_failed) &&
           std::chrono::steady_clock::now() < deadline) {
      EXPECT_FALSE(
          loop.run(client.wait_ready(std::chrono::steady_clock::now() + std::chrono::milliseconds(20))));
    }
    EXPECT_TRUE(client.trouble() && client.trouble()->is(ClusterError::tls_failed)) << url;
  }
  static std::vector<std::string> tls(const http::TestCertificate& certificate) {
    return {
        "--tls-cert-file",    certificate.certificate_file(), "--tls-key-file",     certificate.key_file(),
        "--tls-ca-cert-file", certificate.certificate_file(), "--tls-auth-clients", "no"};
  }
  static core::ByteView bytes(std::string_view text) { return core::as_bytes(text); }

  http::TestLoop loop;
  core::AsyncEvent changed{loop.executor()};
  std::vector<std::string> heard;

 private:
  std::vector<std::unique_ptr<RedisClient>> clients_;
};

TEST_F(RedisClientTest, RunsCommandsInOrder) {
  const RedisServer redis;
  auto& client = connect(redis.url());
  EXPECT_TRUE(command(client, {"SET", "k", std::string("a\0b", 3)})->is_text("OK"));
  EXPECT_EQ(command(client, {"GET", "k"})->text, std::string("a\0b", 3));
  EXPECT_EQ(command(client, {"GET", "other"})->type, RedisReply::Type::nil);
  const auto wrong = command(client, {"LPUSH", "k", "x"});
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().is(ClusterError::refused));
  EXPECT_EQ(wrong.error().detail(), "WRONGTYPE");
}

TEST_F(RedisClientTest, MessagesReachSubscribersOfChannelsAndPatterns) {
  const RedisServer redis;
  auto& listener = connect(redis.url());
  auto& sender = connect(redis.url());
  listen(listener, "news");
  listener.subscribe_pattern("room#*", [this](std::string_view name, core::ByteView message) {
    heard.push_back("pattern " + std::string(name) + "=" + std::string(core::as_text(message)));
    changed.notify();
  });
  listen(listener, "more");
  ASSERT_TRUE(sender.publish("news", bytes("one")));
  ASSERT_TRUE(sender.publish("room#7", bytes("two")));
  ASSERT_TRUE(sender.publish("unheard", bytes("three")));
  ASSERT_TRUE(sender.publish("more", bytes("four")));
  until([this] { return heard.size() == 3; });
  EXPECT_EQ(heard, (std::vector<std::string>{"news=one", "pattern room#7=two", "more=four"}));
  listener.unsubscribe("news");
  ASSERT_TRUE(loop.run(listener.wait_subscribed("more")));
  EXPECT_EQ(command(sender, {"PUBSUB", "NUMSUB", "more"})->elements.at(1).integer, 1);
  EXPECT_FALSE(loop.run(listener.wait_subscribed("news")));
}

TEST_F(RedisClientTest, LogsInAndSelectsTheDatabaseOfTheUrl) {
  const RedisServer redis({"--requirepass", "se cret"});
  const auto at = "@127.0.0.1:" + std::to_string(redis.port());
  auto& third = connect("redis://:se%20cret" + at + "/3");
  auto& named = connect("redis://default:se%20cret" + at);
  ASSERT_TRUE(command(third, {"SET", "k", "v"}));
  EXPECT_EQ(command(named, {"GET", "k"})->type, RedisReply::Type::nil);
  EXPECT_EQ(command(third, {"GET", "k"})->text, "v");
}

TEST_F(RedisClientTest, AWrongPasswordIsSaidAndNeverShown) {
  const RedisServer redis({"--requirepass", "secret"});
  auto& client = add("redis://:guess@127.0.0.1:" + std::to_string(redis.port()));
  EXPECT_FALSE(
      loop.run(client.wait_ready(std::chrono::steady_clock::now() + std::chrono::milliseconds(300))));
  const auto trouble = client.trouble();
  ASSERT_TRUE(trouble && trouble->is(ClusterError::login_refused));
  EXPECT_EQ(trouble->detail(), "WRONGPASS");
}

TEST_F(RedisClientTest, ARedisThatStillLoadsItsDataIsAwayAndHasRefusedNobody) {
  asio::ip::tcp::acceptor acceptor(loop.context(), {asio::ip::address_v4::loopback(), 0});
  core::TaskGroup tasks(loop.executor());
  const auto refuse = [](asio::ip::tcp::acceptor& from) -> asio::awaitable<void> {
    for (;;) {
      auto socket = co_await from.async_accept(asio::use_awaitable);
      constexpr std::string_view kLoading = "-LOADING Redis is loading the dataset in memory\r\n";
      co_await asio::async_write(socket, asio::buffer(kLoading), asio::use_awaitable);
    }
  };
  tasks.spawn(refuse(acceptor));
  auto& client = add("redis://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
  EXPECT_FALSE(
      loop.run(client.wait_ready(std::chrono::steady_clock::now() + std::chrono::milliseconds(300))));
  const auto trouble = client.trouble();
  ASSERT_TRUE(trouble && trouble->is(ClusterError::unavailable));
  EXPECT_EQ(trouble->detail(), "LOADING");
  tasks.cancel();
  loop.run(tasks.join());
}

TEST_F(RedisClientTest, SpeaksTlsWithWhomItTrusts) {
  const http::TestCertificate certificate;
  const RedisServer redis(tls(certificate), RedisServer::Wire::tls);
  RedisClient::Options options;
  options.ca_file = certificate.certificate_file();
  auto& client = connect(redis.url(), options);
  listen(client, "news");
  ASSERT_TRUE(client.publish("news", bytes(std::string(100'000, 'x'))));
  until([this] { return !heard.empty(); });
  EXPECT_EQ(heard.front().size(), std::string("news=").size() + 100'000);
}

TEST_F(RedisClientTest, ShowsRedisItsCertificateWhereThatAsksForOne) {
  const http::TestCertificate certificate;
  auto arguments = tls(certificate);
  arguments.back() = "yes";
  const RedisServer redis(arguments, RedisServer::Wire::tls);
  RedisClient::Options options;
  options.ca_file = certificate.certificate_file();
  expect_no_tls(redis.url(), options);
  options.certificate = certificate.certificate_file();
  options.private_key = certificate.key_file();
  EXPECT_TRUE(connect(redis.url(), options).ready());
}

TEST_F(RedisClientTest, TrustsNoStrangerAndNoOtherName) {
  const http::TestCertificate certificate;
  const http::TestCertificate another;
  const RedisServer redis(tls(certificate), RedisServer::Wire::tls);
  RedisClient::Options options;
  expect_no_tls(redis.url(), options);
  options.ca_file = another.certificate_file();
  expect_no_tls(redis.url(), options);
  options.ca_file = certificate.certificate_file();
  expect_no_tls("rediss://localhost:" + std::to_string(redis.port()), options);
}

TEST_F(RedisClientTest, WithoutRedisEverythingFailsAtOnce) {
  RedisServer redis;
  redis.stop();
  auto& client = add(redis.url());
  EXPECT_FALSE(client.ready());
  EXPECT_TRUE(client.publish("news", bytes("x")).error().is(ClusterError::unavailable));
  EXPECT_TRUE(command(client, {"PING"}).error().is(ClusterError::unavailable));
}

TEST_F(RedisClientTest, ComesBackWithItsSubscriptionsWhenRedisDoes) {
  RedisServer redis;
  auto& listener = connect(redis.url());
  auto& sender = connect(redis.url());
  listen(listener, "news");
  redis.stop();
  until([&] { return !listener.ready() && !sender.ready(); });
  EXPECT_TRUE(listener.trouble());
  EXPECT_TRUE(sender.publish("news", bytes("lost")).error().is(ClusterError::unavailable));
  redis.start();
  ASSERT_TRUE(becomes_ready(listener) && becomes_ready(sender));
  EXPECT_FALSE(listener.trouble());
  ASSERT_TRUE(sender.publish("news", bytes("found")));
  until([this] { return !heard.empty(); });
  EXPECT_EQ(heard, (std::vector<std::string>{"news=found"}));
}

TEST_F(RedisClientTest, NoticesARedisThatNoLongerAnswers) {
  const RedisServer redis;
  RedisClient::Options options;
  options.command_timeout = std::chrono::milliseconds(200);
  options.ping_interval = std::chrono::milliseconds(100);
  auto& client = connect(redis.url(), options);
  redis.pause();
  EXPECT_TRUE(command(client, {"GET", "k"}).error().is(ClusterError::timeout));
  until([&] { return !client.ready(); });
  redis.resume();
  EXPECT_TRUE(becomes_ready(client));
}

TEST_F(RedisClientTest, QueuesAreBounded) {
  const RedisServer redis;
  RedisClient::Options options;
  options.max_queue = core::Bytes{1000};
  auto& client = connect(redis.url(), options);
  EXPECT_TRUE(client.publish("news", bytes(std::string(2000, 'x'))).error().is(ClusterError::queue_full));
  ASSERT_TRUE(client.publish("news", bytes("small")));
}

}  // namespace
}  // namespace pantheon::cluster
