#include "http/url.hpp"

#include <gtest/gtest.h>

namespace pantheon::http {
namespace {

TEST(Url, TakesAnAddressApart) {
  const auto url = parse_url("HTTPS://Example.org:8443/a/b?c=d#e").value();
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.port, 8443);
  EXPECT_EQ(url.target, "/a/b?c=d");
  EXPECT_TRUE(url.secure());
}

TEST(Url, KnowsTheDefaultsOfItsSchemes) {
  EXPECT_EQ(parse_url("http://a").value().port, 80);
  EXPECT_EQ(parse_url("wss://a").value().port, 443);
  EXPECT_EQ(parse_url("ws://a").value().target, "/");
  EXPECT_EQ(parse_url("http://a?b").value().target, "/?b");
}

TEST(Url, LeavesTheDefaultPortOutOfTheAuthority) {
  EXPECT_EQ(parse_url("http://a:80/x").value().authority(), "a");
  EXPECT_EQ(parse_url("http://a:81/x").value().origin(), "http://a:81");
}

TEST(Url, PutsTheBracketsOfIpv6WhereTheyBelong) {
  const auto url = parse_url("http://[::1]:3001/").value();
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.authority(), "[::1]:3001");
}

TEST(Loopback, IsTheComputerItselfByNameOrAddressWithOrWithoutAPort) {
  for (const char* own :
       {"localhost", "localhost:3001", "127.0.0.1", "127.8.9.10:80", "::1", "[::1]", "[::1]:3001"}) {
    EXPECT_TRUE(is_loopback(own)) << own;
  }
}

TEST(Loopback, IsNotWhatMerelyBeginsLikeIt) {
  for (const char* other :
       {"", ":80", "localhost.example.org", "127.0.0.1.example.org", "127.0.0.1x:80", "[::1", "[::1x]",
        "[::1].example.org", "192.168.1.5:3001", "[fe80::1]", "::2", "[]:80", "["}) {
    EXPECT_FALSE(is_loopback(other)) << other;
  }
}

TEST(PrivateHost, IsReachedFromItsOwnNetworkOnly) {
  for (const char* own : {"10.0.0.1", "172.16.0.1:80", "172.31.255.255", "192.168.1.5:3001", "169.254.1.1",
                          "[fe80::1]:80", "fd00::1", "computer.local", "computer.local:3001"}) {
    EXPECT_TRUE(is_private(own)) << own;
  }
}

TEST(PrivateHost, IsNotOneThatEverybodyReaches) {
  for (const char* other : {"", "11.0.0.1", "172.15.0.1", "172.32.0.1:80", "192.169.1.5", "8.8.8.8",
                            "[2001:db8::1]", "10.example.org", "local", "computer.local.example.org"}) {
    EXPECT_FALSE(is_private(other)) << other;
  }
}

TEST(Url, ANameThatBeginsLikeAnAddressIsNotThatAddress) {
  for (const char* text : {"http://127.0.0.1.example.org", "http://127.0.0.1.example.org/x",
                           "http://127.0.0.1x/", "https://1.2.3.4.5:80/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

TEST(Url, RefusesWhatItCannotUse) {
  for (const char* text : {"", "/path", "ftp://a/", "http:///", "http://user:secret@a/", "http://a:99999/",
                           "http://a b/", "http://a:0/"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

TEST(Percent, DecodesOnceAndRefusesBrokenEscapes) {
  EXPECT_EQ(percent_decode("a%20b%2541+"), "a b%41+");
  EXPECT_FALSE(percent_decode("%4"));
  EXPECT_FALSE(percent_decode("%zz"));
  EXPECT_FALSE(percent_decode("a%00b"));
}

TEST(Percent, EncodesAllButUnreservedCharacters) {
  EXPECT_EQ(percent_encode("a-Z0~ /ü"), "a-Z0~%20%2F%C3%BC");
}

TEST(Query, FindsTheLastValueOfAName) {
  EXPECT_EQ(query_parameter("a=1&b=x+y%21&c", "b"), "x y!");
  EXPECT_EQ(query_parameter("b=1&a=1&b=2&c", "b"), "2");
  EXPECT_EQ(query_parameter("b=1&b", "b"), "");
  EXPECT_EQ(query_parameter("a=1&c", "c"), "");
  EXPECT_FALSE(query_parameter("ab=1", "a"));
  EXPECT_FALSE(query_parameter("a=%", "a"));
}

}  // namespace
}  // namespace pantheon::http
