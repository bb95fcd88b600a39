#pragma once

#include <functional>

#include "cluster/message.hpp"

namespace pantheon::socketio {
class Namespace;
struct Packet;
}  // namespace pantheon::socketio

namespace pantheon::cluster {

/// Sends an answer to a request of another server, at once or later.
using Respond = std::function<void(Response)>;

/// Does what another server asks, with the sockets of this node, and answers where an answer is awaited.
/// Private to RedisAdapter.
void handle_request(socketio::Namespace& nsp, Request request, const Respond& respond);

/// The event as Socket.IO's own packet.
socketio::Packet packet_of(std::string_view nsp, EventData event);

}  // namespace pantheon::cluster
