#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "store/database.hpp"

namespace pantheon::store {

/// Devices that were looked for and not found, for as long as nothing is committed: older clients come back
/// with an id that no device has, and asking SQLite, which locks the file for it, was a tenth of what their
/// connects cost. Use from one thread at a time.
class AbsentDevices {
 public:
  explicit AbsentDevices(std::size_t most = 16 * 1024) : most_(most) {}

  /// Whether that device was absent, and is so at this moment of the database.
  bool holds(const Moment& now, std::string_view account, std::string_view device_id);
  /// That it was looked for between these two moments and not found. Nothing is kept when they differ, or are
  /// not known; all is forgotten when there is no room.
  void add(const std::optional<Moment>& before, const std::optional<Moment>& after, std::string_view account,
           std::string_view device_id);

  std::size_t size() const { return keys_.size(); }

 private:
  const std::string& key_of(std::string_view account, std::string_view device_id);

  std::size_t most_;
  Moment moment_{};
  std::unordered_set<std::string> keys_;
  std::string key_;  // kept for its memory
};

}  // namespace pantheon::store
