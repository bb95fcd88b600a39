#include "cluster/roster_view.hpp"

#include <algorithm>

namespace pantheon::cluster {

std::vector<RosterEntry>::iterator RosterView::find(const std::string& node, const std::string& id) {
  return std::ranges::find_if(entries_,
                              [&](const RosterEntry& entry) { return entry.node == node && entry.id == id; });
}

const RosterEntry* RosterView::put(RosterEntry entry) {
  const auto key = key_of(entry.node, entry.id);
  if (const auto drop = dropped_since_.find(key); drop != dropped_since_.end()) {
    if (drop->second > entry.version) return nullptr;
    dropped_since_.erase(drop);
  }
  if (reading_) touched_.insert(key);
  const auto known = find(entry.node, entry.id);
  if (known == entries_.end()) return &entries_.emplace_back(std::move(entry));
  if (known->version >= entry.version) return nullptr;
  *known = std::move(entry);
  return &*known;
}

std::optional<RosterEntry> RosterView::drop(const std::string& node, const std::string& id,
                                            std::uint64_t version) {
  if (reading_) dropped_since_[key_of(node, id)] = version;
  const auto known = find(node, id);
  if (known == entries_.end() || known->version > version) return std::nullopt;
  auto was = std::move(*known);
  entries_.erase(known);
  return was;
}

std::vector<RosterEntry> RosterView::drop_node(std::string_view node) {
  const auto gone =
      std::ranges::stable_partition(entries_, [&](const RosterEntry& entry) { return entry.node != node; });
  std::vector<RosterEntry> were(std::make_move_iterator(gone.begin()), std::make_move_iterator(gone.end()));
  entries_.erase(gone.begin(), gone.end());
  return were;
}

void RosterView::begin_reading() {
  reading_ = true;
  touched_.clear();
  dropped_since_.clear();
}

RosterView::Difference RosterView::end_reading(std::vector<RosterEntry> read) {
  std::unordered_set<Key> seen;
  Difference difference;
  for (auto& entry : read) {
    const auto key = key_of(entry.node, entry.id);
    seen.insert(key);
    if (touched_.contains(key) || dropped_since_.contains(key)) continue;
    if (const auto* changed = put(std::move(entry))) difference.put.push_back(*changed);
  }
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto key = key_of(entry->node, entry->id);
    if (seen.contains(key) || touched_.contains(key)) {
      ++entry;
      continue;
    }
    difference.dropped.push_back(std::move(*entry));
    entry = entries_.erase(entry);
  }
  reading_ = false;
  touched_.clear();
  dropped_since_.clear();
  return difference;
}

}  // namespace pantheon::cluster
