#include "rtc/peer_connection.hpp"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <numeric>
#include <thread>

#include "rtc/error.hpp"
#include "rtc/signal_message.hpp"
#include "rtc/test_pair.hpp"

namespace pantheon::rtc {
namespace {

using core::operator""_KiB;
using core::operator""_MiB;
using test::Pair;
using test::Side;

constexpr const char* kCandidate = "candidate:1 1 udp 2122260223 127.0.0.1 9 typ host";

core::ByteVector numbered(std::size_t size) {
  core::ByteVector bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

TEST(PeerConnection, CarriesTextAndBytesBothWays) {
  Pair pair;
  ASSERT_TRUE(pair.connect());
  EXPECT_TRUE(pair.offerer.connection->is_open());
  ASSERT_TRUE(pair.offerer.connection->send(numbered(1000)).has_value());
  ASSERT_TRUE(pair.offerer.connection->send_text("grüße").has_value());
  ASSERT_TRUE(pair.answerer.connection->send_text("").has_value());
  ASSERT_TRUE(pair.answerer.connection->send({}).has_value());
  ASSERT_TRUE(
      pair.run_until([&] { return pair.offerer.messages.size() + pair.answerer.messages.size() == 4; }));
  EXPECT_EQ(pair.answerer.messages[0].bytes, numbered(1000));
  EXPECT_FALSE(pair.answerer.messages[0].is_text);
  EXPECT_EQ(core::as_text(pair.answerer.messages[1].bytes), "grüße");
  EXPECT_TRUE(pair.answerer.messages[1].is_text);
  EXPECT_TRUE(pair.offerer.messages[0].is_text);
  EXPECT_TRUE(pair.offerer.messages[0].bytes.empty());
  EXPECT_FALSE(pair.offerer.messages[1].is_text);
}

TEST(PeerConnection, CarriesMessagesUpToTheAnnouncedSizeAndNoLarger) {
  Pair pair;
  ASSERT_TRUE(pair.connect());
  EXPECT_EQ(pair.offerer.connection->max_message_size(), 256_KiB);
  const auto message = numbered((256_KiB).count);
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(pair.offerer.connection->send(message).has_value());
  const auto refused = pair.offerer.connection->send(numbered((256_KiB).count + 1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().is(RtcError::message_too_large));
  ASSERT_TRUE(pair.run_until([&] { return pair.answerer.messages.size() == 8; }));
  for (const auto& received : pair.answerer.messages) EXPECT_EQ(received.bytes, message);
}

TEST(PeerConnection, AnAnswerToAnEarlierOfferIsDroppedAndTheRightOneConnects) {
  Pair pair, earlier;
  earlier.offerer.other = nullptr;
  earlier.answerer.other = nullptr;
  earlier.answerer.start(earlier.io, Side::loopback(false));
  earlier.offerer.start(earlier.io, Side::loopback(true));
  ASSERT_TRUE(earlier.run_until([&] { return !earlier.offerer.signals.empty(); }));
  ASSERT_TRUE(earlier.answerer.connection->signal(earlier.offerer.signals[0]).has_value());
  ASSERT_TRUE(earlier.run_until([&] { return !earlier.answerer.signals.empty(); }));
  const auto late = earlier.answerer.signals[0];
  ASSERT_EQ(core::get_string(late, "type"), "answer");

  std::optional<core::Error> refused;
  pair.answerer.on_signal = [&](const core::json::object& signal) {
    if (core::get_string(signal, "type") != "answer") return;
    const auto taken = pair.offerer.connection->signal(late);  // it overtakes the right one
    if (!taken) refused = taken.error();
  };
  ASSERT_TRUE(pair.connect());
  ASSERT_TRUE(refused.has_value());
  EXPECT_TRUE(refused->is(RtcError::unexpected_description));
  EXPECT_FALSE(pair.offerer.error.has_value());
}

TEST(PeerConnection, ManyMessagesArriveInOrderAcrossTurns) {
  constexpr std::uint32_t kCount = 5000;
  Pair pair;
  ASSERT_TRUE(pair.connect());
  for (std::uint32_t i = 0; i < kCount; ++i) {
    ASSERT_TRUE(pair.offerer.connection->send_text(std::to_string(i)).has_value());
  }
  ASSERT_TRUE(pair.run_until([&] { return pair.answerer.messages.size() == kCount; }));
  for (std::uint32_t i = 0; i < kCount; ++i) {
    ASSERT_EQ(core::as_text(pair.answerer.messages[i].bytes), std::to_string(i));
  }
}

TEST(PeerConnection, ReportsWhenItsBufferHasDrained) {
  Pair pair;
  ASSERT_TRUE(pair.connect());
  pair.offerer.connection->set_low_threshold(64_KiB);
  const auto message = numbered((128_KiB).count);
  while (pair.offerer.connection->buffered_amount() < 2_MiB) {
    ASSERT_TRUE(pair.offerer.connection->send(message).has_value());
  }
  // It may have drained in between already; the last time counts.
  EXPECT_TRUE(pair.run_until(
      [&] { return pair.offerer.drained > 0 && pair.offerer.connection->buffered_amount() <= 64_KiB; }));
}

TEST(PeerConnection, RefusesToBufferWithoutEnd) {
  Pair pair;
  ASSERT_TRUE(pair.connect());
  const auto message = numbered((256_KiB).count);
  core::Result<void> sent;
  for (int i = 0; i < 400 && sent; ++i) sent = pair.offerer.connection->send(message);
  ASSERT_FALSE(sent.has_value());
  EXPECT_TRUE(sent.error().is(RtcError::send_buffer_full));
}

TEST(PeerConnection, BothSidesKnowBothFingerprints) {
  Pair pair;
  pair.offerer.start(pair.io, Side::loopback(true));
  const auto early = pair.offerer.connection->remote_fingerprint();
  ASSERT_FALSE(early.has_value());
  EXPECT_TRUE(early.error().is(RtcError::not_open));
  ASSERT_TRUE(pair.connect());
  const auto offerers = pair.offerer.connection->local_fingerprint();
  const auto answerers = pair.answerer.connection->local_fingerprint();
  ASSERT_TRUE(offerers.has_value());
  ASSERT_TRUE(answerers.has_value());
  EXPECT_EQ(offerers->size(), 32U);
  EXPECT_NE(*offerers, *answerers);
  EXPECT_EQ(pair.offerer.connection->remote_fingerprint().value(), *answerers);
  EXPECT_EQ(pair.answerer.connection->remote_fingerprint().value(), *offerers);
}

TEST(PeerConnection, ExtraFieldsOfDescriptionsReachTheOtherSide) {
  Pair pair;
  auto offering = Side::loopback(true), answering = Side::loopback(false);
  offering.description_fields = {{"link", 1}};
  answering.description_fields = {{"link", 2}, {"x", "y"}};
  ASSERT_TRUE(pair.connect(std::move(offering), std::move(answering)));
  EXPECT_EQ(pair.answerer.connection->remote_description_fields(), (core::json::object{{"link", 1}}));
  EXPECT_EQ(pair.offerer.connection->remote_description_fields(),
            (core::json::object{{"link", 2}, {"x", "y"}}));
}

TEST(PeerConnection, GathersOnTheGivenAddressAndPortsOnly) {
  Pair pair;
  auto offering = Side::loopback(true);
  offering.ports = {40100, 40199};
  ASSERT_TRUE(pair.connect(std::move(offering)));
  int candidates = 0;
  for (const auto& signal : pair.offerer.signals) {
    const auto* candidate = core::get_object(signal, "candidate");
    if (candidate == nullptr) continue;
    ++candidates;
    const auto text = std::string(*core::get_string(*candidate, "candidate"));
    EXPECT_NE(text.find(" 127.0.0.1 401"), std::string::npos) << text;
  }
  EXPECT_EQ(candidates, 1);
}

TEST(PeerConnection, AnAddressThatIsNotHereIsReportedNotThrown) {
  Pair pair;
  auto options = Side::loopback(true);
  options.bind_address = "192.0.2.1";
  pair.offerer.start(pair.io, std::move(options));
  EXPECT_EQ(pair.offerer.closed, 0);
  ASSERT_TRUE(pair.run_until([&] { return pair.offerer.closed == 1; }));
  ASSERT_TRUE(pair.offerer.error.has_value());
  EXPECT_TRUE(pair.offerer.error->is(RtcError::local_transport));
}

TEST(PeerConnection, CandidatesMayComeBeforeTheirDescription) {
  Pair pair;
  pair.offerer.other = nullptr;
  pair.answerer.start(pair.io, Side::loopback(false));
  pair.offerer.start(pair.io, Side::loopback(true));
  ASSERT_TRUE(pair.run_until([&] { return pair.offerer.signals.size() == 2; }));
  ASSERT_TRUE(pair.answerer.connection->signal(pair.offerer.signals[1]).has_value());
  ASSERT_TRUE(pair.answerer.connection->signal(pair.offerer.signals[0]).has_value());
  EXPECT_TRUE(pair.run_until([&] { return pair.offerer.opened + pair.answerer.opened == 2; }));
}

TEST(PeerConnection, ConnectsWhenOnlyOneSideIsReachableByItsCandidates) {
  // As with a browser that hides its addresses behind mDNS names: its checks show where it is.
  Pair pair;
  pair.offerer.other = nullptr;
  pair.answerer.start(pair.io, Side::loopback(false));
  pair.offerer.start(pair.io, Side::loopback(true));
  ASSERT_TRUE(pair.run_until([&] { return pair.offerer.signals.size() == 2; }));
  ASSERT_TRUE(pair.answerer.connection->signal(pair.offerer.signals[0]).has_value());
  const auto hidden = candidate_signal(
      "candidate:1 1 udp 2122260223 5f7e2c1a-0b3d-4c5e-8f90-123456789abc.local 50000 typ host", "0");
  ASSERT_TRUE(pair.answerer.connection->signal(hidden).has_value());
  EXPECT_TRUE(pair.run_until([&] { return pair.offerer.opened + pair.answerer.opened == 2; }));
}

TEST(PeerConnection, TakesNoMoreThan32Candidates) {
  Pair pair;
  pair.answerer.start(pair.io, Side::loopback(false));
  for (std::size_t i = 0; i < kMostCandidates; ++i) {
    ASSERT_TRUE(pair.answerer.connection->signal(candidate_signal(kCandidate, "0")).has_value());
  }
  const auto refused = pair.answerer.connection->signal(candidate_signal(kCandidate, "0"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().is(RtcError::too_many_candidates));
}

TEST(PeerConnection, BadSignalsAreRefusedAndTheConnectionStillOpens) {
  Pair pair;
  pair.answerer.start(pair.io, Side::loopback(false));
  pair.offerer.start(pair.io, Side::loopback(true));
  const core::json::object broken_sdp{
      {"type", "offer"},
      {"sdp",
       "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=fingerprint:sha-256 "
       "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:"
       "FF\r\n"}};
  const auto no_credentials = pair.answerer.connection->signal(broken_sdp);
  ASSERT_FALSE(no_credentials.has_value());
  EXPECT_TRUE(no_credentials.error().is(RtcError::invalid_description)) << no_credentials.error().message();
  const auto wrong_way = pair.offerer.connection->signal(broken_sdp);
  ASSERT_FALSE(wrong_way.has_value());
  EXPECT_TRUE(wrong_way.error().is(RtcError::unexpected_description));
  EXPECT_FALSE(pair.answerer.connection->signal({}).has_value());
  EXPECT_TRUE(pair.answerer.connection->signal({{"type", "renegotiate"}, {"renegotiate", true}}).has_value());
  EXPECT_TRUE(pair.run_until([&] { return pair.offerer.opened + pair.answerer.opened == 2; }));
}

TEST(PeerConnection, AnotherCertificateLaterIsRefused) {
  Pair pair;
  ASSERT_TRUE(pair.connect());
  Pair stranger;
  ASSERT_TRUE(stranger.connect());
  const auto refused = pair.answerer.connection->signal(stranger.offerer.signals[0]);
  ASSERT_FALSE(refused.has_value());
  EXPECT_TRUE(refused.error().is(RtcError::unexpected_description));
  EXPECT_TRUE(pair.answerer.connection->is_open());
}

TEST(PeerConnection, APeerWithAnotherCertificateThanItsDescriptionIsNotConnected) {
  Pair pair;
  pair.offerer.other = nullptr;
  pair.answerer.start(pair.io, Side::loopback(false));
  pair.offerer.start(pair.io, Side::loopback(true));
  ASSERT_TRUE(pair.run_until([&] { return pair.offerer.signals.size() == 2; }));
  auto offer = pair.offerer.signals[0];
  auto sdp = std::string(*core::get_string(offer, "sdp"));
  const auto at = sdp.find("sha-256 ") + 8;
  sdp[at] = sdp[at] == 'A' ? 'B' : 'A';
  offer["sdp"] = sdp;
  ASSERT_TRUE(pair.answerer.connection->signal(offer).has_value());
  ASSERT_TRUE(pair.answerer.connection->signal(pair.offerer.signals[1]).has_value());
  ASSERT_TRUE(pair.run_until([&] { return pair.answerer.closed == 1; }));
  ASSERT_TRUE(pair.answerer.error.has_value());
  EXPECT_TRUE(pair.answerer.error->is(RtcError::connect_failed));
  EXPECT_EQ(pair.answerer.opened, 0);
}

TEST(PeerConnection, WithoutAnAnswerItEndsWithConnectTimeout) {
  Pair pair;
  pair.offerer.other = nullptr;
  auto options = Side::loopback(true);
  options.connect_timeout = std::chrono::milliseconds(100);
  const auto began = test::Clock::now();
  pair.offerer.start(pair.io, std::move(options));
  ASSERT_TRUE(pair.run_until([&] { return pair.offerer.closed == 1; }));
  EXPECT_GE(test::Clock::now() - began, std::chrono::milliseconds(100));
  ASSERT_TRUE(pair.offerer.error.has_value());
  EXPECT_TRUE(pair.offerer.error->is(RtcError::connect_timeout));
  const auto late = pair.offerer.connection->signal(candidate_signal(kCandidate, "0"));
  ASSERT_FALSE(late.has_value());
  EXPECT_TRUE(late.error().is(RtcError::not_open));
}

TEST(PeerConnection, ClosingIsHeardOnTheOtherSideInGoodOrderAfterAllMessages) {
  constexpr std::size_t kCount = 3000;  // more than the library keeps for a reader
  Pair pair;
  ASSERT_TRUE(pair.connect());
  for (std::size_t i = 0; i < kCount; ++i)
    ASSERT_TRUE(pair.offerer.connection->send(numbered(500)).has_value());
  pair.offerer.connection->close();
  EXPECT_FALSE(pair.offerer.connection->is_open());
  pair.answerer.on_message = [&] {  // a reader so slow that the goodbye arrives while messages wait
    if (pair.answerer.messages.size() == 1) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  };
  ASSERT_TRUE(pair.run_until([&] { return pair.answerer.closed == 1; }));
  EXPECT_EQ(pair.answerer.messages.size(), kCount);
  EXPECT_FALSE(pair.answerer.error.has_value()) << pair.answerer.error->message();
  EXPECT_EQ(pair.offerer.closed, 0);
  const auto late = pair.answerer.connection->send(numbered(1));
  ASSERT_FALSE(late.has_value());
  EXPECT_TRUE(late.error().is(RtcError::not_open));
}

TEST(PeerConnection, NothingIsCalledAfterCloseOrDestruction) {
  Pair pair;
  ASSERT_TRUE(pair.connect());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(pair.offerer.connection->send(numbered(1000)).has_value());
  pair.answerer.on_message = [&] {
    if (pair.answerer.messages.size() == 10) pair.answerer.connection->close();
  };
  ASSERT_TRUE(pair.run_until([&] { return pair.offerer.closed == 1; }));
  EXPECT_EQ(pair.answerer.messages.size(), 10U);
  EXPECT_EQ(pair.answerer.closed, 0);
}

// What is being copied for sending when the association ends must not be lost: the address sanitizer tells.
TEST(PeerConnection, FreesWhatItWasSendingWhenTheOtherSideEnds) {
  const auto message = numbered((256_KiB).count);
  for (int round = 0; round < 20; ++round) {
    Pair pair;
    ASSERT_TRUE(pair.connect());
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(pair.offerer.connection->send(message).has_value());
    pair.answerer.on_message = [&] { pair.answerer.connection.reset(); };
    ASSERT_TRUE(pair.run_until([&] { return pair.offerer.closed == 1; }));
  }
}

TEST(PeerConnection, MayBeDestroyedFromItsOwnCallback) {
  Pair pair;
  pair.answerer.on_open = [&] { pair.answerer.connection.reset(); };
  pair.answerer.start(pair.io, Side::loopback(false));
  pair.offerer.start(pair.io, Side::loopback(true));
  ASSERT_TRUE(pair.run_until([&] { return pair.offerer.closed == 1; }));
  EXPECT_EQ(pair.answerer.opened, 1);
}

TEST(PeerConnection, MayBeDestroyedAtAnyMomentOfConnecting) {
  for (int events = 0; events < 12; ++events) {
    Pair pair;
    pair.answerer.start(pair.io, Side::loopback(false));
    pair.offerer.start(pair.io, Side::loopback(true));
    int run = 0;
    while (run < events && pair.io.run_one_for(std::chrono::milliseconds(20)) != 0) ++run;
    pair.offerer.connection.reset();
    pair.answerer.connection.reset();
    pair.io.restart();
    pair.io.poll();
  }
}

}  // namespace
}  // namespace pantheon::rtc
