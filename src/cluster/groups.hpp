#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/json.hpp"

namespace pantheon::cluster {

namespace asio = boost::asio;

/// What a node shares with the others in a group.
struct RosterEntry {
  std::string node;
  std::string id;  ///< unique within its node; no spaces
  std::uint64_t version = 0;
  core::json::object value;
};

/// Groups (one per account) of entries that nodes share, each entry of the node that put it there. A node
/// that has a group open sees the entries of the others at once, is told of each change, and can tell
/// something to all that have it open. Over Redis (Roster), or between the shards of one process
/// (LocalGroups). Use from the executor's one thread.
class Groups {
 public:
  /// What happens in open groups; none of it may open or close one.
  struct Handlers {
    /// `found`: it was there before, and is known only now; not put there just now by its node.
    std::function<void(const std::string& group, const RosterEntry& entry, bool found)> put;
    std::function<void(const std::string& group, const RosterEntry& entry)> drop;
    std::function<void(const std::string& group, const core::json::object& message)> tell;
  };

  virtual ~Groups() = default;
  /// Returns when the entries of the others are known, or after `patience`: then they follow through the
  /// handlers.
  virtual asio::awaitable<void> open(std::string group, std::chrono::milliseconds patience) = 0;
  /// Forgets the others' entries.
  virtual void close(const std::string& group) = 0;
  virtual std::vector<std::string> open_groups() const = 0;
  /// Puts, or replaces, an entry of this node. The group need not be open.
  virtual void put(const std::string& group, const std::string& id, core::json::object value) = 0;
  virtual void drop(const std::string& group, const std::string& id) = 0;
  /// What becomes of it when the shard it is for, or the connection to Redis, is behind. What waits is lost
  /// where thousands wait already; what arrives has places of its own. While Redis is away anything is lost.
  enum class Delivery { may_be_lost, waits, arrives };
  /// To all other nodes that have the group open.
  virtual void tell(const std::string& group, core::json::object message, Delivery delivery) = 0;
  /// The same of what is in an entry of this node as well: it may be lost, and is left out where the others
  /// will take that entry for found.
  virtual void tell_of(const std::string& group, const std::string& /*id*/, core::json::object message) {
    tell(group, std::move(message), Delivery::may_be_lost);
  }
  /// Await it before destroying.
  virtual asio::awaitable<void> stop() = 0;
};

}  // namespace pantheon::cluster
