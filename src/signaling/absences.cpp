#include "signaling/absences.hpp"

#include <algorithm>

namespace pantheon::signaling {
namespace {

// What an older client has to tell itself apart by.
bool looks_the_same(const Member& a, const Member& b) {
  return !a.proven_key && !b.proven_key && a.device_id == b.device_id && a.client_type == b.client_type &&
         a.instance == b.instance;
}

}  // namespace

bool is_same_installation(const Member& a, const Member& b) {
  return a.proven_key && b.proven_key && *a.proven_key == *b.proven_key && a.device_id == b.device_id &&
         !a.instance.empty() && a.instance == b.instance;
}

bool Absences::add(const MemberPointer& member, std::uint64_t since, core::SteadyTime now) {
  if (bounds_.grace.count() == 0 || order_.size() >= bounds_.in_all) return false;
  auto& of_account = accounts_[member->account()];
  if (of_account.size() >= bounds_.per_account) return false;
  order_.push_back({member, now + bounds_.grace, since});
  of_account.push_back(std::prev(order_.end()));
  return true;
}

std::optional<Absences::Continued> Absences::take(const Member& returned, bool has_rivals) {
  const auto account = accounts_.find(returned.account());
  if (account == accounts_.end()) return std::nullopt;
  std::vector<Order::iterator> candidates;
  for (const auto& absence : account->second) {
    if (is_same_installation(returned, *absence->member) || looks_the_same(returned, *absence->member)) {
      candidates.push_back(absence);
    }
  }
  if (candidates.empty()) return std::nullopt;
  const auto first = candidates.front();
  const bool is_only_one = candidates.size() == 1 && !first->contested && !has_rivals;
  const Continued continued{first->member, first->since, returned.proven_key || is_only_one};
  for (const auto& candidate : candidates) candidate->contested = !continued.certain;
  forget(first);
  return continued;
}

void Absences::contest(const Member& returned) {
  const auto account = accounts_.find(returned.account());
  if (account == accounts_.end()) return;
  for (const auto& absence : account->second) {
    if (looks_the_same(returned, *absence->member)) absence->contested = true;
  }
}

std::vector<MemberPointer> Absences::of_account(const std::string& account) const {
  std::vector<MemberPointer> members;
  const auto found = accounts_.find(account);
  if (found == accounts_.end()) return members;
  for (const auto& absence : found->second) members.push_back(absence->member);
  return members;
}

bool Absences::has_device(const std::string& account, std::string_view device_id) const {
  return std::ranges::any_of(of_account(account),
                             [&](const MemberPointer& member) { return member->device_id == device_id; });
}

bool Absences::has_socket(const std::string& account, std::string_view socket_id) const {
  return std::ranges::any_of(of_account(account),
                             [&](const MemberPointer& member) { return member->socket_id == socket_id; });
}

void Absences::end_device(const std::string& account, std::string_view device_id) {
  const auto found = accounts_.find(account);
  if (found == accounts_.end()) return;
  for (const auto& absence : found->second) {
    if (absence->member->device_id != device_id) continue;
    absence->until = core::SteadyTime::min();
    order_.splice(order_.begin(), order_, absence);
  }
}

std::vector<MemberPointer> Absences::expire(core::SteadyTime now) {
  std::vector<MemberPointer> gone;
  while (!order_.empty() && order_.front().until <= now) {
    gone.push_back(order_.front().member);
    forget(order_.begin());
  }
  return gone;
}

std::optional<core::SteadyTime> Absences::next_end() const {
  if (order_.empty()) return std::nullopt;
  return order_.front().until;
}

void Absences::forget(Order::iterator absence) {
  const auto account = accounts_.find(absence->member->account());
  std::erase(account->second, absence);
  if (account->second.empty()) accounts_.erase(account);
  order_.erase(absence);
}

}  // namespace pantheon::signaling
