#pragma once

#include <string_view>

#include "core/bytes.hpp"

namespace pantheon::rtc {

/// The 32 bytes of a sha-256 certificate fingerprint as SDP writes it, "AB:CD:…" (RFC 8122, section 5).
/// Anything else is `invalid_fingerprint`. Pure; safe from any thread.
core::Result<core::ByteVector> parse_sha256_fingerprint(std::string_view text);

}  // namespace pantheon::rtc
