#include "http/connection_count.hpp"

#include <algorithm>

namespace pantheon::http {
namespace {

constexpr std::size_t kFewAddresses = 1024;

}  // namespace

boost::asio::ip::address unmapped(const boost::asio::ip::address& from) {
  namespace ip = boost::asio::ip;
  if (!from.is_v6() || !from.to_v6().is_v4_mapped()) return from;
  return ip::make_address_v4(ip::v4_mapped, from.to_v6());
}

std::string address_key(const boost::asio::ip::address& from) {
  const auto plain = unmapped(from);
  if (plain.is_v4()) return plain.to_string();
  const auto bytes = plain.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

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
