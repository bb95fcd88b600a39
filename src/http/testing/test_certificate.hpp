#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace pantheon::http {

/// A self-signed certificate for 127.0.0.1 and its key, in a folder of their own. For tests.
class TestCertificate {
 public:
  /// The key is encrypted when there is a password.
  explicit TestCertificate(std::string password = {}) {
    std::string pattern = (std::filesystem::temp_directory_path() / "pantheon-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
    folder_ = pattern;
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
    fill(*certificate, *key);
    save(key_file(), [&](FILE* file) {
      const auto* cipher = password.empty() ? nullptr : EVP_aes_256_cbc();
      PEM_write_PrivateKey(file, key.get(), cipher, nullptr, 0, nullptr, password.data());
    });
    save(certificate_file(), [&](FILE* file) { PEM_write_X509(file, certificate.get()); });
  }
  ~TestCertificate() { std::filesystem::remove_all(folder_); }
  TestCertificate(const TestCertificate&) = delete;
  TestCertificate& operator=(const TestCertificate&) = delete;

  std::string certificate_file() const { return (folder_ / "certificate.pem").string(); }
  std::string key_file() const { return (folder_ / "key.pem").string(); }

 private:
  static void fill(X509& certificate, EVP_PKEY& key) {
    X509_set_version(&certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(&certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(&certificate), -60);
    X509_gmtime_adj(X509_getm_notAfter(&certificate), 3600);
    X509_set_pubkey(&certificate, &key);
    X509_NAME* name = X509_get_subject_name(&certificate);
    const unsigned char common_name[] = "test";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
    X509_set_issuer_name(&certificate, name);
    X509_EXTENSION* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(&certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(&certificate, &key, EVP_sha256());
  }

  template <class Write>
  static void save(const std::string& path, Write write) {
    FILE* file = std::fopen(path.c_str(), "w");
    if (file == nullptr) throw std::runtime_error(path);
    write(file);
    std::fclose(file);
  }

  std::filesystem::path folder_;
};

}  // namespace pantheon::http
