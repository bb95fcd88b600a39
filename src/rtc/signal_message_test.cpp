#include "rtc/signal_message.hpp"

#include <gtest/gtest.h>

#include "rtc/error.hpp"

namespace pantheon::rtc {
namespace {

constexpr const char* kFingerprint =
    "a=fingerprint:sha-256 "
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"
    "\r\n";
constexpr const char* kCandidateLine = "candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host";

std::string sdp_with(const std::string& media_lines) {
  return "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP "
         "webrtc-datachannel\r\n"
         "c=IN IP4 "
         "0.0.0.0\r\na=mid:0\r\na=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:"
         "actpass\r\n" +
         media_lines;
}

core::json::object offer(const std::string& sdp) {
  return {{"type", "offer"}, {"sdp", sdp}};
}

void expect_error(const core::json::object& signal, RtcError code) {
  const auto message = parse_signal(signal);
  ASSERT_FALSE(message.has_value()) << core::serialize_json(signal);
  EXPECT_TRUE(message.error().is(code)) << message.error().code();
}

TEST(Signal, ReadsAnOfferWithItsExtraFields) {
  auto signal = offer(sdp_with(kFingerprint));
  signal["link"] = 1;
  const auto message = parse_signal(signal);
  ASSERT_TRUE(message.has_value());
  const auto& description = std::get<RemoteDescription>(*message);
  EXPECT_TRUE(description.is_offer);
  EXPECT_EQ(description.fields, (core::json::object{{"link", 1}}));
  EXPECT_EQ(description.fingerprint.substr(description.fingerprint.size() - 6), ":EE:FF");
}

TEST(Signal, TakesCandidatesOutOfTheDescription) {
  const auto message =
      parse_signal(offer(sdp_with(std::string(kFingerprint) + "a=" + kCandidateLine + "\r\n")));
  ASSERT_TRUE(message.has_value());
  const auto& description = std::get<RemoteDescription>(*message);
  ASSERT_EQ(description.candidates.size(), 1U);
  EXPECT_EQ(description.candidates[0].attribute, kCandidateLine);
  EXPECT_EQ(description.sdp.find("candidate"), std::string::npos);
}

TEST(Signal, ReadsACandidate) {
  const auto signal = candidate_signal(kCandidateLine, "0");
  const auto message = parse_signal(signal);
  ASSERT_TRUE(message.has_value());
  const auto& candidate = std::get<RemoteCandidate>(*message);
  EXPECT_EQ(candidate.attribute, kCandidateLine);
  EXPECT_EQ(candidate.mid, "0");
  EXPECT_EQ(candidate.use, CandidateUse::connect);
}

TEST(Signal, AcceptsRequestsForMedia) {
  for (const core::json::object& signal :
       {core::json::object{{"type", "renegotiate"}, {"renegotiate", true}},
        core::json::object{{"type", "transceiverRequest"}, {"transceiverRequest", {{"kind", "audio"}}}}}) {
    const auto message = parse_signal(signal);
    ASSERT_TRUE(message.has_value());
    EXPECT_TRUE(std::holds_alternative<MediaRequest>(*message));
  }
}

TEST(Signal, WritesWhatItReads) {
  const auto message =
      parse_signal(description_signal(false, sdp_with(kFingerprint), {{"link", 1}, {"type", "x"}}));
  ASSERT_TRUE(message.has_value());
  const auto& description = std::get<RemoteDescription>(*message);
  EXPECT_FALSE(description.is_offer);
  EXPECT_EQ(description.fields, (core::json::object{{"link", 1}}));
}

TEST(Signal, RefusesAnythingButExactlyOneSha256Fingerprint) {
  expect_error(offer(sdp_with("")), RtcError::invalid_fingerprint);
  expect_error(offer(sdp_with(std::string(kFingerprint) + kFingerprint)), RtcError::invalid_fingerprint);
  expect_error(
      offer(sdp_with("a=fingerprint:sha-1 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33\r\n")),
      RtcError::invalid_fingerprint);
  expect_error(offer(sdp_with(std::string(kFingerprint) + "a=fingerprint:sha-512 00\r\n")),
               RtcError::invalid_fingerprint);
}

TEST(Signal, RefusesDescriptionsThatAreNotOneDataChannel) {
  expect_error(offer(""), RtcError::invalid_description);
  expect_error(offer("v=0\r\n"), RtcError::invalid_description);
  expect_error(offer(sdp_with(std::string(kFingerprint) + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n")),
               RtcError::invalid_description);
  expect_error(
      offer(sdp_with(std::string(kFingerprint) + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n")),
      RtcError::invalid_description);
  expect_error(offer(sdp_with(std::string(kFingerprint) + "a=x\x01y\r\n")), RtcError::invalid_description);
  expect_error(offer(sdp_with(kFingerprint + std::string(20000, 'a'))), RtcError::invalid_description);
}

TEST(Signal, RefusesBadAndTooManyCandidates) {
  expect_error(candidate_signal("candidate:1 1 udp 1 example.org 1 typ host", "0"),
               RtcError::invalid_candidate);
  expect_error(candidate_signal(kCandidateLine, std::string(17, '0')), RtcError::invalid_candidate);
  expect_error(offer(sdp_with(std::string(kFingerprint) + "a=candidate\r\n")), RtcError::invalid_candidate);
  expect_error({{"type", "candidate"}, {"candidate", "text"}}, RtcError::invalid_candidate);
  expect_error({{"type", "candidate"}, {"candidate", {{"candidate", 5}}}}, RtcError::invalid_candidate);
  std::string lines = kFingerprint;
  for (std::size_t i = 0; i <= kMostCandidates; ++i) lines += std::string("a=") + kCandidateLine + "\r\n";
  expect_error(offer(sdp_with(lines)), RtcError::too_many_candidates);
}

TEST(Signal, RefusesEverythingElse) {
  expect_error({}, RtcError::invalid_signal);
  expect_error({{"type", "pranswer"}, {"sdp", "v=0"}}, RtcError::invalid_signal);
  expect_error({{"type", "offer"}}, RtcError::invalid_signal);
  expect_error({{"type", "offer"}, {"sdp", 7}}, RtcError::invalid_signal);
  expect_error({{"type", 7}}, RtcError::invalid_signal);
  auto crowded = offer(sdp_with(kFingerprint));
  for (int i = 0; i < 20; ++i) crowded["field" + std::to_string(i)] = i;
  expect_error(crowded, RtcError::invalid_signal);
}

}  // namespace
}  // namespace pantheon::rtc
