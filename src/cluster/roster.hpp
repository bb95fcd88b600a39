#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/nodes.hpp"
#include "cluster/redis_client.hpp"
#include "core/json.hpp"

namespace pantheon::cluster {

/// What a node shares with the others in a group.
struct RosterEntry {
  std::string node;
  std::string id;  ///< unique within its node; no spaces
  std::uint64_t version = 0;
  core::json::object value;
};

/// Groups (one per account) of entries that nodes share, each entry of the node that put it there. A node
/// that has a group open sees the entries of the others at once, is told of each change, and can tell
/// something to all that have it open. The entries of a node that is gone are gone too, on every node and in
/// Redis. While Redis is away everything stays as it was last known, until the leases of the others have run
/// out; afterwards everybody writes and reads anew. Use from the executor's one thread.
class Roster {
 public:
  /// What happens in open groups; none of it may open or close one.
  struct Handlers {
    /// `found`: it was there before, and is known only now; not put there just now by its node.
    std::function<void(const std::string& group, const RosterEntry& entry, bool found)> put;
    std::function<void(const std::string& group, const RosterEntry& entry)> drop;
    std::function<void(const std::string& group, const core::json::object& message)> tell;
  };

  /// Client and nodes must outlive it; make it before they start.
  Roster(asio::any_io_executor executor, RedisClient& client, Nodes& nodes, Handlers handlers);
  ~Roster();
  Roster(const Roster&) = delete;
  Roster& operator=(const Roster&) = delete;

  /// Returns when the entries of the others are known, or after `patience`: then they follow through the
  /// handlers.
  asio::awaitable<void> open(std::string group, std::chrono::milliseconds patience);
  /// Forgets the others' entries.
  void close(const std::string& group);
  bool is_open(const std::string& group) const;
  std::vector<std::string> open_groups() const;

  /// Entries of other nodes in an open group, in the order in which they came; valid until the next turn of
  /// the loop.
  const std::vector<RosterEntry>& others(const std::string& group) const;
  /// Puts, or replaces, an entry of this node. The group need not be open.
  void put(const std::string& group, const std::string& id, core::json::object value);
  void drop(const std::string& group, const std::string& id);
  /// To all other nodes that have the group open; lost while Redis is away.
  void tell(const std::string& group, core::json::object message);

  /// Await it before destroying.
  asio::awaitable<void> stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pantheon::cluster
