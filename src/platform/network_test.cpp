#include "platform/network.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace pantheon::platform {
namespace {

TEST(LanAddresses, NeverNameLoopback) {
  for (const auto& address : lan_addresses()) EXPECT_FALSE(address.starts_with("127.")) << address;
}

std::vector<std::string> ordered(std::vector<InterfaceAddress> addresses, const std::string& routes) {
  std::istringstream table(
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n" + routes);
  return likeliest_first(std::move(addresses), table);
}

const InterfaceAddress kTunnel{"tun0", "10.8.0.2", true};
const InterfaceAddress kCable{"eth0", "192.168.1.20", false};
const InterfaceAddress kWireless{"wlan0", "192.168.7.3", false};
const std::string kByWireless = "wlan0\t00000000\t0107A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n";

TEST(LanAddresses, BeginWithTheOneOfTheDefaultRoute) {
  EXPECT_EQ(ordered({kCable, kWireless}, kByWireless),
            (std::vector<std::string>{"192.168.7.3", "192.168.1.20"}));
  EXPECT_EQ(ordered({kCable, kWireless}, ""), (std::vector<std::string>{"192.168.1.20", "192.168.7.3"}));
}

TEST(LanAddresses, OfTwoDefaultRoutesTheOneThatIsTakenCounts) {
  const std::string by_cable = "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n";
  EXPECT_EQ(ordered({kWireless, kCable}, kByWireless + by_cable).front(), "192.168.1.20");
}

// A VPN takes all traffic by two routes to half of the network each, or by a default route that goes first.
TEST(LanAddresses, EndWithThoseOfTunnels) {
  const std::string halves =
      "tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n"
      "tun0\t00000080\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n";
  const std::string first = "tun0\t00000000\t0100080A\t0003\t0\t0\t50\t00000000\t0\t0\t0\n";
  for (const auto& routes : {halves + kByWireless, first + kByWireless}) {
    EXPECT_EQ(ordered({kTunnel, kCable, kWireless}, routes),
              (std::vector<std::string>{"192.168.7.3", "192.168.1.20", "10.8.0.2"}));
  }
}

// As a TAP device of a VPN has it, which is not point to point.
TEST(LanAddresses, HalfOfTheNetworkIsNoDefaultRoute) {
  EXPECT_EQ(ordered({kCable, {"tap0", "10.8.0.2", false}, kWireless},
                    "tap0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n" + kByWireless)
                .front(),
            "192.168.7.3");
}

TEST(HostName, IsNotEmpty) {
  EXPECT_FALSE(host_name().empty());
}

}  // namespace
}  // namespace pantheon::platform
