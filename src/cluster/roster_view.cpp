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
  unconfirmed_.erase(key);
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
  unconfirmed_.erase(key_of(node, id));
  return was;
}

std::vector<RosterEntry> RosterView::drop_all(const std::function<bool(const RosterEntry&)>& which) {
  const auto gone = std::ranges::stable_partition(entries_, std::not_fn(which));
  std::vector<RosterEntry> were(std::make_move_iterator(gone.begin()), std::make_move_iterator(gone.end()));
  entries_.erase(gone.begin(), gone.end());
  for (const auto& entry : were) unconfirmed_.erase(key_of(entry.node, entry.id));
  return were;
}

std::vector<RosterEntry> RosterView::drop_node(std::string_view node) {
  return drop_all([&](const RosterEntry& entry) { return entry.node == node; });
}

std::vector<RosterEntry> RosterView::settle(const std::string& node) {
  return drop_all([&](const RosterEntry& entry) {
    return entry.node == node && unconfirmed_.contains(key_of(entry.node, entry.id));
  });
}

bool RosterView::has(const std::string& node, const std::string& id) const {
  return std::ranges::any_of(entries_,
                             [&](const RosterEntry& entry) { return entry.node == node && entry.id == id; });
}

void RosterView::begin_reading() {
  reading_ = true;
  touched_.clear();
  dropped_since_.clear();
}

RosterView::Difference RosterView::end_reading(std::vector<RosterEntry> read,
                                               const std::set<std::string>& awaited) {
  std::unordered_set<Key> seen;
  Difference difference;
  for (auto& entry : read) {
    const auto key = key_of(entry.node, entry.id);
    seen.insert(key);
    if (touched_.contains(key) || dropped_since_.contains(key)) continue;
    if (const auto* changed = put(std::move(entry))) difference.put.push_back(*changed);
  }
  difference.dropped = drop_all([&](const RosterEntry& entry) {
    const auto key = key_of(entry.node, entry.id);
    if (seen.contains(key) || touched_.contains(key)) return false;
    if (!awaited.contains(entry.node)) return true;
    unconfirmed_.insert(key);
    return false;
  });
  reading_ = false;
  touched_.clear();
  dropped_since_.clear();
  return difference;
}

}  // namespace pantheon::cluster
