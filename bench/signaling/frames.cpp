#include "signaling/frames.hpp"

#include <algorithm>

namespace pantheon::bench {
namespace {

constexpr std::array<char, 4> kMask{'\x37', '\x5a', '\x21', '\x3d'};
constexpr std::size_t kSmallLength = 125;
constexpr std::size_t kMediumLength = 0xffff;
constexpr unsigned char kMaskBit = 0x80;
constexpr std::string_view kStampMember = R"({"n":")";
constexpr std::string_view kEmptyStamp = "00000000-0000000000000000";  // hexadecimal
constexpr std::size_t kNumberDigits = 8;
constexpr std::size_t kTimeDigits = 16;
constexpr std::string_view kLine =
    R"(a=candidate:1 1 udp 2122260223 192.168.1.10 54321 typ host generation 0\r\n)";

char byte_of(std::size_t value) {
  return static_cast<char>(static_cast<unsigned char>(value & 0xff));
}

template <class Value>
void put_hex(char* to, Value value, std::size_t digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = digits; i > 0; --i, value >>= 4) to[i - 1] = kDigits[value & 0xf];
}

std::optional<std::uint64_t> read_hex(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (c < 'a' || c > 'f')) return std::nullopt;
    value = value << 4 | static_cast<std::uint64_t>(is_digit ? c - '0' : c - 'a' + 10);
  }
  return value;
}

// A JSON object of exactly `size` bytes, or a little more when that is too few.
std::string signal_json(std::size_t size) {
  std::string json = std::string(kStampMember) + std::string(kEmptyStamp) + R"(","sdp":")";
  constexpr std::string_view kEnd = R"(","type":"offer"})";
  while (json.size() + kLine.size() + kEnd.size() <= size) json += kLine;
  while (json.size() + kEnd.size() < size) json += '-';
  return json + std::string(kEnd);
}

}  // namespace

std::string client_frame(std::string_view payload, bool is_text) {
  constexpr unsigned char kFinalText = 0x81;
  constexpr unsigned char kFinalClose = 0x88;
  std::string frame(1, static_cast<char>(is_text ? kFinalText : kFinalClose));
  const auto size = payload.size();
  if (size <= kSmallLength) {
    frame += byte_of(kMaskBit | size);
  } else if (size <= kMediumLength) {
    frame += byte_of(kMaskBit | 126U);
    frame += {byte_of(size >> 8), byte_of(size)};
  } else {
    frame += byte_of(kMaskBit | 127U);
    for (int shift = 56; shift >= 0; shift -= 8) frame += byte_of(size >> shift);
  }
  frame.append(kMask.data(), kMask.size());
  for (std::size_t i = 0; i < size; ++i) frame += static_cast<char>(payload[i] ^ kMask[i % kMask.size()]);
  return frame;
}

std::optional<ServerFrame> next_frame(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto at = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  constexpr std::size_t kOpcodeBits = 0x0f;
  std::size_t header = 2;
  std::size_t size = at(1) & ~static_cast<std::size_t>(kMaskBit);
  const std::size_t extended = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (extended > 0) {
    header += extended;
    if (bytes.size() < header) return std::nullopt;
    size = 0;
    for (std::size_t i = 2; i < header; ++i) size = size << 8 | at(i);
  }
  if (size > bytes.size() - header) return std::nullopt;
  return ServerFrame{bytes.substr(header, size), (at(0) & kOpcodeBits) == 1, header + size};
}

SignalFrame::SignalFrame(std::string_view to, std::size_t signal_bytes) {
  auto message = std::string(R"(42["webrtc-signal",{"to":")").append(to).append(R"(","signal":)");
  const auto stamp_in_message = message.size() + kStampMember.size();
  message.append(signal_json(signal_bytes)).append("}]");
  frame_ = client_frame(message);
  stamp_at_ = frame_.size() - message.size() + stamp_in_message;
  for (std::size_t i = 0; i < mask_at_stamp_.size(); ++i) {
    mask_at_stamp_[i] = kMask[(stamp_in_message + i) % kMask.size()];
  }
}

void SignalFrame::append_to(std::string& output, const Stamp& stamp) const {
  std::array<char, kEmptyStamp.size()> text{};
  put_hex(text.data(), stamp.number, kNumberDigits);
  text[kNumberDigits] = '-';
  put_hex(text.data() + kNumberDigits + 1, static_cast<std::uint64_t>(stamp.time_ns), kTimeDigits);
  const auto begin = output.size() + stamp_at_;
  output += frame_;
  for (std::size_t i = 0; i < text.size(); ++i) {
    output[begin + i] = static_cast<char>(text[i] ^ mask_at_stamp_[i % mask_at_stamp_.size()]);
  }
}

std::optional<Stamp> stamp_of(std::string_view message) {
  if (!message.starts_with(R"(42["webrtc-signal")")) return std::nullopt;
  const auto member = message.find(kStampMember);
  if (member == std::string_view::npos) return std::nullopt;
  const auto text = message.substr(member + kStampMember.size()).substr(0, kEmptyStamp.size());
  if (text.size() < kEmptyStamp.size()) return std::nullopt;
  const auto number = read_hex(text.substr(0, kNumberDigits));
  const auto time = read_hex(text.substr(kNumberDigits + 1));
  if (!number || !time) return std::nullopt;
  return Stamp{static_cast<std::uint32_t>(*number), static_cast<std::int64_t>(*time)};
}

}  // namespace pantheon::bench
