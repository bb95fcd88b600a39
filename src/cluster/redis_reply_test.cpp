#include "cluster/redis_reply.hpp"

#include <gtest/gtest.h>

#include "cluster/error.hpp"

namespace pantheon::cluster {
namespace {

RedisReply read_one(std::string_view bytes) {
  RedisReplyReader reader;
  EXPECT_TRUE(reader.feed(bytes));
  auto reply = reader.next();
  EXPECT_TRUE(reply && reply->has_value());
  return reply && *reply ? **reply : RedisReply();
}

TEST(RedisReply, ReadsEveryType) {
  EXPECT_TRUE(read_one("+OK\r\n").is_text("OK"));
  EXPECT_TRUE(read_one(std::string_view("$3\r\na\0b\r\n", 9)).is_text(std::string_view("a\0b", 3)));
  EXPECT_EQ(read_one(":-7\r\n").integer, -7);
  EXPECT_EQ(read_one("$-1\r\n").type, RedisReply::Type::nil);
  EXPECT_EQ(read_one("*-1\r\n").type, RedisReply::Type::nil);
  const auto error = read_one("-ERR no\r\n");
  EXPECT_EQ(error.type, RedisReply::Type::error);
  EXPECT_EQ(error.text, "ERR no");
}

TEST(RedisReply, ReadsNestedArraysInTheirOrder) {
  const auto reply = read_one("*3\r\n*2\r\n:1\r\n*1\r\n+x\r\n*0\r\n$1\r\ny\r\n");
  ASSERT_EQ(reply.elements.size(), 3U);
  ASSERT_EQ(reply.elements[0].elements.size(), 2U);
  EXPECT_EQ(reply.elements[0].elements[0].integer, 1);
  EXPECT_TRUE(reply.elements[0].elements[1].elements.at(0).is_text("x"));
  EXPECT_TRUE(reply.elements[1].elements.empty());
  EXPECT_TRUE(reply.elements[2].is_text("y"));
}

TEST(RedisReply, WaitsForTheRestWhereverTheBytesAreCut) {
  const std::string bytes = "*2\r\n$5\r\nhello\r\n:42\r\n+next\r\n";
  for (std::size_t cut = 1; cut + 7 < bytes.size(); ++cut) {
    RedisReplyReader reader;
    ASSERT_TRUE(reader.feed(bytes.substr(0, cut)));
    auto early = reader.next();
    ASSERT_TRUE(early);
    EXPECT_FALSE(early->has_value()) << cut;
    ASSERT_TRUE(reader.feed(bytes.substr(cut)));
    auto whole = reader.next();
    ASSERT_TRUE(whole && *whole);
    EXPECT_EQ((*whole)->elements.at(1).integer, 42);
    EXPECT_TRUE((*reader.next())->is_text("next"));
  }
}

TEST(RedisReply, RefusesWhatIsNoReplyOrTooLarge) {
  for (const auto* bytes :
       {"HTTP/1.1 400 Bad Request\r\n", "*2147483647\r\n", "*70000\r\n", "$999999999999\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"}) {
    RedisReplyReader reader;
    ASSERT_TRUE(reader.feed(bytes));
    auto reply = reader.next();
    if (reply && !*reply) {
      // A long text is announced, and refused as soon as too much of it has come.
      const std::string mebibyte(1024 * 1024, 'x');
      core::Result<void> fed;
      for (int i = 0; i < 20 && fed; ++i) fed = reader.feed(mebibyte);
      EXPECT_FALSE(fed) << bytes;
      continue;
    }
    ASSERT_FALSE(reply) << bytes;
    EXPECT_TRUE(reply.error().is(ClusterError::bad_reply)) << bytes;
  }
}

TEST(RedisReply, CommandsCarryAnyBytes) {
  EXPECT_EQ(encode_command({"SET", "k", std::string("\0\r\n", 3)}),
            std::string("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\n\0\r\n\r\n", 29));
}

}  // namespace
}  // namespace pantheon::cluster
