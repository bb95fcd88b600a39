#include "cluster/socket_text.hpp"

#include <gtest/gtest.h>

#include "cluster/error.hpp"

namespace pantheon::cluster {
namespace {

core::Result<SocketText> parse(std::string_view message) {
  return parse_socket_text(core::as_bytes(message));
}

TEST(SocketTextTest, ATextComesBackAsItWas) {
  const SocketText sent{"a \"quoted\"\naccount", "s\\1", "phöne", "s2", "{\n  \"sdp\": \"v=0\\r\\n\" }"};
  const auto written = serialize_socket_text(sent);
  EXPECT_TRUE(is_socket_text(core::as_bytes(written)));
  const auto read = parse(written);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->account, sent.account);
  EXPECT_EQ(read->socket_id, sent.socket_id);
  EXPECT_EQ(read->from_device, sent.from_device);
  EXPECT_EQ(read->from_socket, sent.from_socket);
  EXPECT_EQ(read->text, sent.text);
}

TEST(SocketTextTest, OtherMessagesOfNodesAreNone) {
  EXPECT_FALSE(is_socket_text(core::as_bytes(R"({"node":"n","message":{"text":"two\nlines"}})")));
  EXPECT_FALSE(is_socket_text({}));
}

TEST(SocketTextTest, WhatIsMalformedIsRefusedWithACode) {
  const std::string head = R"({"account":"a","socketId":"s","fromUserId":"d","fromSocketId":"t"})";
  ASSERT_TRUE(parse(head + "\n1"));
  for (const auto& message :
       {std::string(), head, head + "\n", head + "\n\"\xff\"", std::string("\n1"), std::string("[]\n1"),
        std::string(R"({"account":"a","socketId":"s","fromUserId":"d"})") + "\n1",
        std::string(R"({"account":1,"socketId":"s","fromUserId":"d","fromSocketId":"t"})") + "\n1"}) {
    const auto read = parse(message);
    ASSERT_FALSE(read) << message;
    EXPECT_TRUE(read.error().is(ClusterError::bad_message)) << message;
  }
}

}  // namespace
}  // namespace pantheon::cluster
