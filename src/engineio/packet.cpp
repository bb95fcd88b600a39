#include "engineio/packet.hpp"

#include <sodium.h>

namespace pantheon::engineio {
namespace {

constexpr char kSeparator = '\x1e';
constexpr char kBase64Mark = 'b';
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;

core::Result<PacketType> type_of(std::string_view text) {
  if (text.empty()) return core::failure(EngineioError::empty_packet);
  const char first = text.front();
  if (first < '0' || first > '6') return core::failure(EngineioError::bad_packet_type);
  return static_cast<PacketType>(first);
}

core::Result<Packet> decode_base64_message(std::string_view text) {
  Packet packet{PacketType::message, std::string(text.size() * 3 / 4 + 1, '\0'), true};
  std::size_t length = 0;
  const char* end = nullptr;
  auto* out = reinterpret_cast<unsigned char*>(packet.data.data());
  if (sodium_base642bin(out, packet.data.size(), text.data(), text.size(), nullptr, &length, &end, kBase64) !=
          0 ||
      end != text.data() + text.size()) {
    return core::failure(EngineioError::bad_base64);
  }
  packet.data.resize(length);
  return packet;
}

core::Result<Packet> decode_text(std::string_view text) {
  if (text.starts_with(kBase64Mark)) return decode_base64_message(text.substr(1));
  const auto type = type_of(text);
  if (!type) return core::failure(type.error());
  return Packet{*type, std::string(text.substr(1)), false};
}

}  // namespace

Frame encode_frame(const PacketView& packet) {
  if (packet.binary) return {std::make_shared<const std::string>(packet.data), false};
  auto text = std::make_shared<std::string>();
  text->reserve(packet.data.size() + 1);
  text->push_back(static_cast<char>(packet.type));
  text->append(packet.data);
  return {std::move(text), true};
}

core::Result<PacketView> view_frame(std::string_view data, bool is_text, std::string& decoded) {
  if (!is_text) return PacketView{PacketType::message, data, true};
  if (data.starts_with(kBase64Mark)) {
    auto packet = decode_base64_message(data.substr(1));
    if (!packet) return core::failure(packet.error());
    decoded = std::move(packet->data);
    return PacketView{PacketType::message, decoded, true};
  }
  const auto type = type_of(data);
  if (!type) return core::failure(type.error());
  return PacketView{*type, data.substr(1), false};
}

core::Result<Packet> decode_frame(std::string data, bool is_text) {
  if (!is_text) return Packet{PacketType::message, std::move(data), true};
  if (data.starts_with(kBase64Mark)) return decode_base64_message(std::string_view(data).substr(1));
  const auto type = type_of(data);
  if (!type) return core::failure(type.error());
  data.erase(0, 1);
  return Packet{*type, std::move(data), false};
}

std::string base64_frame(std::string_view bytes) {
  std::string text(1 + sodium_base64_ENCODED_LEN(bytes.size(), kBase64), '\0');
  sodium_bin2base64(text.data() + 1, text.size() - 1, core::as_bytes(bytes).data(), bytes.size(), kBase64);
  text.front() = kBase64Mark;
  text.pop_back();
  return text;
}

void append_to_payload(std::string& payload, const Frame& frame) {
  if (!payload.empty()) payload.push_back(kSeparator);
  if (frame.is_text) {
    payload.append(*frame.data);
  } else {
    payload.append(base64_frame(*frame.data));
  }
}

std::string encode_payload(const std::vector<Packet>& packets) {
  std::string payload;
  for (const auto& packet : packets) append_to_payload(payload, encode_frame(packet));
  return payload;
}

DecodedPayload decode_payload(std::string_view payload, std::size_t max_packets) {
  if (payload.empty()) return {{}, EngineioError::empty_payload};
  DecodedPayload decoded;
  for (;;) {
    const auto end = payload.find(kSeparator);
    if (decoded.packets.size() == max_packets) return {{}, EngineioError::too_many_packets};
    auto packet = decode_text(payload.substr(0, end));
    if (!packet) {
      decoded.error = packet.error();
      return decoded;
    }
    decoded.packets.push_back(std::move(*packet));
    if (end == std::string_view::npos) return decoded;
    payload.remove_prefix(end + 1);
  }
}

}  // namespace pantheon::engineio
