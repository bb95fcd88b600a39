#pragma once

#include <cstdint>
#include <string_view>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "link/error.hpp"
#include "link/stream_id.hpp"

namespace pantheon::link {

/// Types of frames (docs/link-protocol.md, section 2).
enum class FrameType : std::uint8_t {
  hello = 0x41,
  auth = 0x42,
  head = 0x43,
  data = 0x44,
  end = 0x45,
  reset = 0x46,
  credit = 0x47,
  ping = 0x08,
  pong = 0x09,
  push = 0x0A,
  go_away = 0x4B,
  resume = 0x4C,
  stored = 0x4D,
};

/// One frame as it lies in its message; the payload is a view into it.
struct Frame {
  FrameType type{};  ///< may be none of the names above: an unknown type that is not critical
  StreamId stream = kLink;
  core::ByteView payload;
};

/// Largest message of the protocol.
inline constexpr core::Bytes kMaxMessage{65536};

/// Whether this version knows the type.
bool known(FrameType type);

/// Reads the frames of one message one after another, without copying. Use from one thread.
class FrameReader {
 public:
  explicit FrameReader(core::ByteView message) : rest_(message) {}
  bool done() const { return rest_.empty(); }
  /// The next frame. `protocol_error` when it is cut short, on the wrong stream, or its payload has a length
  /// its type does not allow; `unknown_critical_frame`. After an error the reader is of no further use.
  core::Result<Frame> next();

 private:
  core::ByteView rest_;
};

/// Bytes a frame takes on the wire.
std::size_t frame_size(StreamId stream, std::size_t payload);

/// Appends a whole frame.
void append_frame(core::ByteVector& out, FrameType type, StreamId stream, core::ByteView payload);

}  // namespace pantheon::link
