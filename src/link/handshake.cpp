#include "link/handshake.hpp"

#include "link/binding.hpp"
#include "link/error.hpp"

namespace pantheon::link {
namespace {

constexpr std::size_t kFingerprintSize = 32;

bool complete(const Config& config) {
  return config.local_fingerprint.size() == kFingerprintSize &&
         config.remote_fingerprint.size() == kFingerprintSize && config.sign && config.verify &&
         config.accept_key;
}

}  // namespace

core::Result<core::ByteVector> Handshake::hello(const Config& config) {
  if (!complete(config)) return core::failure(LinkError::internal, "the link's config is not complete");
  auto payload = serialize_hello({config.device_id, config.features, config.limits, config.nonce});
  if (payload) own_hello_ = *payload;
  return payload;
}

core::Result<void> Handshake::read_hello(core::ByteView payload) {
  auto hello = parse_hello(payload);
  if (!hello) return core::failure(hello.error());
  peer_ = std::move(*hello);
  peer_hello_.assign(payload.begin(), payload.end());
  return {};
}

core::ByteVector Handshake::transcript(const Config& config, Role signer) const {
  const bool offerer = config.role == Role::offerer;
  return binding_transcript(
      signer, {.offerer_fingerprint = offerer ? config.local_fingerprint : config.remote_fingerprint,
               .answerer_fingerprint = offerer ? config.remote_fingerprint : config.local_fingerprint,
               .account = config.account,
               .offerer_hello = offerer ? own_hello_ : peer_hello_,
               .answerer_hello = offerer ? peer_hello_ : own_hello_});
}

core::Result<core::ByteVector> Handshake::auth(const Config& config) const {
  const auto signature = config.sign(transcript(config, config.role));
  return serialize_auth({signature, config.public_key, config.statements});
}

core::Result<Ready> Handshake::read_auth(const Config& config, core::ByteView payload) {
  const auto auth = parse_auth(payload);
  if (!auth) return core::failure(auth.error());
  if (!config.verify(auth->public_key, transcript(config, other(config.role)), auth->signature)) {
    return core::failure(LinkError::binding_mismatch);
  }
  const auto trust = config.accept_key(peer_.device_id, auth->public_key, auth->statements);
  if (!trust) return core::failure(LinkError::key_untrusted, std::string(trust.error().code()));
  ready_ = true;
  return Ready{peer_.device_id, *trust, peer_.features};
}

}  // namespace pantheon::link
