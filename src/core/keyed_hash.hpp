#pragma once

#include <cstdint>
#include <string_view>

#include "core/bytes.hpp"

namespace pantheon::core {

/// SipHash-2-4 with a key of its own that nobody else knows: of two names that others choose, none can be
/// picked to have the hash of another. Safe from any thread.
class KeyedHash {
 public:
  KeyedHash();
  std::uint64_t operator()(std::string_view name) const;

 private:
  ByteVector key_;
};

}  // namespace pantheon::core
