#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/json.hpp"

struct _cjose_jwk_int;

namespace pantheon::auth {

/// The signature algorithms of RFC 7518 that can be allowed. There is no "none" and nothing symmetric.
enum class Algorithm { es256, rs256 };
std::string_view to_text(Algorithm algorithm);

/// One key (RFC 7517), public or private. Copies share it; immutable.
class Jwk {
 public:
  /// `invalid_key_set`. Only EC P-256 and RSA of 2048 bits or more.
  static core::Result<Jwk> parse(const core::json::object& object);
  /// A new private key for ES256, with its thumbprint (RFC 7638) as key id.
  static Jwk generate_es256();

  const std::string& id() const { return id_; }
  Algorithm algorithm() const { return algorithm_; }
  core::json::object public_json() const;
  /// With the private part: for the key store only.
  core::json::object private_json() const;

  /// Signs the claims: a compact JWT (RFC 7519) of type JWT. The key must be private. `internal` when it is
  /// not.
  core::Result<std::string> sign(const core::json::object& claims) const;
  /// The payload of a compact token when its signature is by this key with this key's algorithm, else
  /// `auth_invalid`.
  core::Result<std::string> verify(std::string_view token) const;

 private:
  Jwk(std::shared_ptr<_cjose_jwk_int> key, std::string id, Algorithm algorithm)
      : key_(std::move(key)), id_(std::move(id)), algorithm_(algorithm) {}
  core::json::object to_json(bool with_private) const;
  std::shared_ptr<_cjose_jwk_int> key_;
  std::string id_;
  Algorithm algorithm_;
};

/// The keys of an issuer (JWKS). Keys of unknown kinds and for encryption are passed over.
class KeySet {
 public:
  KeySet() = default;
  explicit KeySet(std::vector<Jwk> keys) : keys_(std::move(keys)) {}
  /// `{"keys":[...]}`; at most 64 keys; `invalid_key_set`.
  static core::Result<KeySet> parse(std::string_view text);

  /// The key of that id and algorithm; without an id the only key of that algorithm.
  const Jwk* find(std::optional<std::string_view> id, Algorithm algorithm) const;
  bool contains(std::string_view id) const;
  /// As published at /.well-known/jwks.json: public parts only.
  core::json::object public_json() const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::vector<Jwk> keys_;
};

}  // namespace pantheon::auth
