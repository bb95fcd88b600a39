#include "identity/pairing.hpp"

#include <sodium.h>

#include <algorithm>
#include <boost/url/parse.hpp>

#include "core/random.hpp"
#include "identity/error.hpp"

namespace pantheon::identity {
namespace {

constexpr std::string_view kNewcomer = "pantheon-pairing/1 newcomer";
constexpr std::string_view kVoucher = "pantheon-pairing/1 voucher";
constexpr std::string_view kFragment = "#pair=";
constexpr std::size_t kMaxLink = 512;
constexpr std::size_t kEncodedCode = 22;  // 16 bytes as base64url

PairingMac hmac(const PairingSecret& secret, core::ByteView message) {
  PairingMac mac{};
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, secret.data(), secret.size());
  crypto_auth_hmacsha256_update(&state, message.data(), message.size());
  crypto_auth_hmacsha256_final(&state, mac.data());
  sodium_memzero(&state, sizeof state);
  return mac;
}

template <std::size_t N>
core::Result<std::array<std::uint8_t, N>> decode(std::string_view text) {
  std::array<std::uint8_t, N> out{};
  if (text.size() != (N * 8 + 5) / 6) return core::failure(core::CommonError::invalid_base64);
  const auto bytes = core::from_base64url(text);
  if (!bytes) return core::failure(bytes.error());
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

bool is_origin(std::string_view text) {
  const auto url = boost::urls::parse_absolute_uri(text);
  if (!url || url->has_userinfo() || url->has_query() || !url->encoded_path().empty()) return false;
  return (url->scheme() == "http" || url->scheme() == "https") && !url->encoded_host().empty();
}

core::Result<void> compare(const PairingMac& expected, const PairingMac& received) {
  if (!core::equal_constant_time(core::ByteView(expected), core::ByteView(received))) {
    return core::failure(IdentityError::pairing_mac_mismatch);
  }
  return {};
}

}  // namespace

PairingLink generate_pairing_link(std::string origin) {
  PairingLink link;
  link.origin = std::move(origin);
  randombytes_buf(link.code.data(), link.code.size());
  randombytes_buf(link.secret.data(), link.secret.size());
  return link;
}

std::string to_text(const PairingLink& link) {
  return link.origin + "/" + std::string(kFragment) + to_text(link.code) + "." +
         core::to_base64url(link.secret);
}

core::Result<PairingLink> parse_pairing_link(std::string_view text) {
  const auto invalid = core::failure(IdentityError::pairing_link_invalid);
  if (text.size() > kMaxLink) return invalid;
  const auto hash = text.find(kFragment);
  if (hash == std::string_view::npos || hash == 0 || text[hash - 1] != '/') return invalid;
  const auto origin = text.substr(0, hash - 1);
  const auto tail = text.substr(hash + kFragment.size());
  if (!is_origin(origin) || tail.size() != 2 * kEncodedCode + 1 || tail[kEncodedCode] != '.') return invalid;
  const auto code = decode<16>(tail.substr(0, kEncodedCode));
  const auto secret = decode<16>(tail.substr(kEncodedCode + 1));
  if (!code || !secret) return invalid;
  return PairingLink{std::string(origin), *code, *secret};
}

std::string to_text(const PairingCode& code) {
  return core::to_base64url(code);
}
core::Result<PairingCode> parse_pairing_code(std::string_view text) {
  return decode<16>(text);
}
core::Result<PairingMac> parse_pairing_mac(std::string_view text) {
  return decode<32>(text);
}

PairingMac newcomer_mac(const PairingSecret& secret, const PairingRequest& request) {
  core::ByteVector bytes;
  core::append_field(bytes, kNewcomer);
  core::append_field(bytes, request.code);
  core::append_field(bytes, request.device_id);
  core::append_field(bytes, request.public_key);
  core::append_field(bytes, request.name);
  core::append_field(bytes, request.platform);
  return hmac(secret, bytes);
}

core::Result<void> verify_newcomer(const PairingSecret& secret, const PairingRequest& request,
                                   const PairingMac& mac) {
  return compare(newcomer_mac(secret, request), mac);
}

PairingAnswer answer_pairing(const DeviceKey& voucher, std::string voucher_device_id, std::string account,
                             const PairingRequest& request, core::WallTime now) {
  const Claim claim{StatementType::device, account, request.device_id, request.public_key, request.name, now};
  return {std::move(account), std::move(voucher_device_id), voucher.public_key(),
          Statement::make(voucher, claim)};
}

PairingMac voucher_mac(const PairingSecret& secret, const PairingRequest& request,
                       const PairingAnswer& answer) {
  core::ByteVector bytes;
  core::append_field(bytes, kVoucher);
  core::append_field(bytes, request.code);
  core::append_field(bytes, answer.account);
  core::append_field(bytes, request.public_key);
  core::append_field(bytes, answer.voucher_device_id);
  core::append_field(bytes, answer.voucher_public_key);
  core::append_field(bytes, answer.statement.payload());
  return hmac(secret, bytes);
}

core::Result<void> verify_voucher(const PairingSecret& secret, const PairingRequest& request,
                                  const PairingAnswer& answer, const PairingMac& mac) {
  auto same = compare(voucher_mac(secret, request, answer), mac);
  if (!same) return same;
  const auto& claim = answer.statement.claim();
  const bool fits = claim.type == StatementType::device && claim.account == answer.account &&
                    claim.device_id == request.device_id && claim.public_key == request.public_key &&
                    answer.statement.by() == answer.voucher_public_key;
  if (!fits) return core::failure(IdentityError::pairing_statement_mismatch);
  return {};
}

}  // namespace pantheon::identity
