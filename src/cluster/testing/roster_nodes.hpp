#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cluster/roster.hpp"
#include "cluster/testing/redis_server.hpp"
#include "core/async_event.hpp"
#include "core/task_group.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::cluster {

inline constexpr std::size_t kMostRequests = 4;

/// One node of a cluster, with what its roster has said.
struct TestNode {
  TestNode(asio::any_io_executor executor, const std::string& url, core::AsyncEvent& changed_event,
           std::chrono::milliseconds lease, const RedisClient::Options& link)
      : changed(changed_event),
        client(executor, *parse_redis_url(url), link),
        nodes(executor, client, nodes_options(lease)),
        roster(executor, client, nodes,
               {[this](const std::string&, const RosterEntry& entry, bool found) {
                  note((found ? "found " : "put ") + entry.id);
                },
                [this](const std::string&, const RosterEntry& entry) { note("drop " + entry.id); },
                [this](const std::string&, const core::json::object& message) {
                  note("tell " + std::string(message.at("text").as_string()));
                }}) {
    client.start();
    nodes.start();
  }

  void note(std::string text) {
    events.push_back(std::move(text));
    changed.notify();
  }
  static asio::awaitable<void> stop(TestNode& self) {
    co_await self.roster.stop();
    co_await self.nodes.stop();
    co_await self.client.stop();
  }
  static Nodes::Options nodes_options(std::chrono::milliseconds lease) {
    Nodes::Options options;
    options.lease = lease;
    options.request_timeout = std::chrono::seconds(2);
    options.max_requests = kMostRequests;
    return options;
  }
  std::vector<std::string> ids(const std::string& group) const {
    std::vector<std::string> list;
    for (const auto& entry : roster.others(group)) list.push_back(entry.id);
    return list;
  }

  core::AsyncEvent& changed;
  RedisClient client;
  Nodes nodes;
  Roster roster;
  std::vector<std::string> events;
};

class RosterTest : public testing::Test {
 protected:
  void TearDown() override {
    for (const auto& node : nodes_) loop.run(TestNode::stop(*node));
  }
  static RedisClient::Options link_options() {
    RedisClient::Options options;
    options.command_timeout = std::chrono::milliseconds(500);
    options.ping_interval = std::chrono::milliseconds(200);
    return options;
  }
  TestNode& add_node(std::chrono::milliseconds lease = std::chrono::milliseconds(1000),
                     const RedisClient::Options& link = link_options()) {
    nodes_.push_back(std::make_unique<TestNode>(loop.executor(), redis.url(), changed, lease, link));
    auto& node = *nodes_.back();
    EXPECT_TRUE(
        loop.run(node.nodes.wait_joined(std::chrono::steady_clock::now() + std::chrono::seconds(10))));
    return node;
  }
  void open(TestNode& node, const std::string& group) {
    loop.run(node.roster.open(group, std::chrono::seconds(5)));
    node.events.clear();
  }
  /// Writes down what other nodes send to this one.
  void note_messages(Nodes& nodes, std::vector<std::string>& heard) {
    nodes.on_message([this, &heard](const std::string&, const core::json::object& message) {
      heard.push_back(core::serialize_json(message));
      changed.notify();
    });
  }
  void until(const std::function<bool()>& condition) { loop.run(wait(changed, condition)); }
  static asio::awaitable<void> wait(core::AsyncEvent& event, const std::function<bool()>& condition) {
    // Things that say nothing when they change (leases) are looked at again and again.
    while (!condition())
      co_await event.wait_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(20));
  }
  /// What Redis says to a command, through a node's own connection.
  RedisReply ask(TestNode& node, std::vector<std::string> command) {
    return loop.run(node.client.command(std::move(command))).value_or(RedisReply());
  }

  /// Asks again and again until Redis says that number.
  bool becomes(TestNode& node, const std::vector<std::string>& command, std::int64_t number) {
    for (int i = 0; i < 200; ++i) {
      if (ask(node, command).integer == number) return true;
      loop.run(core::sleep_for(std::chrono::milliseconds(20)));
    }
    return false;
  }

  RedisServer redis;
  http::TestLoop loop;
  core::AsyncEvent changed{loop.executor()};

 private:
  std::vector<std::unique_ptr<TestNode>> nodes_;
};

}  // namespace pantheon::cluster
