#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cluster/messenger.hpp"
#include "cluster/redis_client.hpp"
#include "core/json.hpp"

namespace pantheon::cluster {

struct NodesOptions {
  std::string prefix = "pantheon";  ///< of all keys and channels
  /// How long a node counts as alive after it was last heard of; renewed four times as often.
  std::chrono::milliseconds lease{10'000};
  std::chrono::milliseconds request_timeout{40'000};  ///< until another node has answered
  std::size_t max_requests = 1024;                    ///< that wait for answers at one time
  /// Makes what the first node of a cluster leaves in Redis for the others to check ...
  std::function<std::string()> found = [] { return std::string("any"); };
  /// ... and tells whether this node may join the cluster that left this: `other_cluster`, with the reason.
  std::function<core::Result<void>(const std::string& founding)> may_join = [](const std::string&) {
    return core::Result<void>();
  };
};

/// The nodes of a cluster: a lease in Redis for each, and messages from one to another (docs/cluster.md).
/// This node has a new id each time it starts. Use from the executor's one thread.
class Nodes final : public Messenger {
 public:
  using Options = NodesOptions;

  /// The client must outlive it; start it after this.
  Nodes(asio::any_io_executor executor, RedisClient& client, Options options = {});
  ~Nodes() override;
  Nodes(const Nodes&) = delete;
  Nodes& operator=(const Nodes&) = delete;

  /// A node is gone: its lease has run out, or Redis has been away for as long. Handlers add up; set them
  /// before start().
  void on_gone(std::function<void(const std::string& node)> handler);
  /// This node has a lease that it had not before: the others know nothing of it, whatever it shares must be
  /// written anew. Also after Redis was away: what was sent meanwhile has reached nobody.
  void on_joined(std::function<void()> handler);
  /// Call when all of that is written: it is how the others know what this node shares no more.
  void written_anew();
  /// Nodes that were there before this one joined anew, and have yet to do the same: for one lease they count
  /// as alive, and what Redis lacks of them may still come.
  std::set<std::string> awaited() const;
  /// A node is awaited no more, and alive: what Redis has of it is all there is.
  void on_settled(std::function<void(const std::string& node)> handler);
  void on_message(MessageHandler handler) override;
  void on_text(TextHandler handler) override;
  void on_request(RequestHandler handler) override;

  void start();
  /// Gives the lease back, or, with `linger`, lets it run out after that time: until then the others keep
  /// what the node has shared. Await it before destroying, and before the client stops.
  asio::awaitable<void> stop(std::chrono::milliseconds linger = {});

  const std::string& id() const override;
  const std::string& prefix() const;
  /// Whether this node holds a lease and Redis is ready; one that takes no writes is not, after a lease.
  bool joined() const;
  /// Returns once joined: `other_cluster` when it may not join, `cluster_unavailable` at the deadline.
  asio::awaitable<core::Result<void>> wait_joined(std::chrono::steady_clock::time_point deadline);
  /// Why it is not joined; nothing while it is.
  std::optional<core::Error> trouble() const;
  bool is_alive(const std::string& node) const;
  /// A message of this node has just arrived: it is there, even if its lease has not been seen yet.
  void heard_from(const std::string& node);
  /// The other nodes that are alive.
  std::vector<std::string> others() const;
  /// Asks Redis who is alive, now.
  asio::awaitable<core::Result<void>> refresh();

  core::Result<void> send(const std::string& node, const core::json::object& message) override;
  core::Result<void> send_text(const std::string& node, SocketText text) override;
  asio::awaitable<core::Result<core::json::object>> request(std::string node,
                                                            core::json::object message) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pantheon::cluster
