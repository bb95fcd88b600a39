#pragma once

#include "core/bytes.hpp"
#include "signaling/options.hpp"
#include "socketio/server.hpp"

namespace pantheon::signaling {

/// The largest message, and body of a request, of whoever has not signed in: none of those that mean
/// something is near it, and each connection of an address may hold one.
inline constexpr core::Bytes kLargestFromStrangers{64 * 1024};

/// How Socket.IO is served, by the limits of the server.
socketio::ServerOptions socket_options(const Options& options);

}  // namespace pantheon::signaling
