#include "signaling/proxies.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace pantheon::signaling {
namespace {

using boost::asio::ip::make_address;

http::Headers forwarded(const std::string& value) {
  return {{"X-Forwarded-For", value}};
}

TEST(Proxies, OfThisMachineAreBelievedUnlessOthersAreNamed) {
  const Proxies as_made;
  EXPECT_TRUE(as_made.trusts(make_address("127.0.0.1")));
  EXPECT_TRUE(as_made.trusts(make_address("::1")));
  EXPECT_TRUE(as_made.trusts(make_address("::ffff:127.0.0.1")));
  EXPECT_FALSE(as_made.trusts(make_address("10.0.0.1"))) << "a private address is no proof of a proxy";
  const auto nobody = Proxies::parse({}).value();
  EXPECT_FALSE(nobody.trusts(make_address("127.0.0.1")));
  EXPECT_FALSE(Proxies::none().trusts(make_address("::1")));
}

TEST(Proxies, AreAddressesAndNetworks) {
  const auto proxies = Proxies::parse({"10.1.0.0/16", "192.0.2.7", "2001:db8::/32"}).value();
  EXPECT_TRUE(proxies.trusts(make_address("10.1.255.3")));
  EXPECT_FALSE(proxies.trusts(make_address("10.2.0.1")));
  EXPECT_TRUE(proxies.trusts(make_address("192.0.2.7")));
  EXPECT_FALSE(proxies.trusts(make_address("192.0.2.8")));
  EXPECT_TRUE(proxies.trusts(make_address("2001:db8:7::1")));
  // As logs of Node.js have an address of IPv4.
  EXPECT_TRUE(Proxies::parse({"::ffff:192.0.2.9"}).value().trusts(make_address("192.0.2.9")));
  for (const auto* wrong : {"ten", "10.0.0.0/33", "10.0.0", "::/129", "a/b", ""}) {
    const auto refused = Proxies::parse({wrong});
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().code(), "invalid_argument");
  }
}

TEST(Proxies, TheClientIsTheRightmostHopThatIsNoProxy) {
  const auto proxies = Proxies::parse({"10.0.0.0/8"}).value();
  const auto proxy = make_address("10.0.0.1");
  EXPECT_EQ(proxies.client_of(proxy, forwarded("203.0.113.9, 198.51.100.7, 10.0.0.2")),
            make_address("198.51.100.7"));
  EXPECT_EQ(proxies.client_of(proxy, forwarded("198.51.100.7:4711")), make_address("198.51.100.7"));
  EXPECT_EQ(proxies.client_of(proxy, forwarded("[2001:db8::1]:80")), make_address("2001:db8::1"));
  EXPECT_EQ(proxies.client_of(proxy, forwarded("10.0.0.3, 10.0.0.2")), make_address("10.0.0.3"));
  const http::Headers two_fields{{"X-Forwarded-For", "198.51.100.7"}, {"x-forwarded-for", "10.0.0.2"}};
  EXPECT_EQ(proxies.client_of(proxy, two_fields), make_address("198.51.100.7"));
}

TEST(Proxies, WhatAStrangerSaysOfItselfDoesNotCount) {
  const auto stranger = make_address("192.0.2.1");
  EXPECT_EQ(Proxies().client_of(stranger, forwarded("203.0.113.9")), stranger);
  const auto proxies = Proxies::parse({"10.0.0.0/8"}).value();
  EXPECT_EQ(proxies.client_of(make_address("10.0.0.1"), forwarded("203.0.113.9, unknown, 10.0.0.2")),
            make_address("10.0.0.2"));
  EXPECT_EQ(proxies.client_of(make_address("10.0.0.1"), forwarded("[")), make_address("10.0.0.1"));
}

std::string logged_by(const std::function<void()>& what) {
  testing::internal::CaptureStderr();
  what();
  return testing::internal::GetCapturedStderr();
}

TEST(Proxies, OneThatIsNotTrustedIsNamedInTheLogOnce) {
  const auto proxy = make_address("10.0.0.1");
  const Proxies proxies;
  const auto copy = proxies;
  const auto said = logged_by([&] { proxies.client_of(proxy, forwarded("203.0.113.9")); });
  EXPECT_NE(said.find("10.0.0.1 sends X-Forwarded-For"), std::string::npos) << said;
  EXPECT_NE(said.find("add it to TRUST_PROXY"), std::string::npos) << said;
  EXPECT_EQ(logged_by([&] {
              copy.client_of(proxy, forwarded("203.0.113.9"));
              copy.refused(proxy);
              copy.refused(make_address("10.0.0.2"));  // within the same minute
            }),
            "");
}

TEST(Proxies, OneThatForwardsNothingIsNamedInTheLogWhenItIsRefused) {
  const auto said = logged_by([] { Proxies().refused(make_address("::ffff:10.0.0.1")); });
  EXPECT_NE(said.find("10.0.0.1 is refused for coming too often"), std::string::npos) << said;
}

TEST(Proxies, NobodyIsTakenForAProxyByOneThatIsTrustedOrWhereNobodyIs) {
  const auto address = make_address("127.0.0.1");
  EXPECT_EQ(logged_by([&] { Proxies().refused(address); }), "");
  EXPECT_EQ(logged_by([&] { Proxies::none().client_of(address, forwarded("203.0.113.9")); }), "");
  EXPECT_EQ(logged_by([&] { Proxies::none().refused(address); }), "");
}

TEST(Proxies, ATrustedProxyThatNamesNobodyHidesItsClients) {
  EXPECT_EQ(Proxies().client_of(make_address("127.0.0.1"), {}), std::nullopt);
}

TEST(Proxies, EachTrustedOneThatNamesNobodyIsNamedInTheLogOnce) {
  const auto proxies = Proxies::parse({"127.0.0.1", "10.0.0.0/8"}).value();
  const auto said = logged_by([&] {
    for (int i = 0; i < 2; ++i) {
      proxies.client_of(make_address("127.0.0.1"), {});
      proxies.client_of(make_address("::ffff:10.0.0.2"), {});
    }
  });
  for (const auto* proxy : {" 127.0.0.1 is trusted", " 10.0.0.2 is trusted"}) {
    const auto first = said.find(proxy);
    EXPECT_NE(first, std::string::npos) << said;
    EXPECT_EQ(said.find(proxy, first + 1), std::string::npos) << said;
  }
  const auto of_many = logged_by([&] {
    for (int i = 3; i < 200; ++i) proxies.client_of(make_address("10.0.0." + std::to_string(i)), {});
  });
  EXPECT_LT(std::ranges::count(of_many, '\n'), 20) << of_many;
}

}  // namespace
}  // namespace pantheon::signaling
