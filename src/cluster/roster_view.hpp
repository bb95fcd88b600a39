#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cluster/groups.hpp"

namespace pantheon::cluster {

/// The entries of other nodes in one group, put together from changes and from whole readings that cross each
/// other: of two accounts of an entry the newer one counts. Pure.
class RosterView {
 public:
  const std::vector<RosterEntry>& entries() const { return entries_; }

  /// The entry as it is now, when this changed it.
  const RosterEntry* put(RosterEntry entry);
  /// The entry as it was, when there was one.
  std::optional<RosterEntry> drop(const std::string& node, const std::string& id, std::uint64_t version);
  std::vector<RosterEntry> drop_node(std::string_view node);

  /// A reading begins: what changes from now on is newer than what it will say.
  void begin_reading();
  struct Difference {
    std::vector<RosterEntry> put;
    std::vector<RosterEntry> dropped;
  };
  Difference end_reading(std::vector<RosterEntry> read);

 private:
  using Key = std::string;
  static Key key_of(const std::string& node, const std::string& id) { return node + "/" + id; }
  std::vector<RosterEntry>::iterator find(const std::string& node, const std::string& id);

  std::vector<RosterEntry> entries_;
  bool reading_ = false;
  std::unordered_set<Key> touched_;                       // since the reading began
  std::unordered_map<Key, std::uint64_t> dropped_since_;  // likewise, with the version of the drop
};

}  // namespace pantheon::cluster
