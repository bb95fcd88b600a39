#include "rtc/configuration.hpp"

#include <gtest/gtest.h>

namespace pantheon::rtc {
namespace {

TEST(Configuration, TakesStunAndTurnServersWithTheirCredentials) {
  Options options;
  options.ice_servers = {{{"stun:192.0.2.1:3478"}, {}, {}},
                         {{"turn:relay.example:3479?transport=udp", "turn:192.0.2.2"}, "name", "secret"}};
  const auto configuration = to_configuration(options);
  ASSERT_EQ(configuration.iceServers.size(), 3U);
  EXPECT_EQ(configuration.iceServers[0].type, ::rtc::IceServer::Type::Stun);
  EXPECT_EQ(configuration.iceServers[1].hostname, "relay.example");
  EXPECT_EQ(configuration.iceServers[1].port, 3479);
  EXPECT_EQ(configuration.iceServers[1].username, "name");
  EXPECT_EQ(configuration.iceServers[1].password, "secret");
}

TEST(Configuration, PassesOverServersThatCannotBeUsed) {
  Options options;
  options.ice_servers = {
      {{"turns:relay.example", "turn:relay.example?transport=tcp", "http://x", "", "stun:a:b"}, {}, {}},
      {{"stun:192.0.2.1"}, {}, {}}};
  EXPECT_EQ(to_configuration(options).iceServers.size(), 1U);
}

TEST(Configuration, TakesAddressAndPorts) {
  Options options;
  options.bind_address = "127.0.0.1";
  options.ports = {50000, 50010};
  const auto configuration = to_configuration(options);
  EXPECT_EQ(configuration.bindAddress, "127.0.0.1");
  EXPECT_EQ(configuration.portRangeBegin, 50000);
  EXPECT_EQ(configuration.portRangeEnd, 50010);
  EXPECT_EQ(to_configuration({}).portRangeEnd, 65535);
}

}  // namespace
}  // namespace pantheon::rtc
