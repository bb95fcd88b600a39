#pragma once

#include <sodium.h>

#include <string>

#include "core/bytes.hpp"
#include "link/connection.hpp"
#include "link/testing/support.hpp"
#include "link/testing/vectors.hpp"

/// One side of the recorded handshakes of the vectors, with real Ed25519 keys. For tests only.
namespace pantheon::link::testing {

/// The config of the side in `role`; its key book holds exactly the two keys of the vectors.
inline Config recorded_config(const core::json::object& vectors, Role role) {
  const auto own = vectors.at(role_name(role)).as_object();
  const auto peer = vectors.at(role_name(other(role))).as_object();
  Config config;
  config.role = role;
  config.device_id = text_of(own, "device");
  for (const auto& feature : own.at("features").as_array()) config.features.push_back(text_of(feature));
  config.local_fingerprint = bytes_of(own, "fingerprint");
  config.remote_fingerprint = bytes_of(peer, "fingerprint");
  config.account = text_of(vectors, "account");
  config.nonce = bytes_of(own, "nonce");
  config.statements = own.at("statements").as_array();
  config.public_key = bytes_of(own, "publicKey");
  config.sign = [seed = bytes_of(own, "seed")](core::ByteView transcript) {
    core::ByteVector key(crypto_sign_PUBLICKEYBYTES);
    core::ByteVector secret(crypto_sign_SECRETKEYBYTES);
    core::ByteVector signature(crypto_sign_BYTES);
    crypto_sign_seed_keypair(key.data(), secret.data(), seed.data());
    crypto_sign_detached(signature.data(), nullptr, transcript.data(), transcript.size(), secret.data());
    return signature;
  };
  config.verify = [](core::ByteView key, core::ByteView message, core::ByteView signature) {
    return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
  };
  config.accept_key = [pin = bytes_of(peer, "publicKey"), device = text_of(peer, "device")](
                          std::string_view id, core::ByteView key,
                          const core::json::array&) -> core::Result<PeerTrust> {
    if (id != device || !core::equal_constant_time(pin, key)) return core::failure(LinkError::key_untrusted);
    return PeerTrust::pinned;
  };
  return config;
}

}  // namespace pantheon::link::testing
