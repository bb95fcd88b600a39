#include "signaling/rooms.hpp"

#include <gtest/gtest.h>

#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

MemberPointer member(const std::string& account, const std::string& device, const std::string& socket) {
  auto made = std::make_shared<Member>();
  made->bearer.account = account;
  made->device_id = device;
  made->socket_id = socket;
  return made;
}

TEST(Rooms, LookUpsNeverLeaveTheAccount) {
  Rooms rooms({});
  rooms.add(member("a", "d", "s1"));
  rooms.add(member("b", "d", "s2"));
  EXPECT_EQ(rooms.members("a").size(), 1U);
  EXPECT_EQ(rooms.of_device("a", "d").front()->socket_id, "s1");
  EXPECT_NE(rooms.find("a", "s1"), nullptr);
  EXPECT_EQ(rooms.find("a", "s2"), nullptr);
  EXPECT_TRUE(rooms.members("c").empty());
}

TEST(Rooms, KeepTheOrderOfArrival) {
  Rooms rooms({});
  for (const auto* socket : {"s1", "s2", "s3"}) rooms.add(member("a", "d", socket));
  EXPECT_EQ(rooms.of_device("a", "d").back()->socket_id, "s3");
}

TEST(Rooms, TheNewestJoinedSocketOfADeviceIsNeverTheOneThatAsks) {
  Rooms rooms({});
  const auto asking = member("a", "d", "s3");
  for (const auto& made : {member("a", "d", "s1"), member("a", "d", "s2"), asking}) {
    made->joined = true;
    rooms.add(made);
  }
  rooms.add(member("a", "d", "s4"));
  EXPECT_EQ(rooms.newest_joined(*asking, "d")->socket_id, "s2");
  EXPECT_EQ(rooms.newest_joined(*asking, "e"), nullptr);
}

TEST(Rooms, AreBounded) {
  Limits limits;
  limits.max_sockets_per_account = 1;
  limits.max_accounts = 2;
  Rooms rooms(limits);
  rooms.add(member("a", "d", "s1"));
  EXPECT_TRUE(rooms.check_space("a").error().is(SignalingError::account_full));
  EXPECT_TRUE(rooms.check_space("b"));
  rooms.add(member("b", "d", "s2"));
  EXPECT_TRUE(rooms.check_space("c").error().is(SignalingError::server_full));
}

TEST(Rooms, AnEmptyRoomIsForgotten) {
  Rooms rooms({});
  const auto one = member("a", "d", "s1");
  rooms.add(one);
  EXPECT_EQ(rooms.accounts(), 1U);
  rooms.remove(one);
  rooms.remove(one);
  EXPECT_EQ(rooms.accounts(), 0U);
  EXPECT_EQ(rooms.sockets(), 0U);
}

}  // namespace
}  // namespace pantheon::signaling
