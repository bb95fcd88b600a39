#include "cluster/roster_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pantheon::cluster {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RosterEntry entry(const std::string& node, const std::string& id, std::uint64_t version) {
  return {node, id, version, {}};
}
std::vector<std::string> names(const std::vector<RosterEntry>& entries) {
  std::vector<std::string> list;
  list.reserve(entries.size());
  for (const auto& e : entries) list.push_back(e.node + "/" + e.id + ":" + std::to_string(e.version));
  return list;
}

TEST(RosterView, KeepsTheNewestOfEachEntryInTheirOrder) {
  RosterView view;
  EXPECT_NE(view.put(entry("a", "1", 1)), nullptr);
  EXPECT_NE(view.put(entry("b", "1", 1)), nullptr);
  EXPECT_NE(view.put(entry("a", "1", 3)), nullptr);
  EXPECT_EQ(view.put(entry("a", "1", 2)), nullptr);
  EXPECT_THAT(names(view.entries()), ElementsAre("a/1:3", "b/1:1"));
}

TEST(RosterView, DropsEntriesAndWholeNodes) {
  RosterView view;
  for (const auto* id : {"1", "2"}) {
    view.put(entry("a", id, 1));
    view.put(entry("b", id, 1));
  }
  EXPECT_TRUE(view.drop("a", "1", 2));
  EXPECT_FALSE(view.drop("a", "1", 2));
  EXPECT_FALSE(view.drop("a", "2", 0)) << "an older drop must not remove a newer entry";
  EXPECT_THAT(names(view.drop_node("b")), ElementsAre("b/1:1", "b/2:1"));
  EXPECT_THAT(names(view.entries()), ElementsAre("a/2:1"));
}

TEST(RosterView, AReadingAddsAndRemovesWhatIsNotKnownYet) {
  RosterView view;
  view.put(entry("a", "old", 1));
  view.put(entry("a", "kept", 2));
  view.begin_reading();
  const auto difference = view.end_reading({entry("a", "kept", 2), entry("b", "new", 1)}, {});
  EXPECT_THAT(names(difference.put), ElementsAre("b/new:1"));
  EXPECT_THAT(names(difference.dropped), ElementsAre("a/old:1"));
  EXPECT_THAT(names(view.entries()), ElementsAre("a/kept:2", "b/new:1"));
}

TEST(RosterView, WhatIsNotReadOfANodeThatIsAwaitedStaysUntilItHasWritten) {
  RosterView view;
  for (const auto* id : {"again", "read", "gone"}) view.put(entry("a", id, 1));
  view.put(entry("b", "old", 1));
  view.begin_reading();
  const auto difference = view.end_reading({entry("a", "read", 1)}, {"a"});
  EXPECT_THAT(names(difference.dropped), ElementsAre("b/old:1"));
  EXPECT_EQ(view.put(entry("a", "again", 1)), nullptr) << "nothing has changed";
  EXPECT_THAT(names(view.settle("b")), IsEmpty());
  EXPECT_THAT(names(view.settle("a")), ElementsAre("a/gone:1"));
  EXPECT_THAT(names(view.entries()), ElementsAre("a/again:1", "a/read:1"));
  EXPECT_THAT(names(view.settle("a")), IsEmpty());
}

TEST(RosterView, WhatChangesDuringAReadingIsNewerThanTheReading) {
  RosterView view;
  view.put(entry("a", "stays", 1));
  view.begin_reading();
  view.put(entry("a", "came", 5));
  view.put(entry("a", "changed", 6));
  EXPECT_FALSE(view.drop("a", "left", 7));
  const auto difference =
      view.end_reading({entry("a", "stays", 1), entry("a", "changed", 3), entry("a", "left", 2)}, {});
  EXPECT_THAT(difference.put, IsEmpty());
  EXPECT_THAT(difference.dropped, IsEmpty());
  EXPECT_THAT(names(view.entries()), ElementsAre("a/stays:1", "a/came:5", "a/changed:6"));
}

}  // namespace
}  // namespace pantheon::cluster
