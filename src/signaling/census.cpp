#include "signaling/census.hpp"

namespace pantheon::signaling {
namespace {

using Counts = std::unordered_map<std::string, std::size_t>;

std::size_t count_in(const Counts& counts, const std::string& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

void take_one(Counts& counts, const std::string& key) {
  const auto found = counts.find(key);
  if (found != counts.end() && --found->second == 0) counts.erase(found);
}

}  // namespace

void Census::add(const std::string& account, const std::string& address) {
  const std::scoped_lock lock(mutex_);
  ++sockets_;
  ++accounts_[account];
  if (!address.empty()) ++addresses_[address];
}

void Census::remove(const std::string& account, const std::string& address) {
  const std::scoped_lock lock(mutex_);
  if (sockets_ > 0) --sockets_;
  take_one(accounts_, account);
  if (!address.empty()) take_one(addresses_, address);
}

std::size_t Census::sockets() const {
  const std::scoped_lock lock(mutex_);
  return sockets_;
}

std::size_t Census::accounts() const {
  const std::scoped_lock lock(mutex_);
  return accounts_.size();
}

std::size_t Census::of_account(const std::string& account) const {
  const std::scoped_lock lock(mutex_);
  return count_in(accounts_, account);
}

std::size_t Census::of_address(const std::string& address) const {
  const std::scoped_lock lock(mutex_);
  return count_in(addresses_, address);
}

}  // namespace pantheon::signaling
