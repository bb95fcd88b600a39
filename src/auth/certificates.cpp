#include "auth/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "auth/error.hpp"
#include "core/bytes.hpp"

namespace pantheon::auth {
namespace {

namespace json = core::json;

constexpr std::size_t kMaxEntries = 64;
constexpr std::size_t kMaxKeyId = 256;
constexpr std::size_t kMaxPem = 16 * 1024;

struct Release {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIGNUM* number) const { BN_free(number); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

// OpenSSL would ask the terminal for the password of an encrypted block.
int no_password(char*, int, int, void*) {
  return -1;
}

std::optional<std::string> number_of(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return std::nullopt;
  const Owned<BIGNUM> number(raw);
  core::ByteVector bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), bytes.data());
  return core::to_base64url(bytes);
}

std::optional<Jwk> key_of(std::string_view pem, std::string_view id) {
  const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Owned<X509> certificate(PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr));
  const auto* key = certificate ? X509_get0_pubkey(certificate.get()) : nullptr;
  ERR_clear_error();
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) return std::nullopt;
  const auto modulus = number_of(key, OSSL_PKEY_PARAM_RSA_N);
  const auto exponent = number_of(key, OSSL_PKEY_PARAM_RSA_E);
  if (!modulus || !exponent) return std::nullopt;
  auto parsed =
      Jwk::parse({{"kty", "RSA"}, {"alg", "RS256"}, {"kid", id}, {"n", *modulus}, {"e", *exponent}});
  if (!parsed) return std::nullopt;
  return std::move(*parsed);
}

}  // namespace

core::Result<KeySet> parse_certificates(std::string_view text) {
  const auto document = core::parse_json_object(text);
  if (!document) return core::failure(AuthError::invalid_key_set, "not a JSON object");
  if (document->size() > kMaxEntries) return core::failure(AuthError::invalid_key_set, "too many keys");
  std::vector<Jwk> keys;
  for (const auto& entry : *document) {
    const std::string_view id(entry.key());
    if (id.empty() || id.size() > kMaxKeyId || !entry.value().is_string()) continue;
    const std::string_view pem(entry.value().get_string());
    if (pem.size() > kMaxPem) continue;
    if (auto key = key_of(pem, id)) keys.push_back(std::move(*key));
  }
  if (keys.empty()) return core::failure(AuthError::invalid_key_set, "no certificate with an RSA key");
  return KeySet(std::move(keys));
}

}  // namespace pantheon::auth
