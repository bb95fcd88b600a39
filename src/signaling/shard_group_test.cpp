#include "signaling/shard_group.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <set>

#include "core/loop_thread.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using testing::ElementsAre;
using testing::HasSubstr;

http::Request get(std::string path, std::string query = {}) {
  http::Request request;
  request.method = "GET";
  request.path = std::move(path);
  request.query = std::move(query);
  return request;
}

/// The first shard is here, the second on a thread of its own.
class ShardGroupTest : public testing::Test {
 protected:
  ShardGroupTest() { other.start(); }

  template <class T>
  T run(boost::asio::awaitable<T> task) {
    T result{};
    boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T value) {
      if (error) std::rethrow_exception(error);
      result = std::move(value);
    });
    io.restart();
    io.run();
    return result;
  }

  boost::asio::io_context io{1};
  core::LoopThread other;
  ShardGroup group{{io.get_executor(), other.executor()}};
};

TEST_F(ShardGroupTest, ASessionsIdLeadsToItsShard) {
  for (std::size_t shard = 0; shard < group.size(); ++shard) {
    const auto sid = std::string(1, ShardGroup::sid_mark(shard)) + "random";
    EXPECT_EQ(group.home_of(get("/socket.io/", "EIO=4&sid=" + sid)), shard);
  }
}

TEST_F(ShardGroupTest, WhatBelongsNowhereIsAnsweredAnywhere) {
  EXPECT_EQ(group.home_of(get("/socket.io/", "EIO=4&transport=polling")), std::nullopt);
  EXPECT_EQ(group.home_of(get("/socket.io/", "EIO=4&sid=")), std::nullopt);
  EXPECT_EQ(group.home_of(get("/socket.io/", "EIO=4&sid=Zunknown")), std::nullopt);
  EXPECT_EQ(group.home_of(get("/socket.io/", "EIO=4&sid=%00")), std::nullopt);
  EXPECT_EQ(group.home_of(get("/health", "sid=B")), std::nullopt);
}

TEST_F(ShardGroupTest, GenerationOneHasOneHome) {
  auto upgrade = get("/ws");
  upgrade.headers.set("Upgrade", "websocket");
  upgrade.headers.set("Connection", "Upgrade");
  EXPECT_EQ(group.home_of(upgrade), 0U);
  EXPECT_EQ(group.home_of(get("/api/v1/peers/somebody")), 0U);
}

TEST_F(ShardGroupTest, EveryShardHasAMarkOfItsOwn) {
  std::set<char> marks;
  for (std::size_t shard = 0; shard < ShardGroup::kMaxShards; ++shard) marks.insert(group.sid_mark(shard));
  EXPECT_EQ(marks.size(), ShardGroup::kMaxShards);
}

TEST_F(ShardGroupTest, ANonceCountsOnceOnAllShards) {
  const core::WallTime now(std::chrono::seconds(1000));
  const auto expires = now + std::chrono::seconds(60);
  EXPECT_TRUE(group.use_nonce("n", expires, now));
  EXPECT_FALSE(group.use_nonce("n", expires, now));
  EXPECT_TRUE(group.use_nonce("other", expires, now));
  // Nobody accepts it any more by then; it has been forgotten.
  EXPECT_TRUE(group.use_nonce("n", expires, expires + std::chrono::seconds(1)));
}

TEST_F(ShardGroupTest, ALimiterOfANameIsTheSameForAll) {
  Options options;
  options.shards = std::shared_ptr<ShardGroup>(&group, [](ShardGroup*) {});
  const auto one = limiter_of(options, "connects", {1, 1});
  const auto two = limiter_of(options, "connects", {1, 1});
  const auto now = std::chrono::steady_clock::now();
  EXPECT_FALSE(one->take("address", now));
  EXPECT_TRUE(two->take("address", now));
  EXPECT_FALSE(limiter_of(options, "others", {1, 1})->take("address", now));
  EXPECT_FALSE(limiter_of(Options{}, "connects", {1, 1})->take("address", now));
}

TEST_F(ShardGroupTest, ReportsAreThoseOfAllTogether) {
  std::array<Metrics, 2> metrics;
  for (std::size_t shard = 0; shard < 2; ++shard) {
    const auto count = static_cast<std::int64_t>(shard + 1);
    metrics.at(shard).add(Count::sign_ins, "ok");
    metrics.at(shard).relayed(std::chrono::microseconds(1));
    metrics.at(shard).read("pantheon_sockets", "Sockets", Metrics::Kind::gauge,
                           [count] { return static_cast<double>(count); });
    ShardGroup::Reporter reporter;
    reporter.health = [count] {
      return json::object{{"status", "ok"},
                          {"roomCount", 1},
                          {"connectedUsers", count},
                          {"clients", {{"current", {{"now", count}}}}},
                          {"cluster", {{"ready", count == 1}, {"nodes", 5}}}};
    };
    reporter.obstacles = [count] {
      return std::vector<std::string>{"draining", "of " + std::to_string(count)};
    };
    reporter.metrics = [&metrics, shard] { return metrics.at(shard).snapshot(); };
    group.set_reporter(shard, std::move(reporter));
  }
  group.census()->add("somebody", "");

  const auto health = run(ShardGroup::health(group));
  EXPECT_EQ(
      json::value(health),
      core::parse_json(R"({"status":"ok","roomCount":1,"connectedUsers":3,"clients":{"current":{"now":3}},)"
                       R"("cluster":{"ready":false,"nodes":5},"shards":2})")
          .value());
  EXPECT_THAT(run(ShardGroup::obstacles(group)), ElementsAre("draining", "of 1", "of 2"));
  const auto text = run(ShardGroup::metrics(group));
  EXPECT_THAT(text, HasSubstr("pantheon_sign_ins_total{result=\"ok\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("pantheon_sockets 3\n"));
  EXPECT_THAT(text, HasSubstr("pantheon_relay_seconds_count 2\n"));
  EXPECT_THAT(text, HasSubstr("pantheon_relay_seconds_bucket{le=\"5e-06\"} 2\n"));
  EXPECT_EQ(text.find("# TYPE pantheon_sockets"), text.rfind("# TYPE pantheon_sockets"));
}

}  // namespace
}  // namespace pantheon::signaling
