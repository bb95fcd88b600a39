#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cluster/local_hub.hpp"
#include "core/bytes.hpp"
#include "core/json.hpp"
#include "http/message.hpp"
#include "signaling/census.hpp"
#include "signaling/metrics.hpp"
#include "signaling/options.hpp"
#include "signaling/rate_limit.hpp"

namespace pantheon::signaling {

/// What the shards of one server share: each is a Service with a thread of its own, and together they are one
/// server to everybody outside (docs/cluster.md). Thread-safe.
class ShardGroup {
 public:
  static constexpr std::size_t kMaxShards = 64;

  /// One executor for each shard, 1 to 64, each of one thread; these must outlive it.
  explicit ShardGroup(std::vector<boost::asio::any_io_executor> shards,
                      const cluster::LocalHubOptions& options = {});

  std::size_t size() const { return executors_.size(); }
  const cluster::LocalHub& hub() const { return hub_; }
  const std::shared_ptr<Census>& census() const { return census_; }
  /// One and the same for all shards that ask for that name.
  std::shared_ptr<AddressLimiter> limiter(const std::string& name, const Rate& rate);

  /// Nonces that one shard gave out count on every other.
  const core::ByteVector& nonce_key() const { return nonce_key_; }
  bool use_nonce(std::string_view nonce, core::WallTime expires_at, core::WallTime now);

  /// Begins the ids of a shard's Engine.IO sessions, so that a request finds its session.
  static char sid_mark(std::size_t shard);
  /// The shard that has to answer a request; nothing: any may.
  std::optional<std::size_t> home_of(const http::Request& request) const;

  /// What a shard knows; asked on its own thread.
  struct Reporter {
    std::function<core::json::object()> health;
    std::function<std::vector<std::string>()> obstacles;
    std::function<MetricsSnapshot()> metrics;
  };
  /// Call before the threads run.
  void set_reporter(std::size_t shard, Reporter reporter);
  // Of all shards together; the group must outlive this.
  static boost::asio::awaitable<core::json::object> health(ShardGroup& self);
  static boost::asio::awaitable<std::vector<std::string>> obstacles(ShardGroup& self);
  static boost::asio::awaitable<std::string> metrics(ShardGroup& self);

 private:
  template <class T>
  static boost::asio::awaitable<std::vector<T>> ask_all(ShardGroup& self, std::function<T()> Reporter::*what);

  std::vector<boost::asio::any_io_executor> executors_;
  std::vector<Reporter> reporters_;
  cluster::LocalHub hub_;
  std::shared_ptr<Census> census_ = std::make_shared<Census>();
  core::ByteVector nonce_key_;
  std::mutex mutex_;  ///< of what follows
  std::map<std::string, std::shared_ptr<AddressLimiter>> limiters_;
  std::set<std::pair<core::WallTime, std::string>> used_nonces_;  ///< by the time when they expire
};

/// The limiter of a name: of all shards together, or of this service when it is alone.
std::shared_ptr<AddressLimiter> limiter_of(const Options& options, const std::string& name, const Rate& rate);

}  // namespace pantheon::signaling
