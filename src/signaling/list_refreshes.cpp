#include "signaling/list_refreshes.hpp"

namespace pantheon::signaling {
namespace {

constexpr std::size_t kLittle = 16 * 1024;  // bytes, which are not counted

}  // namespace

bool ListRefreshes::may_begin(const std::string& account, core::SteadyTime now) {
  if (waiting_.contains(account)) return false;
  const auto bucket = buckets_.find(account);
  const auto wait = bucket == buckets_.end() ? std::chrono::milliseconds(0) : bucket->second.wait(rate_, now);
  if (wait.count() > 0) waiting_.emplace(account, now + wait);
  return wait.count() == 0;
}

void ListRefreshes::sent(const std::string& account, core::Bytes size, core::SteadyTime now) {
  if (now >= next_sweep_) {
    std::erase_if(buckets_, [&](const auto& entry) { return entry.second.is_full(now); });
    next_sweep_ = now + kSweepEvery;
  }
  if (size.count > kLittle) buckets_[account].charge(static_cast<double>(size.count), rate_, now);
}

std::vector<std::string> ListRefreshes::take_due(core::SteadyTime now) {
  std::vector<std::string> due;
  std::erase_if(waiting_, [&](const auto& entry) {
    if (entry.second > now) return false;
    due.push_back(entry.first);
    return true;
  });
  return due;
}

std::optional<core::SteadyTime> ListRefreshes::next() const {
  std::optional<core::SteadyTime> first;
  for (const auto& [account, at] : waiting_) first = std::min(first.value_or(at), at);
  return first;
}

}  // namespace pantheon::signaling
