#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "signaling/legacy_server.hpp"
#include "signaling/monitoring.hpp"
#include "socketio/server.hpp"

namespace pantheon::signaling {

/// The end of a server that others take over from: nobody new is let in, and who is here leaves in batches.
/// What it is made of must outlive it.
class Draining {
 public:
  Draining(Monitoring& monitoring, socketio::Server& sockets, LegacyServer& legacy)
      : monitoring_(&monitoring), sockets_(&sockets), legacy_(&legacy) {}

  /// While it drains, sessions and WebSockets that are asked for are refused with 503. Before other routes.
  void add_to(http::Server& server);
  /// See Service::drain().
  static boost::asio::awaitable<void> run(Draining& self, std::chrono::milliseconds spread);

 private:
  std::size_t connections() const { return sockets_->connections() + legacy_->connections(); }
  std::size_t close_some(std::size_t count);

  Monitoring* monitoring_;
  socketio::Server* sockets_;
  LegacyServer* legacy_;
};

}  // namespace pantheon::signaling
