#include "cluster/local_hub.hpp"

#include <algorithm>

#include "cluster/local_hub_state.hpp"
#include "core/log.hpp"
#include "core/random.hpp"

namespace pantheon::cluster {

LocalHub::LocalHub(const std::vector<asio::any_io_executor>& shards, const Options& options)
    : state_(std::make_shared<State>(options)) {
  const auto process = core::to_hex(core::random_bytes(8)) + "-";
  for (const auto& executor : shards) {
    auto inbox = std::make_unique<State::Inbox>();
    inbox->executor = executor;
    inbox->id = process + std::to_string(state_->inboxes.size());
    state_->inboxes.push_back(std::move(inbox));
  }
}

std::size_t LocalHub::size() const {
  return state_->inboxes.size();
}

std::optional<std::size_t> LocalHub::State::find(const std::string& node) const {
  const auto found = std::ranges::find_if(inboxes, [&](const auto& inbox) { return inbox->id == node; });
  if (found == inboxes.end()) return std::nullopt;
  return static_cast<std::size_t>(found - inboxes.begin());
}

void LocalHub::State::enqueue(Inbox& inbox, Work work) {
  asio::post(inbox.executor, [self = shared_from_this(), &inbox, work = std::move(work)] {
    --inbox.waiting;
    try {
      work(inbox);
    } catch (const std::exception& error) {
      core::logger("cluster")->error("a message could not be handled: {}", error.what());
    }
  });
}

bool LocalHub::State::post(std::size_t shard, Work work) {
  auto& inbox = *inboxes.at(shard);
  if (++inbox.waiting > options.max_waiting) {
    --inbox.waiting;
    return false;
  }
  enqueue(inbox, std::move(work));
  return true;
}

void LocalHub::State::post_always(std::size_t shard, Work work) {
  auto& inbox = *inboxes.at(shard);
  ++inbox.waiting;
  enqueue(inbox, std::move(work));
}

void LocalHub::State::notify(std::size_t from, const Group& group, std::uint64_t version,
                             const Notice& notice, Must must) {
  for (const auto shard : group.listeners) {
    if (shard == from) continue;
    const Work work = [notice, version](Inbox& inbox) {
      if (inbox.groups != nullptr) notice(*inbox.groups, version);
    };
    if (must == Must::arrive) {
      post_always(shard, work);
    } else if (!post(shard, work)) {
      core::logger("cluster")->warn("shard {} is behind: an event for it was dropped", shard);
    }
  }
}

LocalHub::State::Opened LocalHub::State::open(std::size_t shard, const std::string& group) {
  auto& table = table_of(group);
  const std::scoped_lock lock(table.mutex);
  auto& in = table.groups[group];
  if (std::ranges::find(in.listeners, shard) == in.listeners.end()) in.listeners.push_back(shard);
  Opened opened{table.version, {}};
  const auto& own = inboxes.at(shard)->id;
  for (const auto& entry : in.entries) {
    if (entry->node != own) opened.entries.push_back(entry);
  }
  return opened;
}

void LocalHub::State::close(std::size_t shard, const std::string& group) {
  auto& table = table_of(group);
  const std::scoped_lock lock(table.mutex);
  const auto found = table.groups.find(group);
  if (found == table.groups.end()) return;
  std::erase(found->second.listeners, shard);
  if (found->second.unused()) table.groups.erase(found);
}

void LocalHub::State::put(std::size_t shard, const std::string& group, const std::string& id,
                          core::json::object value) {
  const auto& node = inboxes.at(shard)->id;
  auto& table = table_of(group);
  const std::scoped_lock lock(table.mutex);
  const auto version = ++table.version;
  const auto entry = std::make_shared<const RosterEntry>(RosterEntry{node, id, version, std::move(value)});
  auto& in = table.groups[group];
  const auto known = std::ranges::find_if(
      in.entries, [&](const Entry& other) { return other->id == id && other->node == node; });
  if (known == in.entries.end()) {
    in.entries.push_back(entry);
  } else {
    *known = entry;
  }
  const Notice notice = [group, entry](LocalGroups::State& at, std::uint64_t change) {
    if (at.hears(group, change)) at.handlers.put(group, *entry, false);
  };
  notify(shard, in, version, notice, Must::arrive);
}

void LocalHub::State::drop(std::size_t shard, const std::string& group, const std::string& id) {
  const auto& node = inboxes.at(shard)->id;
  auto& table = table_of(group);
  const std::scoped_lock lock(table.mutex);
  const auto found = table.groups.find(group);
  if (found == table.groups.end()) return;
  auto& in = found->second;
  const auto known = std::ranges::find_if(
      in.entries, [&](const Entry& other) { return other->id == id && other->node == node; });
  if (known == in.entries.end()) return;
  const auto entry = *known;
  in.entries.erase(known);
  const auto version = ++table.version;
  const Notice notice = [group, entry](LocalGroups::State& at, std::uint64_t change) {
    if (at.hears(group, change)) at.handlers.drop(group, *entry);
  };
  notify(shard, in, version, notice, Must::arrive);
  if (in.unused()) table.groups.erase(found);
}

void LocalHub::State::tell(std::size_t shard, const std::string& group, core::json::object message,
                           Groups::Delivery delivery) {
  auto& table = table_of(group);
  const std::scoped_lock lock(table.mutex);
  const auto found = table.groups.find(group);
  if (found == table.groups.end()) return;
  const auto told = std::make_shared<const core::json::object>(std::move(message));
  const Notice notice = [group, told](LocalGroups::State& at, std::uint64_t change) {
    if (at.hears(group, change)) at.handlers.tell(group, *told);
  };
  const auto must = delivery == Groups::Delivery::may_be_lost ? Must::not_wait : Must::arrive;
  notify(shard, found->second, ++table.version, notice, must);
}

}  // namespace pantheon::cluster
