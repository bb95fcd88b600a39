#pragma once

#include <algorithm>

#include "core/bytes.hpp"

namespace pantheon::link {

/// Bytes of a body that wait to be sent: bounded, in order, their memory reused.
class SendQueue {
 public:
  static constexpr core::Bytes kLimit{256 * 1024};

  /// Takes what has room; returns how many bytes that is.
  std::size_t push(core::ByteView bytes) {
    const auto taken = std::min<std::size_t>(bytes.size(), kLimit.count - size());
    if (taken == 0) return 0;
    compact();
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
    return taken;
  }

  /// The first bytes, at most that many; valid until the next call of another function.
  core::ByteView front(std::size_t most) const {
    return core::ByteView(bytes_).subspan(start_, std::min(most, size()));
  }

  /// Removes bytes from the front, at most size().
  void pop(std::size_t count) {
    start_ += count;
    if (start_ == bytes_.size()) clear();
  }

  std::size_t size() const { return bytes_.size() - start_; }
  bool empty() const { return size() == 0; }
  void clear() {
    bytes_.clear();
    start_ = 0;
  }

 private:
  void compact() {
    if (start_ < bytes_.size() / 2) return;
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(start_));
    start_ = 0;
  }

  core::ByteVector bytes_;
  std::size_t start_ = 0;  // of the bytes not yet sent
};

}  // namespace pantheon::link
