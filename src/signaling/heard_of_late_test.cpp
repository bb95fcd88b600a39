#include "cluster/redis_client.hpp"
#include "cluster/redis_url.hpp"
#include "signaling/two_services_test_support.hpp"

// Sockets of another node that this one does not hear of when they come, but later.

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::TestDevice;
using test::asio::awaitable;

struct HeardOfLateTest : test::OverRedis<test::TwoServicesTest> {
  HeardOfLateTest() { device.account = "anna"; }

  /// What its node would say of a socket, as it is now, when it tells of it anew.
  awaitable<std::string> told_anew(std::string socket_id) {
    std::vector<std::string> read_all{"HGETALL", group()};
    const auto reply = co_await ask_redis(std::move(read_all));
    json::object message;
    for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
      const auto& field = reply.elements[i].text;
      if (!field.ends_with("/" + socket_id)) continue;
      message["node"] = field.substr(0, field.find('/'));
      message["put"] = socket_id;
      message["again"] = true;
      message["content"] = core::parse_json_object(reply.elements[i + 1].text).value();
    }
    co_return core::serialize_json(message);
  }
  /// Says it.
  awaitable<void> tell(std::string told) {
    std::vector<std::string> publish{"PUBLISH", group(), std::move(told)};
    static_cast<void>(co_await ask_redis(std::move(publish)));
  }
  awaitable<cluster::RedisReply> ask_redis(std::vector<std::string> command) {
    cluster::RedisClient client(io.get_executor(), *cluster::parse_redis_url(redis.url()));
    client.start();
    static_cast<void>(co_await client.wait_ready(std::chrono::steady_clock::now() + test::kPatience));
    auto reply = co_await client.command(std::move(command));
    co_await client.stop();
    if (!reply) throw std::runtime_error(reply.error().message());
    co_return std::move(*reply);
  }
  std::string group() const { return "pantheon:group:dev:" + service->server_id() + ":anna"; }

  TestDevice device;
};

TEST_F(HeardOfLateTest, OfTwoSocketsOfAnInstallationTheNewerStays) {
  run_both([&]() -> awaitable<void> {
    auto* watcher = co_await joined("anna", "host");
    auto* older = co_await connected_there(device);
    const auto older_id = older->id();
    auto late = co_await told_anew(older_id);
    now += std::chrono::seconds(1);
    auto* newer = co_await connected(device);
    co_await older->disconnected();
    co_await until_listed(watcher, older_id, Seen::not_at_all);
    co_await tell(std::move(late));
    co_await until_listed(watcher, older_id, Seen::online);
    co_await newer->settle();
    EXPECT_TRUE(newer->is_connected());
  });
}

TEST_F(HeardOfLateTest, OfTwoSocketsOfAnInstallationTheNewerStaysAlsoWhenItCameWhileRedisWasAway) {
  run_both([&]() -> awaitable<void> {
    auto* watcher = co_await joined("anna", "host");
    auto* older = co_await connected_there(device);
    static_cast<void>(co_await watcher->next("peer-joined"));
    redis.stop();
    static_cast<void>(co_await watcher->next("peer-left"));
    now += std::chrono::seconds(1);
    auto* newer = co_await connected(device);
    static_cast<void>(co_await watcher->next("peer-joined"));
    redis.start();
    const auto older_id = older->id();
    co_await older->disconnected();
    co_await until_both_are(true);
    co_await until_listed(watcher, older_id, Seen::not_at_all);
    co_await newer->settle();
    EXPECT_TRUE(newer->is_connected());
    EXPECT_EQ(watcher->waiting("peer-left"), 0U);
  });
}

TEST_F(HeardOfLateTest, AnOlderClientIsNotTakenForOneThatDropped) {
  options.presence_grace = std::chrono::minutes(1);
  run_both([&]() -> awaitable<void> {
    auto* watcher = co_await joined("anna", "host");
    auto* there = co_await joined_there("anna", "shared");
    const auto there_id = there->id();
    co_await until_listed(watcher, there_id, Seen::online);
    auto late = co_await told_anew(there_id);
    co_await there->stop();
    co_await until_listed(watcher, there_id, Seen::not_at_all);
    auto* dropped = co_await joined("anna", "shared");
    const auto dropped_id = dropped->id();
    co_await drop(dropped);
    co_await tell(std::move(late));
    co_await until_listed(watcher, there_id, Seen::online);
    co_await until_listed(watcher, dropped_id, Seen::away);
  });
}

}  // namespace
}  // namespace pantheon::signaling
