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

}  // namespace
}  // namespace pantheon::cli
