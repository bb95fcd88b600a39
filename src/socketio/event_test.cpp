#include "socketio/event.hpp"

#include <gtest/gtest.h>

#include "socketio/event_packet.hpp"

namespace pantheon::socketio {
namespace {

TEST(Event, TakesNameAndArgumentsFromAPacket) {
  const auto event = event_of(decode(R"(2["news",1,{"a":null}])", {}).value(), {});
  EXPECT_EQ(event.name, "news");
  EXPECT_EQ(core::serialize_json(event.args), R"([1,{"a":null}])");
  EXPECT_EQ(*event.raw, R"(["news",1,{"a":null}])");
  EXPECT_FALSE(event.wants_ack());
  EXPECT_EQ(event_of(decode("2[7]", {}).value(), {}).name, "7");
}

TEST(Event, AnAckReachesTheSender) {
  Event event;
  event.ack({1});  // nobody asked
  core::json::array got;
  event.acknowledge = [&](core::json::array args, const std::vector<core::ByteVector>&) {
    got = std::move(args);
  };
  EXPECT_TRUE(event.wants_ack());
  event.ack({"a", 2});
  EXPECT_EQ(core::serialize_json(got), R"(["a",2])");
}

TEST(Attachment, IsFoundByItsPlaceholder) {
  const std::vector<core::ByteVector> attachments{{1}, {2}};
  EXPECT_EQ(core::serialize_json(placeholder(1)), R"({"_placeholder":true,"num":1})");
  EXPECT_EQ(attachment_of(placeholder(1), attachments), &attachments[1]);
  EXPECT_EQ(attachment_of(placeholder(2), attachments), nullptr);
  EXPECT_EQ(attachment_of(core::json::value("x"), attachments), nullptr);
}

TEST(Frames, AreTheTextAndThenTheAttachments) {
  const auto frames = frames_of(event_packet("/a", "e\"", {1, "x"}, {{1, 2}, {3}}));
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(*frames[0].data, R"(452-/a,["e\"",1,"x"])");
  EXPECT_TRUE(frames[0].is_text);
  EXPECT_EQ(*frames[2].data, "\x03");
  EXPECT_FALSE(frames[2].is_text);
  EXPECT_EQ(*frames_of(ack_packet("/", 5, {}, {}))[0].data, "435[]");
}

}  // namespace
}  // namespace pantheon::socketio
