#pragma once

#include <array>
#include <atomic>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cluster/groups.hpp"
#include "cluster/local_groups.hpp"
#include "cluster/local_hub.hpp"
#include "cluster/local_node.hpp"

namespace pantheon::cluster {

/// Private to the files of the hub and its ends.
struct LocalHub::State : std::enable_shared_from_this<LocalHub::State> {
  /// One shard, as the others see it. Its ends are looked at on its own thread only.
  struct Inbox {
    asio::any_io_executor executor;
    std::string id;
    std::atomic<std::size_t> waiting{0};
    LocalNode::State* node = nullptr;
    LocalGroups::State* groups = nullptr;
  };
  using Work = std::function<void(Inbox&)>;

  using Entry = std::shared_ptr<const RosterEntry>;
  struct Group {
    std::vector<std::size_t> listeners;  // shards that have it open
    std::vector<Entry> entries;
    bool unused() const { return listeners.empty() && entries.empty(); }
  };
  /// A part of all groups. Its lock is held while something is put and handed to the listeners, so that all
  /// of them hear of changes in the same order, and nothing is lost or heard twice by who opens meanwhile.
  struct Table {
    std::mutex mutex;
    std::uint64_t version = 0;  // of the last change
    std::unordered_map<std::string, Group> groups;
  };
  static constexpr std::size_t kTables = 256;

  explicit State(const Options& o) : options(o) {}

  std::optional<std::size_t> find(const std::string& node) const;
  /// Runs the work on the shard's thread, later; false when too much waits there already.
  bool post(std::size_t shard, Work work);
  /// The same, however much waits.
  void post_always(std::size_t shard, Work work);

  struct Opened {
    std::uint64_t since = 0;  ///< what changed up to then is in the entries
    std::vector<Entry> entries;
  };
  Opened open(std::size_t shard, const std::string& group);
  void close(std::size_t shard, const std::string& group);
  void put(std::size_t shard, const std::string& group, const std::string& id, core::json::object value);
  void drop(std::size_t shard, const std::string& group, const std::string& id);
  void tell(std::size_t shard, const std::string& group, core::json::object message,
            Groups::Delivery delivery);

  Options options;
  std::vector<std::unique_ptr<Inbox>> inboxes;

 private:
  using Notice = std::function<void(LocalGroups::State&, std::uint64_t version)>;
  enum class Must { arrive, not_wait };
  void notify(std::size_t from, const Group& group, std::uint64_t version, const Notice& notice, Must must);
  Table& table_of(const std::string& group) { return tables_.at(std::hash<std::string>()(group) % kTables); }
  void enqueue(Inbox& inbox, Work work);

  std::array<Table, kTables> tables_;
};

/// The groups that one shard has open.
struct LocalGroups::State {
  State(std::shared_ptr<LocalHub::State> h, std::size_t s, Handlers given)
      : hub(std::move(h)), shard(s), handlers(std::move(given)) {}

  /// Whether it is open, and did not know of the change when it was opened.
  bool hears(const std::string& group, std::uint64_t version) const {
    const auto found = open.find(group);
    return found != open.end() && version > found->second;
  }

  std::shared_ptr<LocalHub::State> hub;
  std::size_t shard;
  Handlers handlers;
  std::unordered_map<std::string, std::uint64_t> open;  ///< to the last change before it was opened
};

}  // namespace pantheon::cluster
