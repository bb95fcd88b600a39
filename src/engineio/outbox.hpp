#pragma once

#include <vector>

#include "core/bytes.hpp"
#include "engineio/packet.hpp"

namespace pantheon::engineio {

/// Frames that wait to be sent, in order. Holds no memory while it is empty: most connections idle.
class Outbox {
 public:
  bool empty() const { return first_ == frames_.size(); }
  std::size_t size() const { return frames_.size() - first_; }
  /// Of the frames together.
  core::Bytes bytes() const { return bytes_; }

  void push(Frame frame);
  /// Not when it is empty.
  const Frame& front() const { return frames_[first_]; }
  /// Counted from the front; below size().
  const Frame& at(std::size_t index) const { return frames_[first_ + index]; }
  Frame pop();
  void clear();

 private:
  std::vector<Frame> frames_;
  std::size_t first_ = 0;
  core::Bytes bytes_;
};

}  // namespace pantheon::engineio
