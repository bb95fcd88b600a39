#include "cluster/local_hub.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <map>

#include "cluster/local_groups.hpp"
#include "cluster/local_node.hpp"
#include "core/loop_thread.hpp"
#include "core/task_group.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

json::object with_text(std::string text) {
  return {{"text", std::move(text)}};
}

/// A shard with what it has heard. What is here belongs to its thread.
struct Shard {
  Shard(const LocalHub& hub, std::size_t index) : node(hub, index), groups(hub, index, handlers()) {
    node.on_message([this](const std::string&, const json::object& message) {
      heard.emplace_back(message.at("text").as_string());
    });
    node.on_text([this](const SocketText& text) {
      heard.push_back(text.account + " " + text.socket_id + " " + text.from_device + " " + text.from_socket +
                      " " + text.text);
    });
  }

  Groups::Handlers handlers() {
    return {[this](const std::string&, const RosterEntry& entry, bool found) {
              heard.push_back((found ? "found " : "put ") + entry.id);
              view[entry.id] = core::serialize_json(entry.value);
            },
            [this](const std::string&, const RosterEntry& entry) {
              heard.push_back("drop " + entry.id);
              view.erase(entry.id);
            },
            [this](const std::string&, const json::object& message) {
              heard.push_back("tell " + std::string(message.at("text").as_string()));
            }};
  }

  std::vector<std::string> heard;
  std::map<std::string, std::string> view;
  LocalNode node;
  LocalGroups groups;
};

class LocalHubTest : public testing::Test {
 protected:
  static constexpr std::size_t kShards = 3;

  void start(LocalHubOptions options = {}) {
    std::vector<asio::any_io_executor> executors;
    executors.reserve(kShards);
    for (auto& loop : loops) executors.push_back(loop.executor());
    hub = std::make_unique<LocalHub>(executors, options);
    for (std::size_t i = 0; i < kShards; ++i) shards.push_back(std::make_unique<Shard>(*hub, i));
    for (auto& loop : loops) loop.start();
  }
  void TearDown() override {
    for (std::size_t i = 0; i < shards.size(); ++i) on(i, stop(*shards[i]));
    for (auto& loop : loops) loop.finish();
  }
  static asio::awaitable<void> stop(Shard& shard) {
    co_await shard.groups.stop();
    co_await shard.node.stop();
  }

  /// Does something on a shard's thread and waits until it is done.
  void on(std::size_t shard, asio::awaitable<void> task) {
    std::promise<void> done;
    asio::co_spawn(loops.at(shard).executor(), std::move(task),
                   [&](std::exception_ptr) { done.set_value(); });
    done.get_future().get();
  }
  void on(std::size_t shard, const std::function<void(Shard&)>& what) {
    std::promise<void> done;
    asio::post(loops.at(shard).executor(), [&] {
      what(*shards.at(shard));
      done.set_value();
    });
    done.get_future().get();
  }
  void open(std::size_t shard, std::string group = "a") {
    on(shard, shards.at(shard)->groups.open(std::move(group), milliseconds(0)));
  }
  /// What it has heard by now; forgotten.
  std::vector<std::string> heard(std::size_t shard) {
    std::vector<std::string> said;
    on(shard, [&](Shard& s) { said = std::exchange(s.heard, {}); });
    return said;
  }

  std::array<core::LoopThread, kShards> loops;
  std::unique_ptr<LocalHub> hub;
  std::vector<std::unique_ptr<Shard>> shards;
};

TEST_F(LocalHubTest, WhatIsThereIsKnownWhenAGroupHasBeenOpened) {
  start();
  on(0, [](Shard& s) { s.groups.put("a", "x", with_text("1")); });
  on(0, [](Shard& s) { s.groups.put("b", "y", with_text("2")); });
  on(1, [](Shard& s) { s.groups.put("a", "own", with_text("3")); });
  open(1);
  EXPECT_THAT(heard(1), ElementsAre("found x"));
}

TEST_F(LocalHubTest, ChangesAreHeardInOrderByTheOthersThatHaveTheGroupOpen) {
  start();
  for (std::size_t i = 0; i < kShards - 1; ++i) open(i);
  on(0, [](Shard& s) {
    s.groups.put("a", "x", with_text("1"));
    s.groups.put("a", "x", with_text("2"));
    s.groups.tell("a", with_text("hello"), Groups::Delivery::may_be_lost);
    s.groups.drop("a", "x");
    s.groups.drop("a", "unknown");
    s.groups.put("b", "of another group", {});
  });
  EXPECT_THAT(heard(1), ElementsAre("put x", "put x", "tell hello", "drop x"));
  EXPECT_THAT(heard(0), IsEmpty());
  EXPECT_THAT(heard(2), IsEmpty());
}

TEST_F(LocalHubTest, AClosedGroupIsHeardNoMoreAndReadAnewWhenItIsOpenedAgain) {
  start();
  open(1);
  on(1, [](Shard& s) { s.groups.close("a"); });
  on(0, [](Shard& s) { s.groups.put("a", "x", with_text("1")); });
  EXPECT_THAT(heard(1), IsEmpty());
  open(1);
  EXPECT_THAT(heard(1), ElementsAre("found x"));
}

TEST_F(LocalHubTest, MessagesArriveInOrder) {
  start();
  constexpr std::size_t kMessages = 500;
  std::vector<std::string> expected;
  expected.reserve(kMessages);
  for (std::size_t i = 0; i < kMessages; ++i) expected.push_back(std::to_string(i));
  on(0, [&](Shard& s) {
    for (const auto& text : expected) EXPECT_TRUE(s.node.send(shards[2]->node.id(), with_text(text)));
  });
  EXPECT_EQ(heard(2), expected);
}

TEST_F(LocalHubTest, TextsArriveAsTheyAreAndInOrderWithMessages) {
  start();
  on(0, [&](Shard& s) {
    const auto& to = shards[2]->node.id();
    EXPECT_TRUE(s.node.send_text(to, {"account", "socket", "device", "from", "{ \"n\":1.50 }"}));
    EXPECT_TRUE(s.node.send(to, with_text("between")));
    EXPECT_TRUE(s.node.send_text(to, {"account", "socket", "device", "from", "2"}));
  });
  EXPECT_THAT(heard(2), ElementsAre("account socket device from { \"n\":1.50 }", "between",
                                    "account socket device from 2"));
}

TEST_F(LocalHubTest, AMessageToNobodyIsRefused) {
  start();
  on(0, [](Shard& s) {
    EXPECT_EQ(s.node.send("elsewhere", {}).error().code(), "cluster_unavailable");
    EXPECT_EQ(s.node.send_text("elsewhere", {}).error().code(), "cluster_unavailable");
  });
}

TEST_F(LocalHubTest, AShardThatIsBehindGetsNoMoreMessagesButAllChangesOfGroups) {
  LocalHubOptions options;
  options.max_waiting = 10;
  start(options);
  open(1);
  std::promise<void> release;
  asio::post(loops[1].executor(), [held = release.get_future().share()] { held.wait(); });
  on(0, [&](Shard& s) {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(s.node.send(shards[1]->node.id(), with_text("m")));
    EXPECT_EQ(s.node.send(shards[1]->node.id(), with_text("m")).error().code(), "cluster_queue_full");
    s.groups.tell("a", with_text("lost"), Groups::Delivery::may_be_lost);
    s.groups.tell("a", with_text("arrives"), Groups::Delivery::arrives);
    s.groups.put("a", "x", {});
  });
  release.set_value();
  const auto all = heard(1);
  EXPECT_EQ(all.size(), 12U);
  EXPECT_EQ(all.at(10), "tell arrives");
  EXPECT_EQ(all.back(), "put x");
}

TEST_F(LocalHubTest, ARequestIsAnsweredByTheOtherShardOrFailsInTime) {
  LocalHubOptions options;
  options.request_timeout = milliseconds(50);
  start(options);
  on(1, [](Shard& s) {
    s.node.on_request([](std::string, json::object message) -> asio::awaitable<json::object> {
      message["answered"] = true;
      co_return message;
    });
  });
  const auto ask = [](Shard& from, std::string to, std::string& result) -> asio::awaitable<void> {
    auto message = with_text("question");
    const auto answer = co_await from.node.request(std::move(to), std::move(message));
    result = answer ? core::serialize_json(*answer) : std::string(answer.error().code());
  };
  std::string result;
  on(0, ask(*shards[0], shards[1]->node.id(), result));
  EXPECT_EQ(result, R"({"text":"question","answered":true})");
  on(0, ask(*shards[0], shards[2]->node.id(), result));
  EXPECT_EQ(result, "cluster_timeout");
  on(0, ask(*shards[0], "elsewhere", result));
  EXPECT_EQ(result, "cluster_unavailable");
}

TEST_F(LocalHubTest, WhoOpensAndClosesWhileOthersChangeMissesNothing) {
  start();
  const auto change = [](Shard& s, std::string name) -> asio::awaitable<void> {
    for (int i = 0; i < 300; ++i) {
      const auto id = name + std::to_string(i % 10);
      if (i % 7 == 3) {
        s.groups.drop("a", id);
      } else {
        s.groups.put("a", id, with_text(std::to_string(i)));
      }
      static_cast<void>(co_await core::sleep_for(std::chrono::microseconds(10)));
    }
  };
  const auto watch = [](Shard& s) -> asio::awaitable<void> {
    for (int i = 0; i < 100; ++i) {
      s.groups.close("a");
      s.view.clear();
      co_await s.groups.open("a", milliseconds(0));
      static_cast<void>(co_await core::sleep_for(std::chrono::microseconds(50)));
    }
  };
  std::array<std::promise<void>, kShards> done;
  for (std::size_t i = 0; i < kShards; ++i) {
    auto task = i == 2 ? watch(*shards[i]) : change(*shards[i], i == 0 ? "x" : "y");
    asio::co_spawn(loops[i].executor(), std::move(task), [&, i](std::exception_ptr) { done[i].set_value(); });
  }
  for (auto& end : done) end.get_future().get();
  std::map<std::string, std::string> followed;
  on(2, [&](Shard& s) { followed = s.view; });
  std::map<std::string, std::string> read;
  on(2, [](Shard& s) {
    s.groups.close("a");
    s.view.clear();
  });
  open(2);
  on(2, [&](Shard& s) { read = s.view; });
  EXPECT_EQ(followed, read);
  EXPECT_THAT(read, testing::SizeIs(testing::Gt(10U)));
}

}  // namespace
}  // namespace pantheon::cluster
