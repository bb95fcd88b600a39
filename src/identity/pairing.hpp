#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "identity/device_key.hpp"
#include "identity/statement.hpp"

namespace pantheon::identity {

using PairingCode = std::array<std::uint8_t, 16>;    ///< for the server: finds the voucher, used once
using PairingSecret = std::array<std::uint8_t, 16>;  ///< for the two devices: the server never sees it
using PairingMac = std::array<std::uint8_t, 32>;     ///< HMAC-SHA256

/// What a pairing link carries: `<origin>/#pair=<code>.<secret>`.
struct PairingLink {
  std::string origin;  ///< `http(s)://host[:port]`, without a slash in the end
  PairingCode code{};
  PairingSecret secret{};
};

/// A fresh code and secret for the origin.
PairingLink generate_pairing_link(std::string origin);
std::string to_text(const PairingLink& link);
/// `pairing_link_invalid`; at most 512 characters, no user, path or query in the origin.
core::Result<PairingLink> parse_pairing_link(std::string_view text);

/// A pairing code or MAC as text, and back (`invalid_base64`).
std::string to_text(const PairingCode& code);
core::Result<PairingCode> parse_pairing_code(std::string_view text);
core::Result<PairingMac> parse_pairing_mac(std::string_view text);

/// What the newcomer tells the voucher through the server.
struct PairingRequest {
  PairingCode code{};
  std::string device_id;
  PublicKey public_key{};
  std::string name;
  std::string platform;
};

/// The newcomer's MAC over its request.
PairingMac newcomer_mac(const PairingSecret& secret, const PairingRequest& request);
/// The voucher's check, before it pins the newcomer's key; `pairing_mac_mismatch`.
core::Result<void> verify_newcomer(const PairingSecret& secret, const PairingRequest& request,
                                   const PairingMac& mac);

/// What the voucher answers through the server.
struct PairingAnswer {
  std::string account;
  std::string voucher_device_id;
  PublicKey voucher_public_key{};
  Statement statement;  ///< of type `device`, about the newcomer, signed by the voucher
};

/// The voucher's side in one step: makes the statement about the newcomer. Verify the request first.
PairingAnswer answer_pairing(const DeviceKey& voucher, std::string voucher_device_id, std::string account,
                             const PairingRequest& request, core::WallTime now);
/// The voucher's MAC over its answer to exactly this request.
PairingMac voucher_mac(const PairingSecret& secret, const PairingRequest& request,
                       const PairingAnswer& answer);
/// The newcomer's check, before it pins the voucher's key: the MAC (`pairing_mac_mismatch`), and that the
/// statement is by that voucher about this device and key in this account (`pairing_statement_mismatch`).
core::Result<void> verify_voucher(const PairingSecret& secret, const PairingRequest& request,
                                  const PairingAnswer& answer, const PairingMac& mac);

}  // namespace pantheon::identity
