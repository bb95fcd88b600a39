#pragma once

#include <string_view>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/json.hpp"

namespace pantheon::link {

/// Which description of the peer connection was ours: the offerer speaks first and opens all streams.
enum class Role { offerer, answerer };

constexpr Role other(Role role) {
  return role == Role::offerer ? Role::answerer : Role::offerer;
}
constexpr std::string_view role_name(Role role) {
  return role == Role::offerer ? "offerer" : "answerer";
}

/// What the signature of a binding covers beside the role (docs/link-protocol.md, section 4).
struct Binding {
  core::ByteView offerer_fingerprint;   ///< 32 bytes, sha-256
  core::ByteView answerer_fingerprint;  ///< 32 bytes, sha-256
  std::string_view account;
  core::ByteView offerer_hello;   ///< the whole payload
  core::ByteView answerer_hello;  ///< the whole payload
};

/// The bytes that the side in `signer` signs.
core::ByteVector binding_transcript(Role signer, const Binding& binding);

inline constexpr core::Bytes kSignatureSize{64};
inline constexpr core::Bytes kPublicKeySize{32};

/// Content of an AUTH frame; the views point into its payload.
struct Auth {
  core::ByteView signature;   ///< 64 bytes
  core::ByteView public_key;  ///< 32 bytes
  core::json::array statements;
};

/// Reads an AUTH payload; verifies nothing. Every fault is `protocol_error`.
core::Result<Auth> parse_auth(core::ByteView payload);

/// Writes an AUTH payload; `internal` when a part has a wrong size or there are more than 16 statements.
core::Result<core::ByteVector> serialize_auth(const Auth& auth);

}  // namespace pantheon::link
