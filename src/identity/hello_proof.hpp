#pragma once

#include <string_view>

#include "identity/device_key.hpp"

namespace pantheon::identity {

/// What a device signs so that a stolen token is useless alone (docs/signaling-protocol.md, "Tokens" and
/// "Socket.IO"). All three functions are pure. `nonce` is the text the server gave out, as it stood in its
/// JSON.

/// For the hello of a socket; `token` is the token or shared key sent beside it, empty when there is none.
Signature sign_hello(const DeviceKey& key, std::string_view nonce, std::string_view device_id,
                     std::string_view token);
/// `proof_invalid` when the signature is not over exactly these.
core::Result<void> verify_hello(const PublicKey& key, std::string_view nonce, std::string_view device_id,
                                std::string_view token, const Signature& signature);

/// For a refresh of tokens.
Signature sign_refresh(const DeviceKey& key, std::string_view nonce, std::string_view device_id,
                       std::string_view refresh_token);
core::Result<void> verify_refresh(const PublicKey& key, std::string_view nonce, std::string_view device_id,
                                  std::string_view refresh_token, const Signature& signature);

}  // namespace pantheon::identity
