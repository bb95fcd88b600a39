#include "link/control_queue.hpp"

#include "link/varint.hpp"

namespace pantheon::link {
namespace {

// Length of the frame at the start of bytes that we wrote ourselves.
std::size_t frame_length(core::ByteView bytes) {
  const auto stream = read_varint(bytes.subspan(1)).value_or(Varint{});
  const auto length = read_varint(bytes.subspan(1 + stream.length)).value_or(Varint{});
  return 1 + stream.length + length.length + length.value;
}

}  // namespace

void ControlQueue::drain(core::ByteVector& message, std::size_t most) {
  const auto begin = start_;
  auto end = start_;
  while (end < bytes_.size()) {
    const auto length = frame_length(core::ByteView(bytes_).subspan(end));
    const bool first = message.empty() && end == begin;
    if (!first && message.size() + (end - begin) + length > most) break;
    end += length;
  }
  message.insert(message.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin),
                 bytes_.begin() + static_cast<std::ptrdiff_t>(end));
  start_ = end;
  if (empty()) clear();
}

}  // namespace pantheon::link
