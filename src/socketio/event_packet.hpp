#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engineio/packet.hpp"
#include "socketio/event.hpp"
#include "socketio/packet.hpp"

namespace pantheon::socketio {

/// Between events, packets and what goes over the wire; pure.

using Frames = std::vector<engineio::Frame>;

/// The Engine.IO messages of a packet: its text, then its attachments.
Frames frames_of(const Packet& packet);
/// The text of `[name, ...args]`.
std::string event_payload(std::string_view name, const core::json::array& args);
Packet event_packet(std::string nsp, std::string_view name, const core::json::array& args,
                    std::vector<core::ByteVector> attachments);
Packet ack_packet(std::string nsp, std::uint64_t id, const core::json::array& args,
                  std::vector<core::ByteVector> attachments);
/// A decoded event packet as an event.
Event event_of(Packet packet, Event::Acknowledge acknowledge);

}  // namespace pantheon::socketio
