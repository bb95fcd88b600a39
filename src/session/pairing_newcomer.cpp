#include "session/pairing_newcomer.hpp"

#include <chrono>

#include "session/error.hpp"
#include "session/json_post.hpp"

namespace pantheon::session {
namespace {

core::json::object redeem_body(const identity::PairingRequest& request, const identity::PairingMac& mac) {
  return {{"code", identity::to_text(request.code)},
          {"deviceId", request.device_id},
          {"publicKey", identity::to_text(request.public_key)},
          {"name", request.name},
          {"platform", request.platform},
          {"mac", core::to_base64url(mac)}};
}

core::Result<PairedAccount> read_answer(const core::json::object& body, const identity::PairingSecret& secret,
                                        const identity::PairingRequest& request) {
  const auto* voucher = core::get_object(body, "voucher");
  const auto* statement_object = core::get_object(body, "statement");
  if (voucher == nullptr || statement_object == nullptr)
    return core::failure(SessionError::no_signaling_server, "its answer names no other device");
  auto statement = identity::Statement::parse(*statement_object);
  if (!statement) return core::failure(statement.error());
  const auto voucher_key = identity::parse_public_key(core::get_string(*voucher, "publicKey").value_or(""));
  if (!voucher_key) return core::failure(voucher_key.error());
  const auto mac = identity::parse_pairing_mac(core::get_string(body, "mac").value_or(""));
  if (!mac) return core::failure(SessionError::pairing_mac_mismatch);

  const std::string account(core::get_string(body, "account").value_or(""));
  const std::string voucher_id(core::get_string(*voucher, "deviceId").value_or(""));
  const identity::PairingAnswer answer{account, voucher_id, *voucher_key, *statement};
  if (!identity::verify_voucher(secret, request, answer, *mac)) {
    return core::failure(SessionError::pairing_mac_mismatch);
  }
  return PairedAccount{account,
                       voucher_id,
                       *voucher_key,
                       std::string(core::get_string(*voucher, "name").value_or("")),
                       std::move(*statement),
                       std::string(core::get_string(body, "accessToken").value_or("")),
                       std::string(core::get_string(body, "refreshToken").value_or(""))};
}

}  // namespace

asio::awaitable<core::Result<PairedAccount>> redeem_pairing_link(http::Client& http,
                                                                 identity::PairingLink link,
                                                                 identity::DeviceKey key,
                                                                 std::string device_id, std::string name,
                                                                 std::string platform) {
  const identity::PairingRequest request{link.code, std::move(device_id), key.public_key(), std::move(name),
                                         std::move(platform)};
  auto body = redeem_body(request, identity::newcomer_mac(link.secret, request));
  auto answer = co_await post_json(http, link.origin + "/v1/pairing/redeem", std::move(body));
  if (!answer) co_return core::failure(answer.error());
  co_return read_answer(*answer, link.secret, request);
}

}  // namespace pantheon::session
