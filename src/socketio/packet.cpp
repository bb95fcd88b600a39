#include "socketio/packet.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/ascii.hpp"

namespace pantheon::socketio {
namespace {

namespace json = core::json;

/// Walks through the fields of a packet's text.
struct Cursor {
  std::string_view rest;

  std::string_view take_digits() {
    const auto end = std::find_if_not(rest.begin(), rest.end(), core::is_digit);
    return take(static_cast<std::size_t>(end - rest.begin()));
  }
  std::string_view take(std::size_t count) {
    const auto taken = rest.substr(0, count);
    rest.remove_prefix(taken.size());
    return taken;
  }
};

template <class Number>
std::optional<Number> to_number(std::string_view digits) {
  Number number{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

core::Result<void> take_attachment_count(Cursor& cursor, Packet& packet, const DecodeLimits& limits) {
  const auto digits = cursor.take_digits();
  if (digits.empty() || !cursor.rest.starts_with('-'))
    return core::failure(SocketioError::bad_attachment_count);
  cursor.take(1);
  const auto count = to_number<std::size_t>(digits);
  if (!count || *count > limits.max_attachments) return core::failure(SocketioError::too_many_attachments);
  if (*count == 0) return core::failure(SocketioError::bad_attachment_count);
  packet.attachment_count = *count;
  return {};
}

core::Result<void> take_namespace(Cursor& cursor, Packet& packet, const DecodeLimits& limits) {
  if (!cursor.rest.starts_with('/')) return {};
  const auto comma = std::min(cursor.rest.find(','), cursor.rest.size());
  if (comma > limits.max_namespace_length) return core::failure(SocketioError::bad_namespace);
  packet.nsp = std::string(cursor.take(comma));
  cursor.take(1);
  return {};
}

core::Result<void> take_id(Cursor& cursor, Packet& packet) {
  const auto digits = cursor.take_digits();
  if (digits.empty()) {
    if (packet.is_ack()) return core::failure(SocketioError::bad_ack_id);
    return {};
  }
  packet.id = to_number<std::uint64_t>(digits);
  if (!packet.id || !(packet.is_event() || packet.is_ack())) return core::failure(SocketioError::bad_ack_id);
  return {};
}

core::Result<void> check_event(const json::value& data) {
  const auto* array = data.if_array();
  if (array == nullptr || array->empty()) return core::failure(SocketioError::bad_payload, "event");
  const auto& name = array->front();
  if (name.is_number()) return {};
  if (!name.is_string()) return core::failure(SocketioError::bad_payload, "event name");
  if (is_reserved_event(name.get_string())) return core::failure(SocketioError::reserved_event);
  return {};
}

core::Result<void> check_payload(const Packet& packet) {
  const bool none = packet.payload.empty();
  bool good = false;
  switch (packet.type) {
    case PacketType::connect:
      good = none || packet.data.is_object();
      break;
    case PacketType::disconnect:
      good = none;
      break;
    case PacketType::connect_error:
      good = packet.data.is_object() || packet.data.is_string();
      break;
    case PacketType::event:
    case PacketType::binary_event:
      return check_event(packet.data);
    case PacketType::ack:
    case PacketType::binary_ack:
      good = packet.data.is_array();
      break;
  }
  if (!good) return core::failure(SocketioError::bad_payload);
  return {};
}

// Placeholders may not point beyond the attachments. The depth is that of the parser's limit.
bool placeholders_fit(const json::value& value, std::size_t count) {
  if (const auto* array = value.if_array()) {
    return std::all_of(array->begin(), array->end(),
                       [&](const auto& item) { return placeholders_fit(item, count); });
  }
  const auto* object = value.if_object();
  if (object == nullptr) return true;
  if (core::get_bool(*object, "_placeholder").value_or(false)) {
    const auto index = core::get_integer(*object, "num");
    return index && *index >= 0 && static_cast<std::uint64_t>(*index) < count;
  }
  return std::all_of(object->begin(), object->end(),
                     [&](const auto& member) { return placeholders_fit(member.value(), count); });
}

}  // namespace

bool is_reserved_event(std::string_view name) {
  constexpr std::array<std::string_view, 6> kReserved{"connect",       "connect_error", "disconnect",
                                                      "disconnecting", "newListener",   "removeListener"};
  return std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end();
}

std::string encode(const Packet& packet) {
  std::string text;
  text.reserve(packet.payload.size() + packet.nsp.size() + 24);
  text.push_back(static_cast<char>(packet.type));
  if (packet.is_binary()) text.append(std::to_string(packet.attachments.size())).append("-");
  if (packet.nsp != "/") text.append(packet.nsp).append(",");
  if (packet.id) text.append(std::to_string(*packet.id));
  return text.append(packet.payload);
}

core::Result<Packet> decode(std::string_view text, const DecodeLimits& limits) {
  if (text.size() > limits.max_text.count) return core::failure(SocketioError::packet_too_large);
  if (text.empty() || text.front() < '0' || text.front() > '6')
    return core::failure(SocketioError::bad_packet_type);
  Cursor cursor{text};
  Packet packet;
  packet.type = static_cast<PacketType>(cursor.take(1).front());
  if (packet.is_binary()) {
    if (auto taken = take_attachment_count(cursor, packet, limits); !taken)
      return core::failure(taken.error());
  }
  if (auto taken = take_namespace(cursor, packet, limits); !taken) return core::failure(taken.error());
  if (auto taken = take_id(cursor, packet); !taken) return core::failure(taken.error());
  packet.payload = std::string(cursor.rest);
  if (!packet.payload.empty()) {
    auto data = core::parse_json(packet.payload);
    if (!data) return core::failure(SocketioError::bad_payload, "JSON");
    packet.data = std::move(*data);
  }
  if (auto checked = check_payload(packet); !checked) return core::failure(checked.error());
  if (packet.is_binary() && !placeholders_fit(packet.data, packet.attachment_count)) {
    return core::failure(SocketioError::missing_attachment);
  }
  return packet;
}

core::Result<std::optional<Packet>> Decoder::add_text(std::string_view text) {
  if (unfinished_) return core::failure(SocketioError::missing_attachment);
  auto packet = decode(text, *limits_);
  if (!packet) return core::failure(packet.error());
  if (packet->attachment_count == 0) return std::move(*packet);
  unfinished_ = std::make_unique<Unfinished>(Unfinished{std::move(*packet), {}});
  return std::nullopt;
}

core::Result<std::optional<Packet>> Decoder::add_binary(core::ByteView bytes) {
  if (!unfinished_) return core::failure(SocketioError::unexpected_attachment);
  auto& [packet, attached] = *unfinished_;
  attached.count += bytes.size();
  if (attached > limits_->max_attachments_size) return core::failure(SocketioError::packet_too_large);
  packet.attachments.emplace_back(bytes.begin(), bytes.end());
  if (packet.attachments.size() < packet.attachment_count) return std::nullopt;
  const auto whole = std::move(unfinished_);
  return std::move(whole->packet);
}

}  // namespace pantheon::socketio
