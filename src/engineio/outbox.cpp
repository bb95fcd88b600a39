#include "engineio/outbox.hpp"

namespace pantheon::engineio {
namespace {

constexpr std::size_t kCompactFrom = 64;

}  // namespace

void Outbox::push(Frame frame) {
  bytes_.count += frame.data->size();
  if (first_ >= kCompactFrom && first_ * 2 >= frames_.size()) {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  frames_.push_back(std::move(frame));
}

Frame Outbox::pop() {
  Frame frame = std::move(frames_[first_++]);
  bytes_.count -= frame.data->size();
  if (empty()) clear();
  return frame;
}

void Outbox::clear() {
  std::vector<Frame>().swap(frames_);
  first_ = 0;
  bytes_ = {};
}

}  // namespace pantheon::engineio
