#pragma once

#include <cstdint>

namespace pantheon::link {

/// Number of a stream; rises over the life of a link and is never used twice. 0 is the link itself.
enum class StreamId : std::uint32_t {};

constexpr std::uint32_t number(StreamId id) {
  return static_cast<std::uint32_t>(id);
}

inline constexpr StreamId kLink{0};

/// From this id on the offerer opens no more streams and makes a new link.
inline constexpr StreamId kIdsSpent{0x80000000U - 1024U};

}  // namespace pantheon::link
