#include "cli/options.hpp"

#include <gtest/gtest.h>

namespace pantheon::cli {
namespace {

TEST(IceServers, AtHomeNoneIsAsked) {
  EXPECT_TRUE(ice_servers({}, true).value().empty());
}

TEST(IceServers, AnywhereTheGuidesStunServerIsTheDefault) {
  EXPECT_EQ(ice_servers({}, false).value().at(0).urls.at(0), "stun:stun.l.google.com:19302");
  IceOptions off;
  off.no_stun = true;
  EXPECT_TRUE(ice_servers(off, false).value().empty());
}

TEST(IceServers, ATurnServerNeedsItsCredential) {
  IceOptions options;
  options.turn = {"turn:127.0.0.1:3478,alice,secret"};
  const auto servers = ice_servers(options, true).value();
  EXPECT_EQ(servers.at(0).credential, "secret");
  options.turn = {"turn:127.0.0.1:3478"};
  EXPECT_EQ(ice_servers(options, true).error().code(), "bad_option");
}

TEST(IceServers, AStunServerIsOneHostAndPerhapsAPort) {
  IceOptions options;
  for (const auto* good : {"stun:a", "stun:a.example:3478", "stun:192.0.2.1", "stun:[2001:db8::1]:3478"}) {
    options.stun = {good};
    EXPECT_TRUE(ice_servers(options, true)) << good;
  }
  for (const auto* bad : {"stun", "stun:", "stun::3478", "stun:a,stun:b", "stun:a:", "stun:a:0",
                          "stun:a:65536", "stun:a:b", "stun://a", "stun:a?transport=udp", "stun:[::1",
                          "stun:[]:1", "relay:a", "stun:a b", "stun:2001:db8::1"}) {
    options.stun = {bad};
    ASSERT_FALSE(ice_servers(options, true)) << bad;
    EXPECT_EQ(ice_servers(options, true).error().code(), "bad_option");
  }
}

TEST(IceServers, ATurnServerMayNameItsTransport) {
  for (const auto* good :
       {"turn:a", "turns:a.example:443", "turn:a:3478?transport=udp", "turn:[::1]?transport=tcp"}) {
    EXPECT_TRUE(is_turn_url(good)) << good;
  }
  for (const auto* bad : {"turn", "turn:", "turn:?transport=udp", "turn:a?transport=",
                          "turn:a?transport=sctp", "turn:a,turn:b", "stun:a", "relay:3478", ""}) {
    EXPECT_FALSE(is_turn_url(bad)) << bad;
  }
}

}  // namespace
}  // namespace pantheon::cli
