#include "platform/network.hpp"

#include <gtest/gtest.h>

namespace pantheon::platform {
namespace {

TEST(LanAddresses, NeverNameLoopback) {
  for (const auto& address : lan_addresses()) EXPECT_FALSE(address.starts_with("127.")) << address;
}

TEST(HostName, IsNotEmpty) {
  EXPECT_FALSE(host_name().empty());
}

}  // namespace
}  // namespace pantheon::platform
