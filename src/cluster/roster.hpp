#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/groups.hpp"
#include "cluster/nodes.hpp"
#include "cluster/redis_client.hpp"
#include "core/json.hpp"

namespace pantheon::cluster {

/// Groups over Redis. The entries of a node that is gone are gone too, on every node and in Redis. While
/// Redis is away everything stays as it was last known, until the leases of the others have run out;
/// afterwards everybody writes and reads anew, and whoever is back first waits for the others. What is told
/// meanwhile is lost.
class Roster final : public Groups {
 public:
  /// Client and nodes must outlive it; make it before they start.
  Roster(asio::any_io_executor executor, RedisClient& client, Nodes& nodes, Handlers handlers);
  ~Roster() override;
  Roster(const Roster&) = delete;
  Roster& operator=(const Roster&) = delete;

  asio::awaitable<void> open(std::string group, std::chrono::milliseconds patience) override;
  void close(const std::string& group) override;
  bool is_open(const std::string& group) const;
  std::vector<std::string> open_groups() const override;

  /// Entries of other nodes in an open group, in the order in which they came; valid until the next turn of
  /// the loop.
  const std::vector<RosterEntry>& others(const std::string& group) const;
  void put(const std::string& group, const std::string& id, core::json::object value) override;
  void drop(const std::string& group, const std::string& id) override;
  void tell(const std::string& group, core::json::object message, Delivery delivery) override;
  void tell_of(const std::string& group, const std::string& id, core::json::object message) override;
  asio::awaitable<void> stop() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pantheon::cluster
