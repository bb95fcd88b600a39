#include "signaling/rooms.hpp"

#include <algorithm>

#include "signaling/error.hpp"
#include "socketio/socket.hpp"

namespace pantheon::signaling {

core::Result<void> Rooms::check_space(const std::string& account) const {
  const auto here = accounts_.find(account);
  const auto of_account = census_                   ? census_->of_account(account)
                          : here == accounts_.end() ? 0
                                                    : here->second.size();
  const auto sockets = census_ ? census_->sockets() : sockets_;
  if (sockets >= limits_.max_sockets) return core::failure(SignalingError::server_full);
  if (of_account == 0) {
    const auto accounts = census_ ? census_->accounts() : accounts_.size();
    if (accounts >= limits_.max_accounts) return core::failure(SignalingError::server_full);
  } else if (of_account >= limits_.max_sockets_per_account) {
    return core::failure(SignalingError::account_full);
  }
  return {};
}

core::Result<void> Rooms::check_address(const std::optional<boost::asio::ip::address>& address) const {
  if (!address) return {};
  const auto key = address_key(*address);
  const auto here = addresses_.find(key);
  const auto sockets = census_ ? census_->of_address(key) : here == addresses_.end() ? 0 : here->second;
  if (sockets < limits_.max_sockets_per_address) return {};
  return core::failure(SignalingError::address_full);
}

void Rooms::add(const MemberPointer& member) {
  const auto address = member->address ? address_key(*member->address) : std::string();
  if (census_) {
    census_->add(member->account(), address);
  } else if (!address.empty()) {
    ++addresses_[address];
  }
  accounts_[member->account()].push_back(member);
  ++sockets_;
}

void Rooms::remove(const MemberPointer& member) {
  const auto found = accounts_.find(member->account());
  if (found == accounts_.end()) return;
  const auto erased = std::erase(found->second, member);
  sockets_ -= erased;
  if (erased > 0) forget(*member);
  if (found->second.empty()) accounts_.erase(found);
}

void Rooms::forget(const Member& member) {
  const auto key = member.address ? address_key(*member.address) : std::string();
  if (census_) return census_->remove(member.account(), key);
  const auto address = addresses_.find(key);
  if (address != addresses_.end() && --address->second == 0) addresses_.erase(address);
}

std::vector<MemberPointer> Rooms::members(const std::string& account) const {
  const auto found = accounts_.find(account);
  return found == accounts_.end() ? std::vector<MemberPointer>() : found->second;
}

std::vector<MemberPointer> Rooms::of_device(const std::string& account, std::string_view device_id) const {
  auto all = members(account);
  std::erase_if(all, [&](const MemberPointer& member) { return member->device_id != device_id; });
  return all;
}

MemberPointer Rooms::find(const std::string& account, std::string_view socket_id) const {
  const auto found = accounts_.find(account);
  if (found == accounts_.end()) return nullptr;
  const auto member = std::ranges::find(found->second, socket_id, &Member::socket_id);
  return member == found->second.end() ? nullptr : *member;
}

MemberPointer Rooms::newest_joined(const Member& asking, std::string_view device_id) const {
  const auto found = accounts_.find(asking.account());
  if (found == accounts_.end()) return nullptr;
  const auto is_it = [&](const MemberPointer& member) {
    return member->joined && member.get() != &asking && member->device_id == device_id;
  };
  // A client of generation 1 understands no signal: it is meant only where there is nobody else.
  const auto understands = [&](const MemberPointer& member) {
    return member->generation != 1 && is_it(member);
  };
  auto newest = std::find_if(found->second.rbegin(), found->second.rend(), understands);
  if (newest == found->second.rend())
    newest = std::find_if(found->second.rbegin(), found->second.rend(), is_it);
  return newest == found->second.rend() ? nullptr : *newest;
}

void Rooms::emit_to_others(const Member& member, std::string_view event,
                           const core::json::object& payload) const {
  if (has_others(member)) emit_text_to_others(member, event, core::serialize_json(payload));
}

void Rooms::emit_text_to_others(const Member& member, std::string_view event,
                                std::string_view payload) const {
  const auto packet = socketio::serialize_text_event("/", event, payload);
  for (const auto& other : members(member.account())) {
    if (other.get() == &member || !other->joined) continue;
    if (const auto socket = other->socket.lock()) static_cast<void>(socket->emit_serialized(packet));
  }
}

bool Rooms::has_others(const Member& member) const {
  const auto found = accounts_.find(member.account());
  return found != accounts_.end() && std::ranges::any_of(found->second, [&](const MemberPointer& other) {
           return other.get() != &member && other->joined;
         });
}

void Rooms::emit_to_account(const std::string& account, std::string_view event,
                            const core::json::object& payload) const {
  const auto packet = socketio::serialize_event("/", event, {payload});
  for (const auto& member : members(account)) {
    if (const auto socket = member->socket.lock()) static_cast<void>(socket->emit_serialized(packet));
  }
}

void Rooms::cut_device(const std::string& account, std::string_view device_id) const {
  for (const auto& member : of_device(account, device_id)) member->cut();
}

}  // namespace pantheon::signaling
