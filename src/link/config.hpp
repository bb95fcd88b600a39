#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "link/binding.hpp"
#include "link/event.hpp"
#include "link/hello.hpp"

namespace pantheon::link {

/// Everything a link needs to know before it starts. The functions are called from within Connection's own
/// calls.
struct Config {
  Role role = Role::offerer;
  std::string device_id;              ///< of this side
  std::vector<std::string> features;  ///< at most 32, each at most 64 bytes
  Limits limits;
  core::ByteVector local_fingerprint;   ///< 32 bytes, sha-256 of this side's DTLS certificate
  core::ByteVector remote_fingerprint;  ///< 32 bytes, of the peer's, as the DTLS connection saw it
  std::string account;
  core::ByteVector nonce;             ///< 32 random bytes, new for each link
  core::json::array statements;       ///< at most 16, by which the peer can chain our key to one it pinned
  core::ByteVector public_key;        ///< Ed25519, 32 bytes, of this device
  core::Bytes peer_max_message_size;  ///< max-message-size of the peer's description; 0: none given

  /// Ed25519 signature (64 bytes) of the transcript by the key of this device.
  std::function<core::ByteVector(core::ByteView transcript)> sign;
  /// Whether the signature of the message is by that key. Must be constant-time or work on public data alone.
  std::function<bool(core::ByteView key, core::ByteView message, core::ByteView signature)> verify;
  /// Whether that key belongs to that device, after the signature was verified. An error: GOAWAY
  /// key_untrusted.
  std::function<core::Result<PeerTrust>(std::string_view device_id, core::ByteView public_key,
                                        const core::json::array& statements)>
      accept_key;
};

}  // namespace pantheon::link
