#include "link/control.hpp"

#include <optional>

#include "link/frame.hpp"
#include "link/text.hpp"
#include "link/varint.hpp"

namespace pantheon::link {
namespace {

std::optional<std::uint32_t> take_varint(core::ByteView& payload) {
  const auto number = read_varint(payload);
  if (!number) return std::nullopt;
  payload = payload.subspan(number->length);
  return number->value;
}

std::uint64_t read_u64(core::ByteView bytes) {
  std::uint64_t value = 0;
  for (const auto byte : bytes.first(8)) value = (value << 8U) | byte;
  return value;
}

void append_u64(core::ByteVector& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>((value >> shift) & 0xFFU));
}

constexpr core::Bytes kMaxOwnReason{512};

// At most that long, and not cut within a character.
std::string_view cut(std::string_view message, core::Bytes most = kMaxMessageText) {
  if (message.size() <= most.count) return message;
  auto end = most.count;
  while (end > 0 && (static_cast<std::uint8_t>(message[end]) & 0xC0U) == 0x80U) --end;
  return message.substr(0, end);
}

void append_text(core::ByteVector& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

}  // namespace

core::Result<ResetFields> parse_reset(core::ByteView payload) {
  const auto code = take_varint(payload);
  if (!code || payload.size() > kMaxMessageText.count) return broken("broken RESET");
  return ResetFields{error_from_wire(*code), core::as_text(payload)};
}

core::Result<GoAwayFields> parse_go_away(core::ByteView payload) {
  const auto code = take_varint(payload);
  const auto last = code ? take_varint(payload) : std::nullopt;
  if (!last || payload.size() > kMaxMessageText.count) return broken("broken GOAWAY");
  return GoAwayFields{error_from_wire(*code), StreamId{*last}, core::as_text(payload)};
}

core::Result<core::Bytes> parse_credit(core::ByteView payload) {
  const auto bytes = take_varint(payload);
  if (!bytes || *bytes == 0 || !payload.empty()) return broken("broken CREDIT");
  return core::Bytes{*bytes};
}

core::Result<PushFields> parse_push(core::ByteView payload) {
  if (payload.empty() || payload.size() - 1 < payload[0]) return broken("broken PUSH");
  return PushFields{core::as_text(payload.subspan(1, payload[0])),
                    core::as_text(payload.subspan(1U + payload[0]))};
}

core::Result<ResumeFields> parse_resume(core::ByteView payload) {
  if (payload.size() != 24) return broken("RESUME that is not 24 bytes");
  return ResumeFields{payload.first(16), read_u64(payload.subspan(16))};
}

core::Result<std::uint64_t> parse_stored(core::ByteView payload) {
  if (payload.size() != 8) return broken("STORED that is not 8 bytes");
  return read_u64(payload);
}

std::string_view short_reason(std::string_view reason) {
  return cut(reason, kMaxOwnReason);
}

void append_reset(core::ByteVector& out, StreamId stream, LinkError code, std::string_view message) {
  core::ByteVector payload;
  append_varint(payload, static_cast<std::uint32_t>(code));
  append_text(payload, cut(message));
  append_frame(out, FrameType::reset, stream, payload);
}

void append_go_away(core::ByteVector& out, LinkError code, StreamId last_stream, std::string_view message) {
  core::ByteVector payload;
  append_varint(payload, static_cast<std::uint32_t>(code));
  append_varint(payload, number(last_stream));
  append_text(payload, cut(message));
  append_frame(out, FrameType::go_away, kLink, payload);
}

void append_credit(core::ByteVector& out, StreamId stream, core::Bytes bytes) {
  const auto amount = static_cast<std::uint32_t>(bytes.count);
  out.push_back(static_cast<std::uint8_t>(FrameType::credit));
  append_varint(out, number(stream));
  append_varint(out, static_cast<std::uint32_t>(varint_length(amount)));
  append_varint(out, amount);
}

void append_push(core::ByteVector& out, std::string_view kind, std::string_view body) {
  core::ByteVector payload{static_cast<std::uint8_t>(kind.size())};
  append_text(payload, kind);
  append_text(payload, body);
  append_frame(out, FrameType::push, kLink, payload);
}

void append_resume(core::ByteVector& out, StreamId stream, const ResumeFields& fields) {
  core::ByteVector payload(fields.key.begin(), fields.key.end());
  append_u64(payload, fields.offset);
  append_frame(out, FrameType::resume, stream, payload);
}

void append_stored(core::ByteVector& out, StreamId stream, std::uint64_t offset) {
  core::ByteVector payload;
  append_u64(payload, offset);
  append_frame(out, FrameType::stored, stream, payload);
}

}  // namespace pantheon::link
