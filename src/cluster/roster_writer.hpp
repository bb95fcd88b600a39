#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "cluster/groups.hpp"
#include "cluster/nodes.hpp"
#include "cluster/redis_client.hpp"
#include "core/json.hpp"
#include "core/task_group.hpp"

namespace pantheon::cluster {

/// The entries of this node, in Redis as they are here. A change is written at once where the queue to Redis
/// has room, otherwise as soon as it has: then an entry is written as it is by then, and what was dropped is
/// found by asking Redis what it has of this node. Use from the executor's one thread.
class RosterWriter {
 public:
  /// Client and nodes must outlive it.
  RosterWriter(const asio::any_io_executor& executor, RedisClient& client, Nodes& nodes);

  void put(const std::string& group, const std::string& id, core::json::object value);
  void drop(const std::string& group, const std::string& id);
  /// Whether an entry waits for room in the queue: then the others will take it for found.
  bool has_yet_to_write(const std::string& group, const std::string& id) const {
    return unwritten_.contains({group, id});
  }
  /// Writes everything, a part at a time, because Redis may have forgotten all of it or kept what was dropped
  /// meanwhile. Calls `written` when all of it is in Redis; unless Redis is away again before.
  void write_anew(std::function<void()> written);
  /// The same as publish(), but as soon as there is room where the queue to Redis has none. While Redis is
  /// away it is lost.
  void say(const std::string& group, core::json::object message, Groups::Delivery delivery);
  /// A message to all that have the group open; see RedisClient::publish().
  core::Result<void> publish(const std::string& group, core::json::object message) const;
  /// Of the hash of a group, and of its channel.
  std::string key_of(const std::string& group) const { return group_prefix() + group; }
  /// Await it before destroying.
  asio::awaitable<void> stop();

 private:
  struct Entry {
    std::uint64_t version;
    core::json::object value;
  };
  enum class Occasion { first, changed, again };
  using Key = std::pair<std::string, std::string>;  // group and id

  std::string group_prefix() const { return nodes_->prefix() + ":group:"; }
  std::string entries_key() const { return nodes_->prefix() + ":node:" + nodes_->id() + ":entries"; }
  std::string field(const std::string& id) const { return nodes_->id() + "/" + id; }
  const Entry* find(const Key& key) const;
  core::Result<std::size_t> write(const Key& key, const Entry& entry, Occasion occasion) const;
  core::Result<void> remove(const Key& key) const;
  core::Result<void> remove_if_dropped(std::string_view listed) const;
  core::Result<void> say_some();
  core::Result<void> write_some();
  void start();
  static asio::awaitable<void> run(RosterWriter& self);
  static asio::awaitable<core::Result<void>> remove_leftovers(RosterWriter& self);

  RedisClient* client_;
  Nodes* nodes_;
  std::map<std::string, std::map<std::string, Entry>> own_;
  std::uint64_t version_ = 0;
  std::map<Key, Occasion> unwritten_;                              // of entries in own_
  std::deque<std::pair<std::string, core::json::object>> unsaid_;  // group and message
  bool leftovers_ = false;                                         // Redis may have what is not in own_
  std::function<void()> written_;                                  // until it was called
  bool running_ = false;
  core::TaskGroup tasks_;
};

}  // namespace pantheon::cluster
