#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/error.hpp"
#include "cluster/testing/roster_nodes.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(RosterTest, WhoOpensAGroupSeesWhatOthersHavePutThere) {
  auto& a = add_node();
  auto& b = add_node();
  a.roster.put("g", "one", {{"n", 1}});
  a.roster.put("other", "elsewhere", {});
  open(b, "g");
  ASSERT_THAT(b.ids("g"), ElementsAre("one"));
  EXPECT_EQ(b.roster.others("g").front().value, (json::object{{"n", 1}}));
  EXPECT_THAT(a.ids("g"), IsEmpty()) << "a node does not see its own entries";
}

TEST_F(RosterTest, ChangesAreToldInTheirOrder) {
  auto& a = add_node();
  auto& b = add_node();
  open(b, "g");
  a.roster.put("g", "one", {});
  a.roster.tell("g", {{"text", "hello"}}, Groups::Delivery::may_be_lost);
  a.roster.put("g", "one", {{"changed", true}});
  a.roster.drop("g", "one");
  until([&] { return b.events.size() == 4; });
  EXPECT_THAT(b.events, ElementsAre("put one", "tell hello", "put one", "drop one"));
  EXPECT_EQ(ask(a, {"EXISTS", "pantheon:group:g"}).integer, 0);
}

TEST_F(RosterTest, AClosedGroupIsQuiet) {
  auto& a = add_node();
  auto& b = add_node();
  open(b, "g");
  open(b, "h");
  b.roster.close("g");
  a.roster.put("g", "one", {});
  a.roster.put("h", "two", {});
  until([&] { return !b.events.empty(); });
  EXPECT_THAT(b.events, ElementsAre("put two"));
  EXPECT_THAT(b.ids("g"), IsEmpty());
}

TEST_F(RosterTest, ANodeThatIsGoneTakesItsEntriesAlongAndNobodyElses) {
  auto& a = add_node();
  auto& c = add_node();
  a.roster.put("g", "stays", {});
  c.roster.put("g", "goes", {});
  auto& b = add_node();
  open(b, "g");
  EXPECT_EQ(b.ids("g").size(), 2U);
  // As after a SIGKILL: nobody renews the lease any more.
  loop.run(c.roster.stop());
  loop.run(c.client.stop());
  until([&] { return !b.events.empty(); });
  EXPECT_THAT(b.events, ElementsAre("drop goes"));
  EXPECT_THAT(b.ids("g"), ElementsAre("stays"));
  EXPECT_TRUE(becomes(b, {"HLEN", "pantheon:group:g"}, 1)) << "they are removed from Redis, too";
}

TEST_F(RosterTest, ANodeThatStopsGivesItsLeaseBackAtOnce) {
  auto& a = add_node(seconds(60));
  auto& b = add_node(milliseconds(400));
  a.roster.put("g", "one", {});
  open(b, "g");
  EXPECT_THAT(b.ids("g"), ElementsAre("one"));
  loop.run(a.roster.stop());
  loop.run(a.nodes.stop());
  until([&] { return !b.events.empty(); });
  EXPECT_THAT(b.events, ElementsAre("drop one"));
}

TEST_F(RosterTest, WhenRedisComesBackEmptyEverybodyKnowsEverythingAgain) {
  auto& a = add_node(seconds(30));
  auto& b = add_node(seconds(30));
  a.roster.put("g", "before", {});
  open(b, "g");
  redis.stop();
  until([&] { return !a.nodes.joined() && !b.nodes.joined(); });
  a.roster.put("g", "meanwhile", {});
  a.roster.drop("g", "before");
  EXPECT_THAT(b.ids("g"), ElementsAre("before")) << "as it was last known";
  redis.start();
  until([&] { return b.ids("g") == std::vector<std::string>{"meanwhile"}; });
}

TEST_F(RosterTest, WhoIsBackFirstWhenRedisIsEmptySeesNobodyLeaveButThoseThatHaveLeft) {
  auto slow = link_options();
  slow.first_retry_delay = seconds(1);
  auto& a = add_node(seconds(30));
  auto& b = add_node(seconds(30), slow);
  b.roster.put("g", "stays", {});
  b.roster.put("g", "goes", {});
  open(a, "g");
  redis.stop();
  until([&] { return !a.nodes.joined() && !b.nodes.joined(); });
  b.roster.drop("g", "goes");
  redis.start();
  until([&] { return a.ids("g") == std::vector<std::string>{"stays"}; });
  EXPECT_TRUE(b.nodes.joined());
  EXPECT_THAT(a.events, ElementsAre("drop goes"));
}

TEST_F(RosterTest, WhoDoesNotComeBackWithRedisIsGoneAfterALease) {
  auto& a = add_node(seconds(2));
  auto& b = add_node(seconds(2));
  b.roster.put("g", "one", {});
  open(a, "g");
  redis.stop();
  loop.run(b.roster.stop());
  loop.run(b.client.stop());
  redis.start();
  const auto begun = std::chrono::steady_clock::now();
  until([&] { return !a.events.empty(); });
  EXPECT_THAT(a.events, ElementsAre("drop one"));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, seconds(1)) << "it might have";
  EXPECT_TRUE(a.nodes.joined());
}

TEST_F(RosterTest, WhoAloneLostRedisSeesAtOnceWhatIsGoneFromIt) {
  auto& a = add_node(seconds(30));
  auto& b = add_node(seconds(30));
  b.roster.put("g", "one", {});
  open(a, "g");
  const auto connection = ask(a, {"CLIENT", "ID"}).integer;
  ask(b, {"HDEL", "pantheon:group:g", b.nodes.id() + "/one"});
  ask(b, {"CLIENT", "KILL", "ID", std::to_string(connection)});
  until([&] { return !a.events.empty(); });
  EXPECT_THAT(a.events, ElementsAre("drop one"));
}

TEST_F(RosterTest, ARedisThatTakesNoWritesForALeaseIsAsGoodAsAway) {
  auto& a = add_node(milliseconds(600));
  auto& b = add_node(milliseconds(600));
  a.roster.put("g", "one", {});
  open(b, "g");
  ask(b, {"CONFIG", "SET", "maxmemory", "1"});
  until([&] { return !b.events.empty(); });
  EXPECT_THAT(b.events, ElementsAre("drop one"));
  EXPECT_FALSE(b.nodes.joined());
  ASSERT_TRUE(b.nodes.trouble());
  EXPECT_TRUE(b.nodes.trouble()->is(ClusterError::refused));
  ask(b, {"CONFIG", "SET", "maxmemory", "0"});
  until([&] { return b.nodes.joined() && b.ids("g") == std::vector<std::string>{"one"}; });
}

TEST_F(RosterTest, AChangeOfAnEntryThatIsNotKnownYetFindsIt) {
  auto& a = add_node();
  auto& b = add_node();
  a.roster.put("g", "one", {});
  ask(a, {"HDEL", "pantheon:group:g", a.nodes.id() + "/one"});
  open(b, "g");
  ASSERT_THAT(b.ids("g"), IsEmpty());
  a.roster.put("g", "one", {{"n", 1}});
  a.roster.put("g", "one", {{"n", 2}});
  until([&] { return b.events.size() == 2; });
  EXPECT_THAT(b.events, ElementsAre("found one", "put one"));
}

TEST_F(RosterTest, WithRedisAwayForLongTheOthersAreGone) {
  auto& a = add_node(milliseconds(600));
  auto& b = add_node(milliseconds(600));
  a.roster.put("g", "one", {});
  open(b, "g");
  redis.stop();
  until([&] { return !b.events.empty(); });
  EXPECT_THAT(b.events, ElementsAre("drop one"));
  redis.start();
  until([&] { return b.ids("g") == std::vector<std::string>{"one"}; });
}

TEST_F(RosterTest, ANodeThatWasTakenForDeadComesBack) {
  auto& a = add_node();
  auto& b = add_node();
  a.roster.put("g", "one", {});
  open(b, "g");
  ask(b, {"DEL", "pantheon:node:" + a.nodes.id()});
  ASSERT_TRUE(loop.run(b.nodes.refresh()));
  until([&] { return b.events.size() == 2; });
  EXPECT_EQ(b.events.front(), "drop one");
  EXPECT_THAT(b.ids("g"), ElementsAre("one"));
  EXPECT_EQ(ask(b, {"HLEN", "pantheon:group:g"}).integer, 1);
}

TEST_F(RosterTest, ANodeOfAnotherClusterDoesNotJoin) {
  add_node();
  RedisClient client(loop.executor(), *parse_redis_url(redis.url()));
  Nodes::Options options;
  options.may_join = [](const std::string& founding) -> core::Result<void> {
    if (founding == "any") return core::failure(ClusterError::other_cluster);
    return {};
  };
  Nodes stranger(loop.executor(), client, options);
  client.start();
  stranger.start();
  const auto result = loop.run(stranger.wait_joined(std::chrono::steady_clock::now() + seconds(10)));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().is(ClusterError::other_cluster));
  EXPECT_FALSE(stranger.joined());
  ASSERT_TRUE(stranger.trouble());
  EXPECT_NE(stranger.trouble()->message().find("--data"), std::string::npos);
  loop.run(stranger.stop());
  loop.run(client.stop());
}

TEST_F(RosterTest, NodesAskEachOther) {
  auto& a = add_node();
  auto& b = add_node();
  b.nodes.on_request([](std::string, json::object message) -> asio::awaitable<json::object> {
    co_return json::object{{"twice", message.at("n").as_int64() * 2}};
  });
  const auto answer = loop.run(a.nodes.request(b.nodes.id(), {{"n", 21}}));
  ASSERT_TRUE(answer);
  EXPECT_EQ(*answer, (json::object{{"twice", 42}}));
  std::vector<std::string> heard;
  b.nodes.on_message([&](const std::string& from, const json::object& message) {
    heard.push_back(from + core::serialize_json(message));
    changed.notify();
  });
  ASSERT_TRUE(a.nodes.send(b.nodes.id(), {{"x", 1}}));
  until([&] { return !heard.empty(); });
  EXPECT_EQ(heard.front(), a.nodes.id() + R"({"x":1})");
}

TEST_F(RosterTest, TextsArriveAsTheyAreAndInOrderWithMessages) {
  auto& a = add_node();
  auto& b = add_node();
  std::vector<std::string> heard;
  note_messages(b.nodes, heard);
  b.nodes.on_text([&](const SocketText& text) {
    heard.push_back(text.account + " " + text.socket_id + " " + text.from_device + " " + text.from_socket +
                    " " + text.text);
    changed.notify();
  });
  ASSERT_TRUE(a.nodes.send_text(b.nodes.id(), {"acc", "to", "device", "from", "{ \"n\":1.50,\n\"n\":2 }"}));
  ASSERT_TRUE(a.nodes.send(b.nodes.id(), {{"x", 1}}));
  ASSERT_TRUE(a.nodes.send_text(b.nodes.id(), {"acc", "to", "device", "from", "3"}));
  until([&] { return heard.size() == 3; });
  EXPECT_THAT(heard, ElementsAre("acc to device from { \"n\":1.50,\n\"n\":2 }", R"({"x":1})",
                                 "acc to device from 3"));
}

asio::awaitable<void> note_answer(Nodes& nodes, std::string to, std::vector<std::string>& answers,
                                  core::AsyncEvent& changed) {
  const auto answer = co_await nodes.request(std::move(to), {});
  answers.push_back(answer ? core::serialize_json(*answer) : std::string(answer.error().code()));
  changed.notify();
}

asio::awaitable<json::object> answer_when(core::AsyncEvent& changed, bool& may) {
  while (!may) (void)co_await changed.wait();
  co_return json::object{{"late", true}};
}

TEST_F(RosterTest, OnlySoManyRequestsOfANodeWaitAtATime) {
  auto& a = add_node();
  auto& b = add_node();
  bool may_answer = false;
  b.nodes.on_request(
      [&](const std::string&, const json::object&) { return answer_when(changed, may_answer); });
  std::vector<std::string> answers;
  core::TaskGroup tasks(loop.executor());
  for (std::size_t n = 0; n < kMostRequests; ++n)
    tasks.spawn(note_answer(a.nodes, b.nodes.id(), answers, changed));
  const auto refused = loop.run(a.nodes.request(b.nodes.id(), {}));
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(ClusterError::queue_full));
  EXPECT_THAT(answers, IsEmpty());
  may_answer = true;
  changed.notify();
  until([&] { return answers.size() == kMostRequests; });
  EXPECT_EQ(answers, std::vector<std::string>(kMostRequests, R"({"late":true})"));
  EXPECT_TRUE(loop.run(a.nodes.request(b.nodes.id(), {}))) << "their places are free again";
  loop.run(tasks.join());
}

TEST_F(RosterTest, AnAnswerWaitsForRoomInTheQueue) {
  auto small = link_options();
  small.max_pending = 30;
  auto& a = add_node();
  auto& b = add_node(milliseconds(1000), small);
  b.nodes.on_request([&](std::string, json::object) -> asio::awaitable<json::object> {
    while (b.client.post({"PING"})) {
    }
    co_return json::object{{"answered", true}};
  });
  const auto answer = loop.run(a.nodes.request(b.nodes.id(), {}));
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(*answer, (json::object{{"answered", true}}));
}

TEST_F(RosterTest, WhatIsNoMessageOfANodeIsIgnored) {
  auto& a = add_node();
  auto& b = add_node();
  std::vector<std::string> heard;
  note_messages(b.nodes, heard);
  b.nodes.on_text([&](const SocketText& text) { heard.push_back(text.text); });
  b.nodes.on_request(
      [](std::string, json::object) -> asio::awaitable<json::object> { co_return json::object(); });
  const auto channel = b.nodes.prefix() + ":to-node:" + b.nodes.id();
  for (const char* text :
       {"", "{", "[]", "\xff", R"({"message":{}})", R"({"node":3,"message":{}})", R"({"node":"x"})",
        R"({"node":"x","message":3})", R"({"node":"x","answer":"of nothing","message":{}})",
        R"({"node":"nobody","request":"r","message":{}})", "\n", "{}\ntext",
        "{\"account\":\"a\",\"socketId\":\"s\",\"fromUserId\":\"d\",\"fromSocketId\":\"t\"}\n\xff"}) {
    EXPECT_EQ(ask(a, {"PUBLISH", channel, text}).integer, 1) << text;
  }
  ASSERT_TRUE(a.nodes.send(b.nodes.id(), {{"x", 1}}));
  until([&] { return !heard.empty(); });
  EXPECT_THAT(heard, ElementsAre(R"({"x":1})"));
  EXPECT_TRUE(loop.run(a.nodes.request(b.nodes.id(), {})));
}

TEST_F(RosterTest, ARequestToANodeThatDiesEnds) {
  auto& a = add_node(milliseconds(400));
  auto& b = add_node(milliseconds(400));
  until([&] { return a.nodes.is_alive(b.nodes.id()); });
  loop.run(b.client.stop());
  const auto began = std::chrono::steady_clock::now();
  const auto answer = loop.run(a.nodes.request(b.nodes.id(), {}));
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().is(ClusterError::timeout));
  EXPECT_LT(std::chrono::steady_clock::now() - began, milliseconds(1900));
}

TEST_F(RosterTest, ARequestToANodeThatIsGoneEndsAtOnce) {
  auto& a = add_node(milliseconds(400));
  auto& b = add_node(milliseconds(400));
  until([&] { return a.nodes.is_alive(b.nodes.id()); });
  loop.run(b.client.stop());
  until([&] { return !a.nodes.is_alive(b.nodes.id()); });
  const auto began = std::chrono::steady_clock::now();
  const auto answer = loop.run(a.nodes.request(b.nodes.id(), {}));
  ASSERT_FALSE(answer);
  EXPECT_TRUE(answer.error().is(ClusterError::timeout));
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(1));
}

TEST_F(RosterTest, ARequestToANodeThatHasJustComeIsAnswered) {
  auto& a = add_node(seconds(60));
  auto& b = add_node(seconds(60));
  b.nodes.on_request(
      [](std::string, json::object) -> asio::awaitable<json::object> { co_return json::object(); });
  ASSERT_FALSE(a.nodes.is_alive(b.nodes.id())) << "the leases are looked at every 15 s";
  EXPECT_TRUE(loop.run(a.nodes.request(b.nodes.id(), {})));
}

}  // namespace
}  // namespace pantheon::cluster
