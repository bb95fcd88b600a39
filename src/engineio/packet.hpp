#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "engineio/error.hpp"

namespace pantheon::engineio {

/// Packets of Engine.IO protocol 4 (https://socket.io/docs/v4/engine-io-protocol/), without I/O.

enum class PacketType : char { open = '0', close, ping, pong, message, upgrade, noop };

/// A packet whose bytes are somebody else's.
struct PacketView {
  PacketType type = PacketType::message;
  std::string_view data;
  bool binary = false;  ///< only messages can be
};

struct Packet {
  PacketType type = PacketType::message;
  std::string data;
  bool binary = false;  ///< only messages can be
  operator PacketView() const { return {type, data, binary}; }
};

/// A packet as it goes over a WebSocket: one text or binary message. Shared, so that many connections can
/// send it.
struct Frame {
  std::shared_ptr<const std::string> data;
  bool is_text = true;
};

/// The WebSocket message of a packet.
Frame encode_frame(const PacketView& packet);
/// `empty_packet`, `bad_packet_type`, `bad_base64`. A binary message is a packet of type `message`, even
/// without bytes; as text it is `b` and base64.
core::Result<Packet> decode_frame(std::string data, bool is_text);
/// The same where the bytes are; those of a binary message in base64 are put into `decoded`.
core::Result<PacketView> view_frame(std::string_view data, bool is_text, std::string& decoded);
/// A binary message as text: `b` and base64, for a peer that takes no binary ones.
std::string base64_frame(std::string_view bytes);

/// A payload of HTTP long-polling: packets joined by U+001E, binary ones as `b` and base64.
void append_to_payload(std::string& payload, const Frame& frame);
std::string encode_payload(const std::vector<Packet>& packets);
struct DecodedPayload {
  std::vector<Packet> packets;       ///< up to the first that makes no sense
  std::optional<core::Error> error;  ///< what is wrong with that
};
/// `empty_payload`, `empty_packet`, `bad_packet_type`, `bad_base64`, `too_many_packets`.
DecodedPayload decode_payload(std::string_view payload, std::size_t max_packets);

}  // namespace pantheon::engineio
