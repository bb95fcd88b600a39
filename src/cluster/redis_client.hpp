#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/redis_link.hpp"

namespace pantheon::cluster {

/// What a node needs of Redis: commands, publishing, and subscriptions that come back by themselves after
/// Redis was away. Messages published meanwhile are lost, by both sides' intent: nothing is ever replayed.
/// Use from the executor's one thread.
class RedisClient {
 public:
  using Options = RedisLinkOptions;
  using MessageHandler = std::function<void(std::string_view channel, core::ByteView message)>;

  RedisClient(asio::any_io_executor executor, const RedisUrl& url, const Options& options = {});
  ~RedisClient();
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  /// Called when everything works (both connections, every subscription confirmed), and when that ends.
  /// Handlers add up. Set before start().
  void on_ready(std::function<void(bool ready)> handler);
  void start();
  /// Await it before destroying.
  asio::awaitable<void> stop();
  bool ready() const;
  /// Returns once ready, or false at the deadline (or when cancelled).
  asio::awaitable<bool> wait_ready(std::chrono::steady_clock::time_point deadline);
  /// Why it is not ready; nothing while it is.
  std::optional<core::Error> trouble() const;

  /// See RedisLink::command().
  asio::awaitable<core::Result<RedisReply>> command(std::vector<std::string> arguments);
  /// See RedisLink::post().
  core::Result<void> post(const std::vector<std::string>& arguments);
  /// Sends a message to whoever listens now. `cluster_unavailable` unless ready, `cluster_queue_full`.
  core::Result<void> publish(const std::string& channel, core::ByteView message);

  /// One handler per channel; a second call replaces it.
  void subscribe(const std::string& channel, MessageHandler handler);
  void unsubscribe(const std::string& channel);
  /// The same for every channel that matches a glob pattern.
  void subscribe_pattern(const std::string& pattern, MessageHandler handler);
  void unsubscribe_pattern(const std::string& pattern);
  /// Returns when messages of the channel arrive from now on: `cluster_timeout`, or `cluster_unavailable`
  /// when it is not subscribed any more.
  asio::awaitable<core::Result<void>> wait_subscribed(std::string channel);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pantheon::cluster
