#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "signaling/options.hpp"

namespace pantheon::signaling {

/// Servers with time-limited credentials of the TURN REST API (draft-uberti-behave-turn-rest-00), as coturn
/// takes them with `use-auth-secret`: the username is `<expiry, seconds since 1970>:<id>`, the credential
/// base64(HMAC-SHA1(secret, username)). The id is the same for an account, so that the TURN server can count
/// by it, and tells nobody else whose it is.
IceServer make_turn_credentials(const std::vector<std::string>& urls, std::string_view secret,
                                std::string_view account, core::WallTime now, std::chrono::seconds lifetime);

}  // namespace pantheon::signaling
