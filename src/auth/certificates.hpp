#pragma once

#include <string_view>

#include "auth/jwk.hpp"

namespace pantheon::auth {

/// The public keys of a document `{"<key id>": "<X.509 certificate, PEM>", ...}`, as Google publishes those
/// of Firebase ID tokens. Entries that hold no RSA key of 2048 bits or more are passed over;
/// `invalid_key_set` for anything else, for more than 64 entries, and when no key is left. Whom the
/// certificates name and how long they say they last does not matter: what the endpoint serves counts, as it
/// does for JWKS.
core::Result<KeySet> parse_certificates(std::string_view text);

}  // namespace pantheon::auth
