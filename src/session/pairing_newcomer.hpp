#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "core/error.hpp"
#include "http/client.hpp"
#include "identity/pairing.hpp"

namespace pantheon::session {

namespace asio = boost::asio;

/// What a device keeps of a pairing.
struct PairedAccount {
  std::string account;
  std::string voucher_device_id;
  identity::PublicKey voucher_key{};
  std::string voucher_name;
  identity::Statement statement;  ///< the voucher's, about this device
  std::string access_token;
  std::string refresh_token;
};

/// The newcomer's side of pairing (docs/signaling-protocol.md, "Pairing"): redeems a link at the server it
/// names and checks that the answer comes from the device that made the link. Errors: those the server names
/// (`pairing_code_unknown` ...), `pairing_mac_mismatch`, `no_signaling_server`, or those of HTTP.
asio::awaitable<core::Result<PairedAccount>> redeem_pairing_link(http::Client& http,
                                                                 identity::PairingLink link,
                                                                 identity::DeviceKey key,
                                                                 std::string device_id, std::string name,
                                                                 std::string platform);

}  // namespace pantheon::session
