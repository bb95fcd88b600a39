#pragma once

#include "signaling/options.hpp"
#include "socketio/server.hpp"

namespace pantheon::signaling {

/// How Socket.IO is served, by the limits of the server.
socketio::ServerOptions socket_options(const Options& options);

}  // namespace pantheon::signaling
