#include "rtc/signal_message.hpp"

#include <algorithm>
#include <cctype>

#include "rtc/error.hpp"
#include "rtc/fingerprint.hpp"

namespace pantheon::rtc {
namespace {

constexpr std::size_t kLongestSdp = 16 * 1024;
constexpr std::size_t kLongestMid = 16;
constexpr std::size_t kMostFields = 16;

std::string upper(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return result;
}

// Collects what an SDP's lines say, and the SDP without its candidate lines.
struct SdpReader {
  RemoteDescription description;
  int media_sections = 0;
  int fingerprints = 0;

  core::Result<void> read_line(std::string_view line) {
    constexpr std::string_view kFingerprint = "a=fingerprint:", kCandidate = "a=candidate", kMedia = "m=";
    // Without a colon it is a candidate too, an invalid one; "a=candidates" is another attribute.
    if (line.starts_with(kCandidate) && (line.size() == kCandidate.size() || line[kCandidate.size()] == ':'))
      return read_candidate(line.substr(2));
    if (line.starts_with(kFingerprint)) {
      const auto value = upper(line.substr(kFingerprint.size()));
      constexpr std::string_view kHash = "SHA-256 ";
      if (!value.starts_with(kHash) || !parse_sha256_fingerprint(value.substr(kHash.size()))) {
        return core::failure(RtcError::invalid_fingerprint);
      }
      description.fingerprint = value.substr(kHash.size());
      ++fingerprints;
    }
    if (line.starts_with(kMedia)) {
      if (!line.starts_with("m=application "))
        return core::failure(RtcError::invalid_description, "media section");
      ++media_sections;
    }
    description.sdp.append(line).append("\r\n");
    return {};
  }

  core::Result<void> read_candidate(std::string_view attribute) {
    const auto use = judge_candidate(attribute);
    if (!use) return core::failure(use.error());
    if (description.candidates.size() == kMostCandidates) return core::failure(RtcError::too_many_candidates);
    description.candidates.push_back({std::string(attribute), {}, *use});
    return {};
  }
};

core::Result<RemoteDescription> read_sdp(std::string_view sdp) {
  if (sdp.empty() || sdp.size() > kLongestSdp) return core::failure(RtcError::invalid_description, "size");
  SdpReader reader;
  while (!sdp.empty()) {
    auto line = sdp.substr(0, sdp.find('\n'));
    sdp.remove_prefix(std::min(line.size() + 1, sdp.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (std::ranges::any_of(line, [](unsigned char c) { return c < 0x20; })) {
      return core::failure(RtcError::invalid_description, "control character");
    }
    if (auto read = reader.read_line(line); !read) return core::failure(read.error());
  }
  if (reader.media_sections != 1) return core::failure(RtcError::invalid_description, "media sections");
  if (reader.fingerprints != 1) return core::failure(RtcError::invalid_fingerprint);
  return std::move(reader.description);
}

core::Result<SignalMessage> read_description(const core::json::object& signal, std::string_view type) {
  const auto sdp = core::get_string(signal, "sdp");
  if (!sdp) return core::failure(RtcError::invalid_signal, "no sdp");
  if (signal.size() > kMostFields) return core::failure(RtcError::invalid_signal, "too many fields");
  auto description = read_sdp(*sdp);
  if (!description) return core::failure(description.error());
  description->is_offer = type == "offer";
  if (const auto answered = core::get_string(signal, kAnsweredOffer)) description->answered = *answered;
  for (const auto& field : signal) {
    if (field.key() != "type" && field.key() != "sdp" && field.key() != kAnsweredOffer)
      description->fields[field.key()] = field.value();
  }
  return SignalMessage(std::move(*description));
}

core::Result<SignalMessage> read_candidate(const core::json::object& signal) {
  const auto* candidate = core::get_object(signal, "candidate");
  if (candidate == nullptr) return core::failure(RtcError::invalid_candidate, "no object");
  const auto attribute = core::get_string(*candidate, "candidate");
  if (!attribute) return core::failure(RtcError::invalid_candidate, "no text");
  const auto mid = core::get_string(*candidate, "sdpMid").value_or("");
  if (mid.size() > kLongestMid) return core::failure(RtcError::invalid_candidate, "sdpMid");
  const auto use = judge_candidate(*attribute);
  if (!use) return core::failure(use.error());
  return SignalMessage(RemoteCandidate{std::string(*attribute), std::string(mid), *use});
}

}  // namespace

core::Result<SignalMessage> parse_signal(const core::json::object& signal) {
  const auto type = core::get_string(signal, "type").value_or("");
  if (type == "offer" || type == "answer") return read_description(signal, type);
  if (signal.contains("candidate")) return read_candidate(signal);
  if (signal.contains("renegotiate") || signal.contains("transceiverRequest"))
    return SignalMessage(MediaRequest{});
  return core::failure(RtcError::invalid_signal);
}

core::json::object description_signal(bool is_offer, std::string_view sdp, const core::json::object& fields) {
  core::json::object signal(fields);
  signal["type"] = is_offer ? "offer" : "answer";
  signal["sdp"] = sdp;
  return signal;
}

core::json::object candidate_signal(std::string_view attribute, std::string_view mid) {
  core::json::object candidate;
  candidate["candidate"] = attribute;
  candidate["sdpMid"] = mid;
  candidate["sdpMLineIndex"] = 0;
  core::json::object signal;
  signal["type"] = "candidate";
  signal["candidate"] = std::move(candidate);
  return signal;
}

}  // namespace pantheon::rtc
