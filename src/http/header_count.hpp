#pragma once

#include <cstddef>

#include "core/bytes.hpp"

namespace pantheon::http {

/// Counts the bytes of a header over all reads. Beast's own limit is one of each call, so that a header which
/// comes in pieces of the right size is never too large to it. Pure.
class HeaderCount {
 public:
  explicit HeaderCount(core::Bytes most) : most_(most.count) {}

  /// `used` bytes more were parsed, and so many wait that belong to the header too: false when it is too
  /// large.
  bool allows(std::size_t used, std::size_t waiting) {
    parsed_ += used;
    return parsed_ + waiting <= most_;
  }

 private:
  std::size_t most_;
  std::size_t parsed_ = 0;
};

}  // namespace pantheon::http
