#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/loop_thread.hpp"
#include "core/task_group.hpp"
#include "http/server.hpp"
#include "signaling/service.hpp"
#include "signaling/shard_group.hpp"

namespace pantheon::app {

namespace asio = boost::asio;

struct SignalingServerOptions {
  std::string bind_address = "::";
  std::uint16_t port = 3001;
  std::optional<http::TlsFiles> tls;
  std::filesystem::path database;
  std::size_t shards = 1;        ///< event loops, with a thread each; at most 64
  signaling::Options signaling;  ///< its assets and shards are set here
};

/// A signaling service on its HTTP server, with the web app; or several of them, its shards, which are one
/// server to everybody outside: the first runs on the executor, each other on a thread of its own. Use from
/// the executor's one thread.
class SignalingServer {
 public:
  /// Opens the database and listens: errors of the store, `address_in_use` ...
  static core::Result<std::unique_ptr<SignalingServer>> start(asio::any_io_executor executor,
                                                              SignalingServerOptions options);
  /// Sends all clients away before stop(), spread over this time: see signaling::Service::drain().
  asio::awaitable<void> drain(std::chrono::milliseconds spread);
  /// With other nodes (REDIS_URL) it listens only after this: `other_cluster` when it may not join them.
  /// Without Redis it listens too, and joins when it can.
  asio::awaitable<core::Result<void>> join();
  /// Stops service and server; await it before destroying.
  asio::awaitable<void> stop();
  /// Takes the certificate from its files for connections from now on, and says in the log how that went;
  /// what cannot be used leaves the old one. This also happens by itself when the files change.
  void reload_certificate();

  /// That of the first shard.
  signaling::Service& service() { return *shards_.front().service; }
  std::uint16_t port() const { return shards_.front().http->port(); }
  /// Whether it listens on every interface.
  bool is_everywhere() const;
  /// Where a browser of this computer opens it: `http://localhost:3001`, or with the one address it listens
  /// on.
  std::string origin() const;

 private:
  struct Shard {
    asio::any_io_executor executor;
    std::unique_ptr<signaling::Service> service;
    std::unique_ptr<http::Server> http;
  };
  using ShardTask = std::function<asio::awaitable<void>(Shard&)>;

  SignalingServer(asio::any_io_executor executor, const SignalingServerOptions& options);
  core::Result<void> add_shards(const http::ServerOptions& http, const SignalingServerOptions& options);
  void join_shards();
  void add_readings();
  core::Result<void> listen();
  asio::awaitable<core::Result<void>> wait_joined_of(Shard& shard,
                                                     std::chrono::steady_clock::time_point deadline);
  /// Does something on the thread of each shard, on all at once.
  asio::awaitable<void> on_every_shard(ShardTask what);

  // The loops first: whatever runs on them goes before they do.
  std::vector<std::unique_ptr<core::LoopThread>> threads_;
  std::shared_ptr<signaling::ShardGroup> group_;  ///< null with one shard
  std::vector<Shard> shards_;
  std::optional<http::TlsFiles> tls_;
  std::string bind_address_;
  core::TaskGroup tasks_;
};

}  // namespace pantheon::app
