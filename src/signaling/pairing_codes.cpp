#include "signaling/pairing_codes.hpp"

#include <algorithm>

#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

constexpr int kMaxRefusals = 5;

}  // namespace

void PairingCodes::forget_expired(core::WallTime now) {
  std::erase_if(codes_, [&](const auto& entry) { return entry.second.expires_at <= now; });
}

std::size_t PairingCodes::count(const std::string& account) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(codes_, [&](const auto& entry) { return entry.second.account == account; }));
}

core::Result<core::WallTime> PairingCodes::open(const identity::PairingCode& code, OpenCode opened,
                                                core::WallTime now) {
  forget_expired(now);
  if (const auto known = codes_.find(code); known != codes_.end()) {
    auto& old = known->second;
    if (old.account != opened.account || old.voucher_device_id != opened.voucher_device_id) {
      return core::failure(SignalingError::pairing_code_taken);
    }
    old.voucher_instance = std::move(opened.voucher_instance);
    return old.expires_at;
  }
  if (codes_.size() >= limits_.max_open_codes ||
      count(opened.account) >= limits_.max_open_codes_per_account) {
    return core::failure(SignalingError::pairing_too_many_codes);
  }
  opened.expires_at = now + lifetime_;
  return codes_.emplace(code, std::move(opened)).first->second.expires_at;
}

void PairingCodes::set_end(const identity::PairingCode& code, core::WallTime end) {
  const auto known = codes_.find(code);
  if (known != codes_.end()) known->second.expires_at = end;
}

void PairingCodes::close(const identity::PairingCode& code, const std::string& account) {
  const auto known = codes_.find(code);
  if (known != codes_.end() && known->second.account == account) codes_.erase(known);
}

void PairingCodes::close_device(const std::string& account, const std::string& device_id) {
  std::erase_if(codes_, [&](const auto& entry) {
    return entry.second.account == account && entry.second.voucher_device_id == device_id;
  });
}

core::Result<OpenCode> PairingCodes::take(const identity::PairingCode& code, core::WallTime now) {
  forget_expired(now);
  const auto known = codes_.find(code);
  if (known == codes_.end()) return core::failure(SignalingError::pairing_code_unknown);
  if (known->second.busy) return core::failure(SignalingError::pairing_busy);
  known->second.busy = true;
  return known->second;
}

void PairingCodes::give_back(const identity::PairingCode& code, Outcome outcome) {
  const auto known = codes_.find(code);
  if (known == codes_.end()) return;
  known->second.busy = false;
  if (outcome == Outcome::refused && ++known->second.refusals >= kMaxRefusals) codes_.erase(known);
}

bool PairingCodes::burn(const identity::PairingCode& code, core::WallTime now) {
  forget_expired(now);
  return codes_.erase(code) > 0;
}

}  // namespace pantheon::signaling
