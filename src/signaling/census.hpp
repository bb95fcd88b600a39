#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

namespace pantheon::signaling {

/// Signed-in sockets of all shards together, for limits that are the server's and not one shard's.
/// Thread-safe; asked when sockets come and go, never for what they send.
class Census {
 public:
  /// An empty address is one that is not known.
  void add(const std::string& account, const std::string& address);
  void remove(const std::string& account, const std::string& address);

  std::size_t sockets() const;
  /// Accounts with at least one socket.
  std::size_t accounts() const;
  std::size_t of_account(const std::string& account) const;
  std::size_t of_address(const std::string& address) const;

 private:
  using Counts = std::unordered_map<std::string, std::size_t>;
  mutable std::mutex mutex_;
  std::size_t sockets_ = 0;
  Counts accounts_;
  Counts addresses_;
};

}  // namespace pantheon::signaling
