#include <gtest/gtest.h>

#include <cstdint>
#include <rtc/rtc.hpp>
#include <string>
#include <vector>

#include "rtc/library.hpp"
#include "rtc/test_forwarder.hpp"

// What third_party/libdatachannel/0001-connect-without-stalls.patch promises, part by part
// (docs/decisions/0003); part three is in ice_check_test.cpp.
namespace pantheon::rtc {
namespace {

namespace lib = ::rtc;
using namespace std::chrono_literals;
using test::Forwarder;
using test::Pair;
using test::Side;

/// RFC 7983: which protocol a packet is of.
bool is_dtls(core::ByteView packet) {
  return packet[0] >= 20 && packet[0] <= 63;
}
/// A Binding response (RFC 8489).
bool is_stun_response(core::ByteView packet) {
  return packet[0] == 0x01 && packet[1] == 0x01;
}
/// A handshake record (RFC 6347) whose first message is a ClientHello, from its beginning on.
bool is_client_hello(core::ByteView packet) {
  constexpr std::size_t kRecordHeader = 13, kHandshakeHeader = 12;
  if (packet.size() < kRecordHeader + kHandshakeHeader || packet[0] != 22) return false;
  const auto message = packet.subspan(kRecordHeader);
  return message[0] == 1 && message[6] == 0 && message[7] == 0 && message[8] == 0;
}

// Part one. Of OpenSSL's own timer the first repetition comes after a second.
TEST(ConnectStalls, ALostClientHelloIsRepeatedSoonAndThenMoreAndMoreSlowly) {
  constexpr std::size_t kLost = 4;
  Pair pair;
  Forwarder between(pair);
  std::vector<test::Clock::time_point> hellos;
  between.passes = [&](const Side&, core::ByteView packet) {
    if (!is_client_hello(packet)) return true;
    hellos.push_back(test::Clock::now());
    return hellos.size() > kLost;
  };
  ASSERT_TRUE(pair.connect());
  ASSERT_GT(hellos.size(), kLost);
  EXPECT_LT(hellos[1] - hellos[0], 900ms) << "50 ms is meant";
  EXPECT_GT(hellos[kLost] - hellos[0], 500ms) << "50 + 100 + 200 + 400 ms is meant";
}

// Part two. The DTLS server's own check is answered only after the ClientHello, which is not repeated.
// Sometimes that comes so early that there is no answer yet to be held back.
TEST(ConnectStalls, AClientHelloBeforeIceIsConnectedIsKept) {
  Pair pair;
  Forwarder between(pair);
  std::vector<core::ByteVector> held;
  bool greeted = false, answered = false;
  between.passes = [&](const Side& to, core::ByteView packet) {
    if (&to == &pair.answerer) {
      answered = answered || is_dtls(packet);
      return true;
    }
    if (!greeted && is_stun_response(packet)) {
      held.emplace_back(packet.begin(), packet.end());
      return false;
    }
    if (answered || !is_client_hello(packet)) return true;
    if (greeted) return false;
    greeted = true;
    between.send(to, packet);
    for (const auto& response : held) between.send(to, response);
    return false;
  };
  EXPECT_TRUE(pair.connect());
  EXPECT_TRUE(greeted);
}

// Part four. ICE refuses this answer, which says neither who is DTLS client nor who is server; by then the
// fingerprint must be known. Between the two steps a connection could be lost; no test can hold it there.
TEST(ConnectStalls, TheRemoteDescriptionIsStoredBeforeIceHasIt) {
  start_library();
  lib::Configuration configuration;
  configuration.bindAddress = "127.0.0.1";
  lib::PeerConnection connection(configuration);
  const auto channel = connection.createDataChannel("x");
  const auto offer = connection.localDescription();
  ASSERT_TRUE(offer);
  EXPECT_THROW(connection.setRemoteDescription({std::string(*offer), "answer"}), std::invalid_argument);
  const auto stored = connection.remoteDescription();
  ASSERT_TRUE(stored);
  EXPECT_TRUE(stored->fingerprint());
  connection.close();
}

}  // namespace
}  // namespace pantheon::rtc
