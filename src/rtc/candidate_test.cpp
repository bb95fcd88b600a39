#include "rtc/candidate.hpp"

#include <gtest/gtest.h>

#include <string>

#include "rtc/error.hpp"

namespace pantheon::rtc {
namespace {

std::string with_address(const std::string& address) {
  return "candidate:1 1 udp 2122260223 " + address + " 54321 typ host";
}

TEST(Candidate, AcceptsIpLiterals) {
  for (const auto* address : {"192.0.2.1", "127.0.0.1", "2001:db8::1", "fe80::1"}) {
    const auto use = judge_candidate(with_address(address));
    ASSERT_TRUE(use.has_value()) << address;
    EXPECT_EQ(*use, CandidateUse::connect) << address;
  }
}

TEST(Candidate, AcceptsWhatBrowsersSend) {
  const auto chromium = judge_candidate(
      "candidate:842163049 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 0.0.0.0 rport 0 generation 0 "
      "ufrag sXP5 network-cost 999");
  ASSERT_TRUE(chromium.has_value());
  EXPECT_EQ(*chromium, CandidateUse::connect);
  const auto native = judge_candidate("a=candidate:1 1 UDP 2122317823 127.0.0.1 50000 typ host");
  ASSERT_TRUE(native.has_value());
  EXPECT_EQ(*native, CandidateUse::connect);
}

TEST(Candidate, TellsMdnsNamesAndTcpApart) {
  const auto mdns = judge_candidate(with_address("5f7e2c1a-0b3d-4c5e-8f90-123456789abc.local"));
  ASSERT_TRUE(mdns.has_value());
  EXPECT_EQ(*mdns, CandidateUse::mdns);
  const auto tcp = judge_candidate("candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active");
  ASSERT_TRUE(tcp.has_value());
  EXPECT_EQ(*tcp, CandidateUse::ignored);
}

TEST(Candidate, TheEndOfCandidatesIsIgnored) {
  for (const auto* end : {"", "candidate:"}) {
    const auto use = judge_candidate(end);
    ASSERT_TRUE(use.has_value());
    EXPECT_EQ(*use, CandidateUse::ignored);
  }
}

TEST(Candidate, RefusesNamesAndAddressesThatAreNoPeers) {
  for (const auto* address :
       {"example.org", "localhost", "printer.local", "5f7e2c1a.local", "0.0.0.0", "::", "224.0.0.1",
        "ff02::1", "255.255.255.255", "fe80::1%eth0", "127.1", "192.0.2.1\r\na=x"}) {
    const auto use = judge_candidate(with_address(address));
    ASSERT_FALSE(use.has_value()) << address;
    EXPECT_TRUE(use.error().is(RtcError::invalid_candidate)) << address;
  }
}

TEST(Candidate, RefusesMalformedText) {
  for (const auto& text : {std::string("hello"), std::string("candidate:1 1 udp"),
                           std::string("candidate:1 1 udp 1 192.0.2.1 0 typ host"),
                           std::string("candidate:1 1 udp 1 192.0.2.1 65536 typ host"),
                           std::string("candidate:1 0 udp 1 192.0.2.1 1 typ host"),
                           std::string("candidate:1 1 udp x 192.0.2.1 1 typ host"),
                           std::string("candidate:1 1 udp 1 192.0.2.1 1 typ other"),
                           std::string("candidate:1 1 udp 1 192.0.2.1 1 type host"),
                           std::string("candidate:1\0 1 udp 1 192.0.2.1 1 typ host", 41),
                           "candidate:1 1 udp 1 192.0.2.1 1 typ host " + std::string(600, 'x')}) {
    EXPECT_FALSE(judge_candidate(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace pantheon::rtc
