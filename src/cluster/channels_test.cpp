#include "cluster/channels.hpp"

#include <gtest/gtest.h>

namespace pantheon::cluster {
namespace {

TEST(Channels, AreNamedAsTheOfficialAdapterNamesThem) {
  const Channels channels("/chat");
  EXPECT_EQ(channels.broadcast(), "socket.io#/chat#");
  EXPECT_EQ(channels.broadcast("a room"), "socket.io#/chat#a room#");
  EXPECT_EQ(channels.request(), "socket.io-request#/chat#");
  EXPECT_EQ(channels.response(), "socket.io-response#/chat#");
  EXPECT_EQ(channels.response_to("AbCdEf"), "socket.io-response#/chat#AbCdEf#");
  EXPECT_EQ(Channels("/", "mine").broadcast(), "mine#/#");
}

TEST(Channels, TheRoomIsReadFromTheChannel) {
  const Channels channels("/");
  EXPECT_EQ(channels.room_of("socket.io#/#"), "");
  EXPECT_EQ(channels.room_of("socket.io#/#a#b#"), "a#b");
  EXPECT_EQ(channels.room_of("socket.io#/other#"), std::nullopt);
  EXPECT_EQ(channels.room_of(""), std::nullopt);
}

TEST(Channels, GlobCharactersOfANamespaceMatchOnlyThemselves) {
  EXPECT_EQ(Channels("/a*[b]?").broadcast_pattern(), "socket.io#/a\\*\\[b\\]\\?#*");
}

}  // namespace
}  // namespace pantheon::cluster
