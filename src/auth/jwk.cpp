#include "auth/jwk.hpp"

#include <cjose/cjose.h>

#include <algorithm>
#include <cstdlib>

#include "auth/error.hpp"
#include "core/bytes.hpp"
#include "identity/device_key.hpp"

namespace pantheon::auth {
namespace {

namespace json = core::json;

constexpr std::size_t kMinRsaBits = 2048;
constexpr std::size_t kMaxKeysInSet = 64;
constexpr std::size_t kEs256SignatureText = 86;  // 64 bytes as base64url

struct ReleaseHeader {
  void operator()(cjose_header_t* header) const { cjose_header_release(header); }
};
struct ReleaseJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using HeaderPointer = std::unique_ptr<cjose_header_t, ReleaseHeader>;
using JwsPointer = std::unique_ptr<cjose_jws_t, ReleaseJws>;

std::shared_ptr<cjose_jwk_t> own(cjose_jwk_t* key) {
  return {key, [](cjose_jwk_t* released) { cjose_jwk_release(released); }};
}

std::optional<Algorithm> algorithm_of(const cjose_jwk_t* key) {
  cjose_err error{};
  const auto type = cjose_jwk_get_kty(key, &error);
  if (type == CJOSE_JWK_KTY_EC && cjose_jwk_EC_get_curve(key, &error) == CJOSE_JWK_EC_P_256)
    return Algorithm::es256;
  if (type == CJOSE_JWK_KTY_RSA && cjose_jwk_get_keysize(key, &error) >= kMinRsaBits) return Algorithm::rs256;
  return std::nullopt;
}

// cjose's decoder ends the process at some texts that are not base64url, so it never sees any.
bool is_base64url(std::string_view text) {
  return core::from_base64url(text).has_value();
}

bool is_decodable_token(std::string_view token) {
  const auto first = token.find('.');
  const auto last = token.rfind('.');
  return first != std::string_view::npos && last > first && is_base64url(token.substr(0, first)) &&
         is_base64url(token.substr(first + 1, last - first - 1)) && is_base64url(token.substr(last + 1));
}

bool is_decodable_key(const json::object& key) {
  for (const auto* name : {"n", "e", "x", "y", "d", "p", "q", "dp", "dq", "qi", "k"}) {
    const auto* member = key.if_contains(name);
    if (member != nullptr && (!member->is_string() || !is_base64url(member->get_string()))) return false;
  }
  return true;
}

// RFC 7638: the required members in lexical order, without spaces.
std::string thumbprint(const json::object& key) {
  const json::object required{
      {"crv", key.at("crv")}, {"kty", key.at("kty")}, {"x", key.at("x")}, {"y", key.at("y")}};
  return core::to_base64url(identity::sha256(core::as_bytes(core::serialize_json(required))));
}

}  // namespace

std::string_view to_text(Algorithm algorithm) {
  return algorithm == Algorithm::es256 ? "ES256" : "RS256";
}

core::Result<Jwk> Jwk::parse(const json::object& object) {
  if (!is_decodable_key(object)) return core::failure(AuthError::invalid_key_set, "encoding");
  const auto text = core::serialize_json(object);
  cjose_err error{};
  auto* raw = cjose_jwk_import(text.data(), text.size(), &error);
  if (raw == nullptr) return core::failure(AuthError::invalid_key_set, "not a key");
  auto key = own(raw);
  const auto algorithm = algorithm_of(key.get());
  if (!algorithm) return core::failure(AuthError::invalid_key_set, "neither EC P-256 nor RSA of 2048 bits");
  const auto named = core::get_string(object, "alg");
  if (named && *named != to_text(*algorithm))
    return core::failure(AuthError::invalid_key_set, "alg does not fit");
  const auto id = core::get_string(object, "kid");
  return Jwk(std::move(key), std::string(id.value_or("")), *algorithm);
}

Jwk Jwk::generate_es256() {
  cjose_err error{};
  Jwk key(own(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error)), "", Algorithm::es256);
  key.id_ = thumbprint(key.public_json());
  return key;
}

json::object Jwk::to_json(bool with_private) const {
  cjose_err error{};
  char* text = cjose_jwk_to_json(key_.get(), with_private, &error);
  auto object = core::parse_json_object(text == nullptr ? "{}" : text).value_or(json::object());
  std::free(text);  // cjose allocates with malloc
  if (!id_.empty()) object["kid"] = id_;
  object["alg"] = to_text(algorithm_);
  object["use"] = "sig";
  return object;
}

json::object Jwk::public_json() const {
  return to_json(false);
}
json::object Jwk::private_json() const {
  return to_json(true);
}

core::Result<std::string> Jwk::sign(const json::object& claims) const {
  cjose_err error{};
  const HeaderPointer header(cjose_header_new(&error));
  const std::string algorithm(to_text(algorithm_));
  const bool made = header && cjose_header_set(header.get(), "alg", algorithm.c_str(), &error) &&
                    cjose_header_set(header.get(), "kid", id_.c_str(), &error) &&
                    cjose_header_set(header.get(), "typ", "JWT", &error);
  if (!made) return core::failure(core::CommonError::internal, "cannot make a token header");
  const auto payload = core::serialize_json(claims);
  const auto bytes = core::as_bytes(payload);
  const JwsPointer jws(cjose_jws_sign(key_.get(), header.get(), bytes.data(), bytes.size(), &error));
  const char* text = nullptr;
  if (!jws || !cjose_jws_export(jws.get(), &text, &error)) {
    return core::failure(core::CommonError::internal, "cannot sign a token");
  }
  return std::string(text);
}

core::Result<std::string> Jwk::verify(std::string_view token) const {
  if (!is_decodable_token(token)) return core::failure(AuthError::auth_invalid, "encoding");
  cjose_err error{};
  const JwsPointer jws(cjose_jws_import(token.data(), token.size(), &error));
  if (!jws) return core::failure(AuthError::auth_invalid, "not a signed token");
  // cjose takes the algorithm from the token: it must be the key's, never the token's choice.
  const char* algorithm = cjose_header_get(cjose_jws_get_protected(jws.get()), "alg", &error);
  if (algorithm == nullptr || algorithm != to_text(algorithm_)) {
    return core::failure(AuthError::auth_invalid, "algorithm");
  }
  // Of any other length the halves of an ECDSA signature would be taken apart elsewhere (RFC 7518, 3.4).
  const auto signature_length = token.size() - token.rfind('.') - 1;
  if (algorithm_ == Algorithm::es256 && signature_length != kEs256SignatureText) {
    return core::failure(AuthError::auth_invalid, "signature");
  }
  if (!cjose_jws_verify(jws.get(), key_.get(), &error))
    return core::failure(AuthError::auth_invalid, "signature");
  std::uint8_t* payload = nullptr;
  std::size_t length = 0;
  if (!cjose_jws_get_plaintext(jws.get(), &payload, &length, &error)) {
    return core::failure(AuthError::auth_invalid, "payload");
  }
  return std::string(core::as_text({payload, length}));
}

core::Result<KeySet> KeySet::parse(std::string_view text) {
  const auto document = core::parse_json_object(text);
  if (!document) return core::failure(AuthError::invalid_key_set, "not a JSON object");
  const auto* keys = core::get_array(*document, "keys");
  if (keys == nullptr || keys->size() > kMaxKeysInSet)
    return core::failure(AuthError::invalid_key_set, "no list of keys");
  KeySet set;
  for (const auto& entry : *keys) {
    if (!entry.is_object() || core::get_string(entry.get_object(), "use") == "enc") continue;
    if (auto key = Jwk::parse(entry.get_object())) set.keys_.push_back(std::move(*key));
  }
  return set;
}

const Jwk* KeySet::find(std::optional<std::string_view> id, Algorithm algorithm) const {
  const Jwk* found = nullptr;
  for (const auto& key : keys_) {
    if (key.algorithm() != algorithm || (id && key.id() != *id)) continue;
    if (found != nullptr) return nullptr;  // not clear which one is meant
    found = &key;
  }
  return found;
}

bool KeySet::contains(std::string_view id) const {
  return std::ranges::any_of(keys_, [id](const Jwk& key) { return key.id() == id; });
}

json::object KeySet::public_json() const {
  json::array keys;
  for (const auto& key : keys_) keys.push_back(key.public_json());
  return {{"keys", std::move(keys)}};
}

}  // namespace pantheon::auth
