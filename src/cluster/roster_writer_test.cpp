#include "cluster/roster_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/testing/roster_nodes.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

constexpr int kEntries = 50;
constexpr int kMostCommands = 30;

/// A node whose queue to Redis holds far less than its entries, and another that looks on.
class RosterWriterTest : public RosterTest {
 protected:
  RosterWriterTest() : a(add_node(seconds(30), small_queue())), b(add_node(seconds(30))) { open(b, "g"); }
  static RedisClient::Options small_queue() {
    auto options = link_options();
    options.max_pending = kMostCommands;
    return options;
  }
  void put_all(int n) {
    for (int i = 0; i < kEntries; ++i) a.roster.put("g", std::to_string(i), {{"n", n}});
  }
  void drop_all() {
    for (int i = 0; i < kEntries; ++i) a.roster.drop("g", std::to_string(i));
  }
  void until_all_are(int n) {
    until([&] {
      const auto& entries = b.roster.others("g");
      return entries.size() == kEntries && std::ranges::all_of(entries, [&](const RosterEntry& entry) {
               return entry.value == json::object{{"n", n}};
             });
    });
  }
  bool redis_has(int count) {
    return becomes(b, {"HLEN", "pantheon:group:g"}, count) &&
           becomes(b, {"SCARD", "pantheon:node:" + a.nodes.id() + ":entries"}, count);
  }

  TestNode& a;
  TestNode& b;
};

TEST_F(RosterWriterTest, WhatIsPutInABurstIsWrittenWhenThereIsRoom) {
  put_all(1);
  until_all_are(1);
  const auto refused =
      std::ranges::find_if(b.events, [](const auto& event) { return event.starts_with("found "); });
  EXPECT_LE(refused - b.events.begin(), kMostCommands / 3) << "an entry takes three commands";
  EXPECT_THAT(std::vector(refused, b.events.end()), Each(StartsWith("found ")))
      << "what else was said of those may be lost";
  EXPECT_TRUE(redis_has(kEntries));
}

TEST_F(RosterWriterTest, WhatMustBeHeardIsSaidAfterABurst) {
  put_all(1);
  a.roster.tell("g", {{"text", "lost"}}, Groups::Delivery::may_be_lost);
  a.roster.tell("g", {{"text", "first"}}, Groups::Delivery::arrives);
  a.roster.tell("g", {{"text", "second"}}, Groups::Delivery::arrives);
  until([&] { return std::ranges::count(b.events, "tell second") == 1; });
  EXPECT_THAT(b.events, IsSupersetOf({"tell first", "tell second"}));
  EXPECT_THAT(b.events, Not(Contains("tell lost")));
}

TEST_F(RosterWriterTest, WhatMustBeHeardHasAPlaceWhenTenThousandMessagesWait) {
  auto link = link_options();
  link.max_pending = 2000;
  auto& c = add_node(seconds(30), link);
  while (c.client.post({"PING"})) {
  }
  for (int i = 0; i <= 10'000; ++i) c.roster.tell("g", {{"text", "waits"}}, Groups::Delivery::waits);
  c.roster.tell("g", {{"text", "arrives"}}, Groups::Delivery::arrives);
  until([&] { return !b.events.empty() && b.events.back() == "tell arrives"; });
  EXPECT_EQ(b.events.size(), 10'001U) << "of those that wait, one found no place";
}

TEST_F(RosterWriterTest, OfWhatChangesInABurstTheNewestIsWritten) {
  for (int n = 1; n <= 4; ++n) put_all(n);
  until_all_are(4);
  EXPECT_TRUE(redis_has(kEntries));
}

TEST_F(RosterWriterTest, WhatIsDroppedInABurstIsGoneWhenThereIsRoom) {
  put_all(1);
  until_all_are(1);
  drop_all();
  until([&] { return b.ids("g").empty(); });
  EXPECT_TRUE(redis_has(0));
}

TEST_F(RosterWriterTest, WhatIsPutAgainAfterADropInTheSameBurstIsThere) {
  put_all(1);
  until_all_are(1);
  drop_all();
  put_all(2);
  a.roster.drop("g", "7");
  a.roster.put("g", "7", {{"n", 2}});
  until_all_are(2);
  EXPECT_TRUE(redis_has(kEntries));
}

TEST_F(RosterWriterTest, WhatIsPutAndDroppedInTheSameBurstIsNowhere) {
  put_all(1);
  drop_all();
  a.roster.put("g", "last", {});
  until([&] { return b.ids("g") == std::vector<std::string>{"last"}; });
  EXPECT_TRUE(redis_has(1));
}

TEST_F(RosterWriterTest, WhatGoesOnAsALargeEntryIsDroppedWhenThatIsThere) {
  auto link = link_options();
  link.max_queue = core::Bytes{16 * 1024};
  auto& c = add_node(seconds(30), link);
  c.roster.put("g", "before", {});
  until([&] { return !b.events.empty(); });
  ASSERT_TRUE(c.client.post({"ECHO", std::string(8 * 1024, 'x')}));
  c.roster.put("g", "after", {{"text", std::string(5 * 1024, 'x')}});
  c.roster.tell_of("g", "after", {{"text", "after"}});
  c.roster.drop("g", "before");
  until([&] { return b.ids("g") == std::vector<std::string>{"after"}; });
  EXPECT_THAT(b.events, ElementsAre("put before", "found after", "drop before"));
}

TEST_F(RosterWriterTest, WhenRedisComesBackEmptyEverythingIsWrittenAnew) {
  put_all(1);
  until_all_are(1);
  redis.stop();
  until([&] { return !a.nodes.joined() && !b.nodes.joined(); });
  redis.start();
  EXPECT_TRUE(redis_has(kEntries));
  until_all_are(1);
}

TEST_F(RosterWriterTest, WhatIsPutWhileEverythingIsWrittenAnewIsThereInItsNewestState) {
  put_all(1);
  until_all_are(1);
  redis.stop();
  until([&] { return !a.nodes.joined(); });
  redis.start();
  until([&] { return a.nodes.joined(); });
  put_all(2);
  a.roster.drop("g", "7");
  a.roster.put("g", "7", {{"n", 2}});
  until_all_are(2);
  EXPECT_TRUE(redis_has(kEntries));
}

TEST_F(RosterWriterTest, WhatIsDroppedWhileTheConnectionIsLostIsGoneAfterwards) {
  auto link = link_options();
  link.first_retry_delay = milliseconds(500);
  auto& lost = add_node(seconds(30), link);
  lost.roster.put("g", "goes", {});
  lost.roster.put("g", "stays", {});
  until([&] { return b.ids("g").size() == 2; });
  const auto connection = ask(lost, {"CLIENT", "ID"}).integer;
  ask(b, {"CLIENT", "KILL", "ID", std::to_string(connection)});
  until([&] { return !lost.nodes.joined(); });
  lost.roster.drop("g", "goes");
  ASSERT_FALSE(lost.nodes.joined());
  until([&] { return b.ids("g") == std::vector<std::string>{"stays"}; });
  EXPECT_TRUE(becomes(b, {"HLEN", "pantheon:group:g"}, 1));
}

}  // namespace
}  // namespace pantheon::cluster
