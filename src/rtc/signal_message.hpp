#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/json.hpp"
#include "rtc/candidate.hpp"

namespace pantheon::rtc {

/// An ICE candidate of the other side that may be used.
struct RemoteCandidate {
  std::string attribute;  ///< "candidate:…"
  std::string mid;        ///< which media section it is for; empty: the first
  CandidateUse use = CandidateUse::ignored;
};

/// An offer or answer of the other side, checked.
struct RemoteDescription {
  bool is_offer = false;
  std::string sdp;                          ///< without its candidate lines
  std::string fingerprint;                  ///< sha-256, upper case, "AB:CD:…"
  std::vector<RemoteCandidate> candidates;  ///< those that the description held
  std::optional<std::string> answered;  ///< of an answer, the `a=ice-ufrag` of its offer, where it says that
  core::json::object fields;            ///< what else came with it besides `type` and `sdp`
};

/// `renegotiate` and `transceiverRequest`: requests for media, which a data channel has no use for.
struct MediaRequest {};

using SignalMessage = std::variant<RemoteDescription, RemoteCandidate, MediaRequest>;

/// Most candidates a description may hold, and most that are taken from one peer.
inline constexpr std::size_t kMostCandidates = 32;

/// Reads a signal object as simple-peer 9 emits it. A description must hold one media section, for a data
/// channel, and exactly one sha-256 fingerprint. Errors: invalid_signal, invalid_description,
/// invalid_fingerprint, invalid_candidate, too_many_candidates. Pure; safe from any thread.
core::Result<SignalMessage> parse_signal(const core::json::object& signal);

/// The field of an answer that names its offer, by the `a=ice-ufrag` of that. Without it an answer that comes
/// late, to an offer given up since, would be taken for that of the next one.
inline constexpr std::string_view kAnsweredOffer = "offerUfrag";

/// The signal objects that simple-peer 9 accepts. `fields` are added beside `type` and `sdp`.
core::json::object description_signal(bool is_offer, std::string_view sdp, const core::json::object& fields);
core::json::object candidate_signal(std::string_view attribute, std::string_view mid);

}  // namespace pantheon::rtc
