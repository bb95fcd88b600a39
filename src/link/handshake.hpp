#pragma once

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "link/config.hpp"
#include "link/event.hpp"
#include "link/hello.hpp"

namespace pantheon::link {

/// HELLO and AUTH of both sides, up to the moment the link is ready (docs/link-protocol.md, sections 3 and
/// 4).
class Handshake {
 public:
  /// The payload of our HELLO; `internal` when the config breaks the rules.
  core::Result<core::ByteVector> hello(const Config& config);
  /// Reads the peer's HELLO; after it, and our own, auth() may be called.
  core::Result<void> read_hello(core::ByteView payload);
  /// The payload of our AUTH; `internal` when the config's signature or key is not valid.
  core::Result<core::ByteVector> auth(const Config& config) const;
  /// Verifies the peer's AUTH: `binding_mismatch`, `key_untrusted`.
  core::Result<Ready> read_auth(const Config& config, core::ByteView payload);

  bool peer_known() const { return !peer_hello_.empty(); }
  bool ready() const { return ready_; }
  /// What the peer announced; meaningful once peer_known().
  const Hello& peer() const { return peer_; }

 private:
  core::ByteVector transcript(const Config& config, Role signer) const;

  core::ByteVector own_hello_;
  core::ByteVector peer_hello_;
  Hello peer_;
  bool ready_ = false;
};

}  // namespace pantheon::link
