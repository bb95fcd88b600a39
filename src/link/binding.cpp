#include "link/binding.hpp"

#include "link/error.hpp"

namespace pantheon::link {
namespace {

constexpr std::string_view kLabel = "pantheon-link/1 binding";
constexpr std::size_t kMaxStatements = 16;
constexpr std::size_t kKeysSize = kSignatureSize.count + kPublicKeySize.count;
constexpr std::size_t kLeastAuth = kKeysSize + 2;

}  // namespace

core::ByteVector binding_transcript(Role signer, const Binding& binding) {
  core::ByteVector transcript;
  core::append_field(transcript, kLabel);
  core::append_field(transcript, role_name(signer));
  core::append_field(transcript, binding.offerer_fingerprint);
  core::append_field(transcript, binding.answerer_fingerprint);
  core::append_field(transcript, binding.account);
  core::append_field(transcript, binding.offerer_hello);
  core::append_field(transcript, binding.answerer_hello);
  return transcript;
}

core::Result<Auth> parse_auth(core::ByteView payload) {
  if (payload.size() < kLeastAuth) return core::failure(LinkError::protocol_error, "AUTH cut short");
  const auto object = core::parse_json_object(core::as_text(payload.subspan(kKeysSize)));
  if (!object) return core::failure(LinkError::protocol_error, "AUTH is no JSON object");
  Auth auth{
      payload.first(kSignatureSize.count), payload.subspan(kSignatureSize.count, kPublicKeySize.count), {}};
  if (const auto* member = object->if_contains("statements")) {
    if (!member->is_array() || member->get_array().size() > kMaxStatements) {
      return core::failure(LinkError::protocol_error, "statements are no list of at most 16");
    }
    auth.statements = member->get_array();
  }
  return auth;
}

core::Result<core::ByteVector> serialize_auth(const Auth& auth) {
  if (auth.signature.size() != kSignatureSize.count || auth.public_key.size() != kPublicKeySize.count ||
      auth.statements.size() > kMaxStatements) {
    return core::failure(LinkError::internal, "signature, key or statements are not valid");
  }
  core::json::object object;
  if (!auth.statements.empty()) object["statements"] = auth.statements;
  const auto text = core::serialize_json(object);
  core::ByteVector payload(auth.signature.begin(), auth.signature.end());
  payload.insert(payload.end(), auth.public_key.begin(), auth.public_key.end());
  payload.insert(payload.end(), text.begin(), text.end());
  return payload;
}

}  // namespace pantheon::link
