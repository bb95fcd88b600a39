#pragma once

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace pantheon::http {

/// How many connections there are, of one address and, in `all`, of every one. Thread-safe.
class ConnectionCount {
 public:
  explicit ConnectionCount(std::shared_ptr<ConnectionCount> all = nullptr) : all_(std::move(all)) {}
  void enter() {
    ++number_;
    if (all_) all_->enter();
  }
  void leave() {
    --number_;
    if (all_) all_->leave();
  }
  std::size_t number() const { return number_; }

 private:
  std::atomic<std::size_t> number_{0};
  std::shared_ptr<ConnectionCount> all_;
};

/// The counts of all addresses. Use from one thread; the counts themselves may be used by others.
class ConnectionCounts {
 public:
  explicit ConnectionCounts(std::shared_ptr<ConnectionCount> all) : all_(std::move(all)) {}
  /// That of the address, for as long as it has connections.
  std::shared_ptr<ConnectionCount> of(const boost::asio::ip::address& address);
  /// Addresses that are remembered.
  std::size_t size() const { return counts_.size(); }

 private:
  std::shared_ptr<ConnectionCount> all_;
  std::unordered_map<std::string, std::shared_ptr<ConnectionCount>> counts_;
  std::size_t next_sweep_ = 0;  ///< when there are so many
};

}  // namespace pantheon::http
