#include "http/connection_count.hpp"

#include <algorithm>

#include "http/address.hpp"

namespace pantheon::http {
namespace {

constexpr std::size_t kFewAddresses = 1024;

}  // namespace

std::shared_ptr<ConnectionCount> ConnectionCounts::of(const boost::asio::ip::address& address) {
  if (counts_.size() >= std::max(next_sweep_, kFewAddresses)) {
    std::erase_if(counts_, [](const auto& entry) { return entry.second.use_count() == 1; });
    next_sweep_ = 2 * counts_.size();
  }
  auto& count = counts_[address_key(address)];
  if (!count) count = std::make_shared<ConnectionCount>(all_);
  return count;
}

}  // namespace pantheon::http
