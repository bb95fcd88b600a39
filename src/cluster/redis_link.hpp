#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cluster/redis_reply.hpp"
#include "cluster/redis_url.hpp"
#include "core/bytes.hpp"
#include "core/error.hpp"
#include "http/stream.hpp"

namespace pantheon::cluster {

namespace asio = boost::asio;

struct RedisLinkOptions {
  std::chrono::milliseconds connect_timeout{3000};  ///< look-up, TCP, TLS and login together
  std::chrono::milliseconds command_timeout{3000};  ///< until the answer, also of a ping
  std::chrono::milliseconds ping_interval{2000};    ///< of silence, after which Redis is asked if it is there
  std::chrono::milliseconds first_retry_delay{50};  ///< doubles with each failed attempt ...
  std::chrono::milliseconds longest_retry_delay{2000};  ///< ... up to this
  core::Bytes max_queue{16 * 1024 * 1024};              ///< bytes that wait to be written
  std::size_t max_pending = 65'536;                     ///< commands that wait for their answer
  // For `rediss://`, PEM files:
  std::string ca_file;      ///< authorities besides the system's
  std::string certificate;  ///< of ours, where Redis asks for one; empty: none
  std::string private_key;  ///< of that certificate
};

/// A TLS context made of these files; `bad_certificate`.
core::Result<std::shared_ptr<asio::ssl::context>> redis_tls_context(const RedisLinkOptions& options);

/// A connection to Redis that is made anew whenever it breaks: RESP 2, pipelined, bounded. While there is
/// none, commands fail at once: nothing is kept for later. Use from the executor's one thread.
class RedisLink {
 public:
  using Options = RedisLinkOptions;
  /// With `subscriptions`, everything that arrives goes to the push handler; with `commands` it answers them.
  enum class Use { commands, subscriptions };

  RedisLink(asio::any_io_executor executor, RedisUrl url, Use use, Options options = {});
  ~RedisLink();
  RedisLink(const RedisLink&) = delete;
  RedisLink& operator=(const RedisLink&) = delete;

  /// Called after each login, and after each loss of the connection. Set before start().
  void on_change(std::function<void(bool up)> handler);
  void on_push(std::function<void(const RedisReply&)> handler);

  void start();
  /// Closes; commands that wait end with `cluster_unavailable`. Await it before destroying.
  asio::awaitable<void> stop();
  bool up() const;
  /// Why it is down, as far as known; nothing at first and while it is up.
  const std::optional<core::Error>& trouble() const;

  /// Waits for the answer: `cluster_unavailable`, `cluster_queue_full`, `cluster_timeout`, `redis_refused`
  /// (the detail is the first word of what Redis said), or `cancelled`.
  asio::awaitable<core::Result<RedisReply>> command(std::vector<std::string> arguments);
  /// Sends without waiting; `cluster_unavailable`, `cluster_queue_full`.
  core::Result<void> post(const std::vector<std::string>& arguments);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pantheon::cluster
