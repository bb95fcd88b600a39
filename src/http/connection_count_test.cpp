#include "http/connection_count.hpp"

#include <gtest/gtest.h>

namespace pantheon::http {
namespace {

using boost::asio::ip::make_address;

TEST(ConnectionCountsTest, CountEachAddressAndAllTogether) {
  const auto all = std::make_shared<ConnectionCount>();
  ConnectionCounts counts(all);
  const auto one = counts.of(make_address("192.0.2.1"));
  one->enter();
  one->enter();
  counts.of(make_address("192.0.2.2"))->enter();
  EXPECT_EQ(counts.of(make_address("::ffff:192.0.2.1"))->number(), 2U);
  EXPECT_EQ(all->number(), 3U);
  one->leave();
  EXPECT_EQ(one->number(), 1U);
  EXPECT_EQ(all->number(), 2U);
}

TEST(ConnectionCountsTest, TakeTheNetworkOfAnIpv6AddressForOneAddress) {
  ConnectionCounts counts(nullptr);
  counts.of(make_address("2001:db8:0:1::1"))->enter();
  EXPECT_EQ(counts.of(make_address("2001:db8:0:1:ffff::2"))->number(), 1U);
  EXPECT_EQ(counts.of(make_address("2001:db8:0:2::1"))->number(), 0U);
}

TEST(ConnectionCountsTest, ForgetAddressesWithoutConnectionsAndNoOthers) {
  ConnectionCounts counts(nullptr);
  const auto kept = counts.of(make_address("192.0.2.1"));
  kept->enter();
  for (std::uint32_t i = 0; i < 5000; ++i) counts.of(boost::asio::ip::address_v4(0x0A000000U + i));
  EXPECT_LE(counts.size(), 1024U);
  EXPECT_EQ(counts.of(make_address("192.0.2.1")), kept);
}

}  // namespace
}  // namespace pantheon::http
