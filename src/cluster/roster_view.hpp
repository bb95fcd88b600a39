#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
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
  bool has(const std::string& node, const std::string& id) const;

  /// A reading begins: what changes from now on is newer than what it will say.
  void begin_reading();
  struct Difference {
    std::vector<RosterEntry> put;
    std::vector<RosterEntry> dropped;
  };
  /// What was not read of nodes that are `awaited` stays: they may not have written it yet.
  Difference end_reading(std::vector<RosterEntry> read, const std::set<std::string>& awaited);
  /// A node has written everything: drops of its entries those that have stayed and were not put since.
  std::vector<RosterEntry> settle(const std::string& node);

 private:
  using Key = std::string;
  static Key key_of(const std::string& node, const std::string& id) { return node + "/" + id; }
  /// Drops those entries and gives them.
  std::vector<RosterEntry> drop_all(const std::function<bool(const RosterEntry&)>& which);
  std::vector<RosterEntry>::iterator find(const std::string& node, const std::string& id);

  std::vector<RosterEntry> entries_;
  std::unordered_set<Key> unconfirmed_;  // not read, of nodes that were awaited
  bool reading_ = false;
  std::unordered_set<Key> touched_;                       // since the reading began
  std::unordered_map<Key, std::uint64_t> dropped_since_;  // likewise, with the version of the drop
};

}  // namespace pantheon::cluster
