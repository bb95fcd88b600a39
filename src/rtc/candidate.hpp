#pragma once

#include <string_view>

#include "core/error.hpp"

namespace pantheon::rtc {

/// What is done with a valid ICE candidate of the other side.
enum class CandidateUse {
  connect,  ///< UDP to an IP literal: checks are sent to it
  mdns,     ///< UDP to a `<uuid>.local` name: needs a resolver that speaks multicast DNS
  ignored,  ///< valid, but not for us: TCP, or the empty string that ends the candidates
};

/// Judges a candidate attribute ("candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host", RFC 8839,
/// section 5.1). Addresses are IP literals (no multicast, no unspecified address, no zone) or `<uuid>.local`
/// (draft-ietf-mmusic-mdns-ice-candidates); anything else is `invalid_candidate`. Pure; safe from any thread.
core::Result<CandidateUse> judge_candidate(std::string_view candidate);

}  // namespace pantheon::rtc
