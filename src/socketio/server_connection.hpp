#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "engineio/connection.hpp"
#include "http/deadline.hpp"
#include "http/message.hpp"
#include "socketio/event_packet.hpp"
#include "socketio/packet.hpp"
#include "socketio/server.hpp"
#include "socketio/server_state.hpp"

namespace pantheon::socketio {

/// One Engine.IO connection and the sockets of the namespaces it joined. Private to the server's files.
class ServerConnection final : public std::enable_shared_from_this<ServerConnection>,
                               private engineio::Listener {
 public:
  ServerConnection(std::shared_ptr<Server::State> server, std::shared_ptr<engineio::Connection> engine,
                   http::Request request);

  /// Listens to the Engine.IO connection.
  static void begin(const std::shared_ptr<ServerConnection>& self);

  const ServerOptions& options() const { return server_->options; }
  asio::any_io_executor executor() const { return server_->executor; }
  core::Result<void> send(engineio::Frame frame);
  core::Result<void> send(const Frames& frames);
  /// Nothing waits to be sent, and the transport is ready.
  bool writable() const { return engine_->writable(); }
  core::Result<void> send(const SerializedPacket& packet);
  /// The handshake that opened it, as far as it is known, with these credentials.
  Handshake handshake_of(core::json::value auth) const;
  /// The socket has left: forget it.
  void remove(const Socket& socket);
  /// Disconnects all sockets with this reason, then ends the transport after what waits to be sent.
  void close(std::string_view reason);
  /// Disconnects all sockets as Socket::disconnect() does, then closes.
  void disconnect_all();

 private:
  /// What every handshake has in common.
  struct Origin {
    http::Headers headers;
    std::string query;
  };

  void received(const engineio::PacketView& message) override;
  void closed(engineio::CloseReason reason) override { end(engineio::to_string(reason)); }
  bool take_text(std::string_view text);
  void on_packet(Packet packet);
  void on_connect(Packet packet);
  static asio::awaitable<void> admit(std::shared_ptr<ServerConnection> self, std::shared_ptr<Socket> socket);
  void welcome(const std::shared_ptr<Socket>& socket);
  bool greet(const Socket& socket);
  bool send_missed(const Socket& socket);
  static void find_again(Socket& socket);
  void refuse(const std::string& nsp, const core::json::object& error);
  /// Ends it because of what came, and says why: in the log and to the peer.
  void fail(const core::Error& why, std::string_view reason);
  void end(std::string_view reason);
  bool within_rate();
  void expect_a_join();
  std::shared_ptr<Socket> find(std::string_view nsp) const;

  std::shared_ptr<Server::State> server_;
  std::shared_ptr<engineio::Connection> engine_;
  std::unique_ptr<const Origin> origin_;  ///< null when it was forgotten
  asio::ip::address address_;
  bool secure_;
  core::WallTime opened_at_;
  Decoder decoder_;
  std::unique_ptr<http::Deadline> connect_deadline_;  ///< while no namespace is joined
  std::vector<std::shared_ptr<Socket>> sockets_;      ///< one of each namespace; mostly there is just one
  std::vector<std::string> joining_;                  ///< namespaces
  double tokens_;
  core::SteadyTime refilled_;
  bool ended_ = false;
};

}  // namespace pantheon::socketio
