#include "signaling/directory.hpp"

#include <gtest/gtest.h>

#include <map>

namespace pantheon::signaling {
namespace {

using namespace std::chrono_literals;

/// Another node, as far as this one knows it.
struct OtherNode : RemotePeers {
  std::map<std::string, std::vector<RemotePeer>> accounts;
  std::vector<std::string> told;
  const std::vector<RemotePeer>& of_account(const std::string& account) const override {
    static const std::vector<RemotePeer> kNone;
    const auto found = accounts.find(account);
    return found == accounts.end() ? kNone : found->second;
  }
  void send(const std::string& account, const std::string& socket_id, std::string_view event,
            const core::json::object&) override {
    told.push_back(account + " " + socket_id + " " + std::string(event));
  }
  void pass_signal(const Member& from, const std::string& to_socket, std::string_view) override {
    told.push_back(from.socket_id + " signals " + to_socket);
  }
  void tell(const std::string& account, std::string_view event, const core::json::object&) override {
    told.push_back(account + " all " + std::string(event));
  }
  void cut_device(const std::string& account, std::string_view device_id) override {
    told.push_back(account + " cut " + std::string(device_id));
  }
  void publish(const Member& member, bool online) override {
    told.push_back(member.socket_id + (online ? " is here" : " is away"));
  }
  void publish_return(const Member& member, const std::string& from_node) override {
    told.push_back(member.socket_id + " is back" + (from_node.empty() ? "" : " from " + from_node));
  }
  void withdraw(const Member& member) override { told.push_back(member.socket_id + " is gone"); }
  void hand_on(const Member& before, const std::string& to_socket) override {
    told.push_back(before.socket_id + " is now " + (to_socket.empty() ? "unclear" : to_socket));
  }
};

struct DirectoryTest : testing::Test {
  Rooms rooms{Limits{}};
  Absences absences{{5s, 8, 8}};
  OtherNode remote;
  Directory directory{rooms, absences};
  core::WallTime now{std::chrono::hours(1000)};

  MemberPointer add(const std::string& device, const std::string& socket, bool joined = true) {
    auto made = std::make_shared<Member>();
    made->bearer.account = "a";
    made->device_id = device;
    made->socket_id = socket;
    made->joined = joined;
    made->connected_at = now;
    rooms.add(made);
    return made;
  }
  void add_remote(const std::string& device, const std::string& socket, bool online = true) {
    remote.accounts["a"].push_back({device, socket, now, online, {{"userId", device}, {"online", online}}});
    directory.attach(&remote);
  }
};

TEST_F(DirectoryTest, ListsTheJoinedTheAwayAndThoseOfOtherNodes) {
  const auto asking = add("me", "s1");
  add("host", "s2");
  add("silent", "s3", false);
  const auto gone = add("phone", "s4");
  rooms.remove(gone);
  absences.add(gone, 1, core::SteadyTime{});
  add_remote("far", "r1");
  const auto list = core::parse_json(directory.others(*asking)).value().as_array();
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list.at(0).at("userId"), "host");
  EXPECT_EQ(list.at(0).at("online"), true);
  EXPECT_EQ(list.at(1).at("userId"), "phone");
  EXPECT_EQ(list.at(1).at("online"), false);
  EXPECT_EQ(list.at(2).at("userId"), "far");
}

TEST_F(DirectoryTest, AnEntryIsWhatTheMemberSaidWhateverIsInIt) {
  const auto member = add("d\"1\\", "s1");
  member->client_type = "native";
  member->user_label = "tab\tand \xc3\xa9";
  member->name = "line\nbreak";
  member->models = {core::json::object{{"id", "m\"1"}}};
  member->battery = core::json::object{{"level", 0.5}};
  member->statements = {core::json::object{{"s", 1}}};
  member->is_hosting = true;
  member->proven_key = identity::PublicKey{};
  EXPECT_EQ(peer_entry(*member), (core::json::object{{"userId", member->device_id},
                                                     {"socketId", "s1"},
                                                     {"clientType", "native"},
                                                     {"originalUserId", member->user_label},
                                                     {"models", member->models},
                                                     {"batteryState", member->battery},
                                                     {"deviceId", member->device_id},
                                                     {"name", member->name.view()},
                                                     {"platform", ""},
                                                     {"isHosting", true},
                                                     {"link", false},
                                                     {"generation", 2},
                                                     {"statements", member->statements},
                                                     {"online", true},
                                                     {"publicKey", identity::to_text(*member->proven_key)}}));
  EXPECT_EQ(peer_entry(Member(), false).at("batteryState"), core::json::value());
  EXPECT_EQ(peer_entry(Member(), false).at("online"), false);
}

TEST_F(DirectoryTest, ANewMemberIsAnnouncedOnOtherNodesToo) {
  const auto member = add("host", "s1");
  directory.announce(*member);
  add_remote("far", "r1");
  directory.announce(*member);
  EXPECT_EQ(remote.told, (std::vector<std::string>{"a all peer-joined"}));
}

TEST_F(DirectoryTest, TheNewestSocketOfADeviceMayBeOnAnotherNode) {
  const auto asking = add("me", "s1");
  add("host", "s2");
  EXPECT_EQ(directory.newest(*asking, "host").local->socket_id, "s2");
  now += 1s;
  add_remote("host", "r1");
  EXPECT_EQ(directory.newest(*asking, "host").remote_socket, "r1");
  now += 1s;
  add("host", "s3");
  add("host", "s4", false);
  EXPECT_EQ(directory.newest(*asking, "host").local->socket_id, "s3");
  EXPECT_FALSE(directory.newest(*asking, "me")) << "nobody signals itself";
}

TEST_F(DirectoryTest, ASocketIsFoundOnceItHasJoinedAndWhileItIsHere) {
  add("host", "s1", false);
  EXPECT_FALSE(directory.find("a", "s1"));
  add_remote("far", "r1");
  add_remote("far", "r2", false);
  EXPECT_TRUE(directory.find("a", "r1"));
  EXPECT_FALSE(directory.find("a", "r2"));
  EXPECT_TRUE(directory.is_away("a", "r2"));
  EXPECT_FALSE(directory.find("b", "r1")) << "look-ups never leave the account";
}

TEST_F(DirectoryTest, WhatIsForASocketThatCameBackGoesToWhatItCameBackAsHereAndElsewhere) {
  directory.attach(&remote);
  const auto host = add("host", "h1");
  const auto away = add("other host", "h2");
  const auto before = add("shared", "s1");
  const auto returned = add("shared", "s2");
  host->last_signal_from = {{"shared", "s1"}, {"phone", "p1"}};
  away->last_signal_from = {{"shared", "s1"}};
  before->last_signal_from = {{"host", "h1"}, {"phone", "p1"}};
  returned->last_signal_from = {{"phone", "p2"}};
  for (const auto& gone : {away, before}) rooms.remove(gone);
  absences.add(away, 1, core::SteadyTime{});
  const auto last = [](const MemberPointer& member, std::string_view device) {
    const auto* found = member->last_socket_of(device);
    return found == nullptr ? std::string() : *found;
  };
  directory.hand_on(*before, "s2");
  EXPECT_EQ(last(host, "shared"), "s2");
  EXPECT_EQ(last(host, "phone"), "p1");
  EXPECT_EQ(last(away, "shared"), "s2") << "it may be back, too";
  EXPECT_EQ(last(returned, "host"), "h1");
  EXPECT_EQ(last(returned, "phone"), "p2") << "that was later";
  EXPECT_EQ(remote.told, std::vector<std::string>{"s1 is now s2"});
  EXPECT_FALSE(directory.is_away("a", "s1"));
  directory.hand_on(*before, "");
  EXPECT_TRUE(directory.is_away("a", "s1"));
  EXPECT_FALSE(directory.is_away("b", "s1"));
}

TEST_F(DirectoryTest, ADeviceIsListedAsLongAsOneSocketOfItIsOrMayBeBack) {
  const auto member = add("host", "s1");
  EXPECT_TRUE(directory.is_listed("a", "host"));
  rooms.remove(member);
  EXPECT_FALSE(directory.is_listed("a", "host"));
  absences.add(member, 1, core::SteadyTime{});
  EXPECT_TRUE(directory.is_listed("a", "host"));
  EXPECT_FALSE(directory.is_connected("a", "host"));
  add_remote("far", "r1", false);
  EXPECT_TRUE(directory.is_listed("a", "far"));
  EXPECT_FALSE(directory.is_connected("a", "far"));
}

TEST_F(DirectoryTest, WhatIsForTheAccountGoesToOtherNodesToo) {
  const auto member = add("host", "s1");
  add_remote("far", "r1");
  directory.tell_others(*member, "peer-joined", {});
  EXPECT_TRUE(directory.tell_device(*member, "far", "models-requested", {}));
  EXPECT_FALSE(directory.tell_device(*member, "nobody", "models-requested", {}));
  directory.send("a", {nullptr, "r1"}, "webrtc-signal", {});
  directory.cut_device("a", "far");
  directory.publish(*member, false);
  directory.withdraw(*member);
  EXPECT_EQ(remote.told,
            (std::vector<std::string>{"a all peer-joined", "a r1 models-requested", "a r1 webrtc-signal",
                                      "a cut far", "s1 is away", "s1 is gone"}));
}

}  // namespace
}  // namespace pantheon::signaling
