#include "session/pairing_voucher.hpp"

#include <algorithm>

#include "session/error.hpp"

namespace pantheon::session {
namespace {

core::Result<identity::PairingRequest> parse_request(const core::json::object& object) {
  const auto code = core::get_string(object, "code");
  const auto device = core::get_string(object, "deviceId");
  const auto key = core::get_string(object, "publicKey");
  const auto name = core::get_string(object, "name");
  const auto platform = core::get_string(object, "platform");
  if (!code || !device || !key || !name || !platform)
    return core::failure(core::CommonError::invalid_argument);
  const auto parsed_code = identity::parse_pairing_code(*code);
  if (!parsed_code) return core::failure(parsed_code.error());
  const auto parsed_key = identity::parse_public_key(*key);
  if (!parsed_key) return core::failure(parsed_key.error());
  if (const auto valid = identity::check_device_id(*device); !valid) return core::failure(valid.error());
  return identity::PairingRequest{*parsed_code, std::string(*device), *parsed_key, std::string(*name),
                                  std::string(*platform)};
}

}  // namespace

PairingVoucher::PairingVoucher(const identity::DeviceKey& key, std::string device_id, std::string name,
                               identity::KeyBook& book, std::function<void(const Newcomer&)> on_paired)
    : key_(key),
      device_id_(std::move(device_id)),
      name_(std::move(name)),
      book_(book),
      on_paired_(std::move(on_paired)) {}

identity::PairingLink PairingVoucher::open(std::string origin, core::WallTime now) {
  std::erase_if(open_, [now](const auto& entry) { return entry.second.until <= now; });
  if (open_.size() >= kMostOpen) {
    open_.erase(std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
      return a.second.until < b.second.until;
    }));
  }
  auto link = identity::generate_pairing_link(std::move(origin));
  open_.insert_or_assign(identity::to_text(link.code), Open{link.secret, now + kLifetime});
  return link;
}

void PairingVoucher::close(const identity::PairingCode& code) {
  open_.erase(identity::to_text(code));
}

// A key that is pinned changes by a statement of that device alone, never by a pairing link that somebody
// else opened.
bool PairingVoucher::may_pin(const identity::PairingRequest& request) const {
  if (request.device_id == device_id_) return false;
  if (request.device_id.starts_with("d_") && request.device_id != identity::device_id(request.public_key))
    return false;
  const auto* known = book_.pinned(request.device_id);
  return known == nullptr || *known == request.public_key;
}

core::Result<core::json::object> PairingVoucher::vouch(const core::json::object& object, core::WallTime now) {
  const auto request = parse_request(object);
  if (!request) return core::failure(request.error());
  const auto found = open_.find(identity::to_text(request->code));
  if (found == open_.end() || found->second.until <= now) return core::failure(SessionError::pairing_refused);
  const auto mac = identity::parse_pairing_mac(core::get_string(object, "mac").value_or(""));
  if (!mac) return core::failure(SessionError::pairing_refused);
  const auto secret = found->second.secret;
  if (!identity::verify_newcomer(secret, *request, *mac)) return core::failure(SessionError::pairing_refused);
  if (!may_pin(*request)) return core::failure(SessionError::pairing_refused);
  if (const auto pinned = book_.pin(request->device_id, request->public_key); !pinned) {
    return core::failure(pinned.error());
  }
  open_.erase(found);
  const auto answer = identity::answer_pairing(key_, device_id_, account_, *request, now);
  const auto answer_mac = identity::voucher_mac(secret, *request, answer);
  on_paired_({request->device_id, request->name, request->platform});
  return core::json::object{
      {"ok", true},
      {"statement", answer.statement.to_json()},
      {"voucher",
       core::json::object{
           {"deviceId", device_id_}, {"publicKey", identity::to_text(key_.public_key())}, {"name", name_}}},
      {"mac", core::to_base64url(answer_mac)}};
}

core::json::object PairingVoucher::answer(const core::json::object& request, core::WallTime now) {
  auto answer = vouch(request, now);
  if (answer) return std::move(*answer);
  return {{"ok", false}, {"code", answer.error().code()}, {"message", answer.error().message()}};
}

}  // namespace pantheon::session
