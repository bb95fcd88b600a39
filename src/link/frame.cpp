#include "link/frame.hpp"

#include "link/varint.hpp"

namespace pantheon::link {
namespace {

constexpr std::uint8_t kCritical = 0x40;

bool belongs_to_link(FrameType type) {
  switch (type) {
    case FrameType::hello:
    case FrameType::auth:
    case FrameType::ping:
    case FrameType::pong:
    case FrameType::push:
    case FrameType::go_away:
      return true;
    default:
      return false;
  }
}

const char* fault_of_length(const Frame& frame) {
  const auto size = frame.payload.size();
  switch (frame.type) {
    case FrameType::end:
      return size == 0 ? nullptr : "END with a payload";
    case FrameType::ping:
    case FrameType::pong:
      return size == 8 ? nullptr : "PING or PONG that is not 8 bytes";
    case FrameType::resume:
      return size == 24 ? nullptr : "RESUME that is not 24 bytes";
    case FrameType::stored:
      return size == 8 ? nullptr : "STORED that is not 8 bytes";
    default:
      return nullptr;
  }
}

}  // namespace

bool known(FrameType type) {
  const auto byte = static_cast<std::uint8_t>(type);
  return (byte >= 0x41 && byte <= 0x47) || (byte >= 0x08 && byte <= 0x0A) || (byte >= 0x4B && byte <= 0x4D);
}

core::Result<Frame> FrameReader::next() {
  if (rest_.empty()) return core::failure(LinkError::protocol_error, "empty message");
  Frame frame;
  frame.type = static_cast<FrameType>(rest_[0]);
  const auto stream = read_varint(rest_.subspan(1));
  if (!stream) return core::failure(LinkError::protocol_error, "broken stream id");
  const auto length = read_varint(rest_.subspan(1 + stream->length));
  if (!length) return core::failure(LinkError::protocol_error, "broken frame length");
  const auto header = 1 + stream->length + length->length;
  if (rest_.size() - header < length->value)
    return core::failure(LinkError::protocol_error, "frame cut short");
  frame.stream = StreamId{stream->value};
  frame.payload = rest_.subspan(header, length->value);
  rest_ = rest_.subspan(header + length->value);

  if (!known(frame.type)) {
    if ((static_cast<std::uint8_t>(frame.type) & kCritical) != 0) {
      return core::failure(LinkError::unknown_critical_frame);
    }
    return frame;
  }
  if (belongs_to_link(frame.type) != (frame.stream == kLink) && frame.type != FrameType::credit) {
    return core::failure(LinkError::protocol_error, "frame on a wrong stream");
  }
  if (const auto* fault = fault_of_length(frame)) return core::failure(LinkError::protocol_error, fault);
  return frame;
}

std::size_t frame_size(StreamId stream, std::size_t payload) {
  return 1 + varint_length(number(stream)) + varint_length(static_cast<std::uint32_t>(payload)) + payload;
}

void append_frame(core::ByteVector& out, FrameType type, StreamId stream, core::ByteView payload) {
  out.push_back(static_cast<std::uint8_t>(type));
  append_varint(out, number(stream));
  append_varint(out, static_cast<std::uint32_t>(payload.size()));
  out.insert(out.end(), payload.begin(), payload.end());
}

}  // namespace pantheon::link
