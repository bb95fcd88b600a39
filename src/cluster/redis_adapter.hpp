#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "cluster/redis_client.hpp"
#include "socketio/adapter.hpp"

namespace pantheon::cluster {

struct RedisAdapterOptions {
  std::string prefix = "socket.io";                 ///< of the channels: the official adapter's `key`
  std::chrono::milliseconds request_timeout{5000};  ///< until all other servers have answered
  std::size_t max_requests = 1024;                  ///< that wait for answers at one time
  std::size_t max_gathered = 100'000;               ///< sockets, rooms or answers of one request
};

/// Joins a Socket.IO server to others on the wire format of @socket.io/redis-adapter 8: Node servers with
/// that adapter, @socket.io/redis-emitter, and servers of this kind. Every request of theirs is answered at
/// once, so that none waits for us. While Redis is away, broadcasts stay on this node and requests fail
/// (`cluster_unavailable`). Use from the executor's one thread.
class RedisAdapter final : public socketio::Adapter {
 public:
  using Options = RedisAdapterOptions;
  /// The client must outlive it, and be stopped before this is destroyed.
  RedisAdapter(asio::any_io_executor executor, RedisClient& client, Options options = {});
  ~RedisAdapter() override;
  RedisAdapter(const RedisAdapter&) = delete;
  RedisAdapter& operator=(const RedisAdapter&) = delete;

  /// Listens for a namespace; call it once for each that other servers may reach.
  void serve(socketio::Namespace& nsp);
  /// Servers that listen for the namespace, this one included.
  asio::awaitable<core::Result<std::size_t>> server_count(socketio::Namespace& nsp);

  void broadcast(socketio::Namespace& nsp, const socketio::Packet& packet, const socketio::Selection& to,
                 bool is_volatile) override;
  asio::awaitable<socketio::BroadcastAnswers> request(socketio::Namespace& nsp, socketio::Packet packet,
                                                      socketio::Selection to,
                                                      std::chrono::milliseconds timeout) override;
  void join(socketio::Namespace& nsp, const socketio::Selection& who,
            const std::vector<std::string>& rooms) override;
  void leave(socketio::Namespace& nsp, const socketio::Selection& who,
             const std::vector<std::string>& rooms) override;
  void disconnect(socketio::Namespace& nsp, const socketio::Selection& who, bool close_transport) override;
  asio::awaitable<core::Result<std::vector<socketio::RemoteSocket>>> fetch(socketio::Namespace& nsp,
                                                                           socketio::Selection who) override;
  asio::awaitable<core::Result<std::vector<std::string>>> rooms(socketio::Namespace& nsp) override;
  void server_side_emit(socketio::Namespace& nsp, const core::json::array& event) override;
  asio::awaitable<core::Result<std::vector<core::json::array>>> server_side_request(
      socketio::Namespace& nsp, core::json::array event, std::chrono::milliseconds timeout) override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::cluster
