#pragma once

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "auth/jwk.hpp"
#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "http/server.hpp"

namespace pantheon::auth::test {

namespace asio = boost::asio;
namespace json = core::json;

using KeyPointer = std::shared_ptr<EVP_PKEY>;

inline KeyPointer own(EVP_PKEY* key) {
  if (key == nullptr) throw std::runtime_error("no key");
  return {key, EVP_PKEY_free};
}

/// A self-signed X.509 certificate of a key, PEM.
inline std::string certificate_of(EVP_PKEY* key) {
  const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_sign(certificate.get(), key, EVP_sha256());
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(bio.get(), certificate.get());
  char* text = nullptr;
  const auto length = BIO_get_mem_data(bio.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

inline std::string number_of(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) throw std::runtime_error(name);
  core::ByteVector bytes(static_cast<std::size_t>(BN_num_bytes(number)));
  BN_bn2bin(number, bytes.data());
  BN_free(number);
  return core::to_base64url(bytes);
}

/// A key as a provider signs with, and its certificate.
struct Signer {
  Jwk key;
  std::string certificate;
};

inline Signer make_rsa_signer(const std::string& id) {
  const auto key = own(EVP_RSA_gen(2048));
  const json::object object{{"kty", "RSA"},
                            {"kid", id},
                            {"n", number_of(key.get(), OSSL_PKEY_PARAM_RSA_N)},
                            {"e", number_of(key.get(), OSSL_PKEY_PARAM_RSA_E)},
                            {"d", number_of(key.get(), OSSL_PKEY_PARAM_RSA_D)},
                            {"p", number_of(key.get(), OSSL_PKEY_PARAM_RSA_FACTOR1)},
                            {"q", number_of(key.get(), OSSL_PKEY_PARAM_RSA_FACTOR2)},
                            {"dp", number_of(key.get(), OSSL_PKEY_PARAM_RSA_EXPONENT1)},
                            {"dq", number_of(key.get(), OSSL_PKEY_PARAM_RSA_EXPONENT2)},
                            {"qi", number_of(key.get(), OSSL_PKEY_PARAM_RSA_COEFFICIENT1)}};
  return {Jwk::parse(object).value(), certificate_of(key.get())};
}

/// Made once: an RSA key takes a while.
inline const Signer& first_signer() {
  static const auto signer = make_rsa_signer("key-1");
  return signer;
}
inline const Signer& second_signer() {
  static const auto signer = make_rsa_signer("key-2");
  return signer;
}

/// `{"<key id>": "<certificate>"}`, as Google publishes them.
inline std::string certificates(std::initializer_list<std::reference_wrapper<const Signer>> signers) {
  json::object document;
  for (const Signer& signer : signers) document[signer.key.id()] = signer.certificate;
  return core::serialize_json(document);
}

inline std::string coded(const json::object& object) {
  return core::to_base64url(core::as_bytes(core::serialize_json(object)));
}

/// A token that nobody signed, as the Firebase Auth emulator makes them.
inline std::string unsigned_token(const json::object& claims) {
  return coded({{"alg", "none"}, {"typ", "JWT"}}) + "." + coded(claims) + ".";
}

/// The claims of a good ID token of project `demo`, made now.
inline json::object firebase_claims(core::WallTime now, const std::string& uid = "anna") {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  return {{"iss", "https://securetoken.google.com/demo"},
          {"aud", "demo"},
          {"auth_time", seconds - 5},
          {"iat", seconds - 5},
          {"exp", seconds + 3600},
          {"sub", uid},
          {"user_id", uid}};
}

/// An HTTP server on a free port of this machine that answers what a test tells it.
class Endpoint {
 public:
  using Handler = std::function<asio::awaitable<http::Response>()>;

  explicit Endpoint(asio::any_io_executor executor) : server_(std::move(executor)) {
    server_.route_prefix("/", [this](http::Request request) { return answer(std::move(request)); });
    if (!server_.listen()) throw std::runtime_error("cannot listen");
  }

  void serve(const std::string& path, std::string body, const std::string& cache_control = {}) {
    http::Response response{200, {}, std::move(body)};
    if (!cache_control.empty()) response.headers.set("Cache-Control", cache_control);
    answers_[path] = std::move(response);
  }
  void serve(const std::string& path, http::Response response) { answers_[path] = std::move(response); }

  std::string url(const std::string& path = "") const {
    return "http://127.0.0.1:" + std::to_string(server_.port()) + path;
  }
  std::size_t requests(const std::string& path) const {
    const auto found = requests_.find(path);
    return found == requests_.end() ? 0 : found->second;
  }
  asio::awaitable<void> stop() { return server_.stop(); }

 private:
  asio::awaitable<http::Response> answer(http::Request request) {
    ++requests_[request.path];
    const auto found = answers_.find(request.path);
    co_return found == answers_.end() ? http::Response{404, {}, ""} : found->second;
  }
  http::Server server_;
  std::map<std::string, http::Response> answers_;
  std::map<std::string, std::size_t> requests_;
};

}  // namespace pantheon::auth::test
