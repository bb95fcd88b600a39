#include "http/address.hpp"

#include <gtest/gtest.h>

namespace pantheon::http {
namespace {

using boost::asio::ip::make_address;

TEST(Address, AnAddressOfIpv4ThatIsWrittenAsIpv6IsTheSame) {
  EXPECT_EQ(unmapped(make_address("::ffff:192.0.2.1")), make_address("192.0.2.1"));
  for (const char* other : {"192.0.2.1", "::1", "::", "::192.0.2.1", "2001:db8::ffff:192.0.2.1"})
    EXPECT_EQ(unmapped(make_address(other)), make_address(other));
}

TEST(Address, OfIpv6CountsByItsNetworkAndOfIpv4ByItself) {
  EXPECT_EQ(address_key(make_address("::ffff:192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(address_key(make_address("2001:db8::1")), address_key(make_address("2001:db8::2:3")));
  EXPECT_NE(address_key(make_address("2001:db8::1")), address_key(make_address("2001:db8:0:1::1")));
}

}  // namespace
}  // namespace pantheon::http
