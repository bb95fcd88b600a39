#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "core/json.hpp"
#include "socketio/error.hpp"

namespace pantheon::socketio {

/// Packets of Socket.IO protocol 5 (https://socket.io/docs/v4/socket-io-protocol/), without I/O.

enum class PacketType : char {
  connect = '0',
  disconnect,
  event,
  ack,
  connect_error,
  binary_event,
  binary_ack,
};

struct Packet {
  PacketType type = PacketType::event;
  std::string nsp = "/";
  std::optional<std::uint64_t> id;
  std::string payload;     ///< the JSON text as it came, empty when there is none
  core::json::value data;  ///< the same, parsed; only set by decoding
  std::size_t attachment_count = 0;
  std::vector<core::ByteVector> attachments;

  bool is_event() const { return type == PacketType::event || type == PacketType::binary_event; }
  bool is_ack() const { return type == PacketType::ack || type == PacketType::binary_ack; }
  bool is_binary() const { return type == PacketType::binary_event || type == PacketType::binary_ack; }
};

struct DecodeLimits {
  core::Bytes max_text{1'000'000};                     ///< of the text of a packet
  core::Bytes max_attachments_size{16 * 1024 * 1024};  ///< of all attachments of a packet
  std::size_t max_attachments = 10;
  std::size_t max_namespace_length = 256;
};

/// The text of a packet, without its attachments, which follow it as binary messages.
std::string encode(const Packet& packet);

/// The text of a packet; attachments are still missing. Every error of SocketioError from bad_packet_type to
/// reserved_event, and packet_too_large. Nesting is limited as in core::parse_json.
core::Result<Packet> decode(std::string_view text, const DecodeLimits& limits);

/// Puts packets and their attachments together. After an error it must not be used again.
class Decoder {
 public:
  explicit Decoder(DecodeLimits limits = {}) : Decoder(std::make_shared<const DecodeLimits>(limits)) {}
  /// With limits that many have in common.
  explicit Decoder(std::shared_ptr<const DecodeLimits> limits) : limits_(std::move(limits)) {}
  /// A whole packet, or nothing while attachments are missing. `missing_attachment` when one is still waited
  /// for.
  core::Result<std::optional<Packet>> add_text(std::string_view text);
  /// `unexpected_attachment` when no packet waits for one.
  core::Result<std::optional<Packet>> add_binary(core::ByteView bytes);
  /// No packet waits for attachments.
  bool idle() const { return !unfinished_; }

 private:
  struct Unfinished {
    Packet packet;
    core::Bytes attached;
  };
  std::shared_ptr<const DecodeLimits> limits_;
  std::unique_ptr<Unfinished> unfinished_;
};

/// True for names that only the libraries themselves may emit.
bool is_reserved_event(std::string_view name);

}  // namespace pantheon::socketio
