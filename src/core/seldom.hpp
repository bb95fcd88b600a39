#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>

#include "core/clock.hpp"

namespace pantheon::core {

/// For a line of the log whose cause may come again and again: lets it through once in a while. Use from one
/// thread at a time.
class Seldom {
 public:
  explicit Seldom(std::chrono::milliseconds pause) : pause_(pause) {}

  /// When it is time: how often it was not since the last time that it was.
  std::optional<std::size_t> due(SteadyTime now) {
    if (next_ && now < *next_) {
      ++left_out_;
      return std::nullopt;
    }
    next_ = now + pause_;
    return std::exchange(left_out_, 0);
  }

 private:
  std::chrono::milliseconds pause_;
  std::optional<SteadyTime> next_;
  std::size_t left_out_ = 0;
};

}  // namespace pantheon::core
