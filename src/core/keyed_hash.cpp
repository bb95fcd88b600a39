#include "core/keyed_hash.hpp"

#include <sodium.h>

#include <array>
#include <bit>

#include "core/random.hpp"

namespace pantheon::core {

KeyedHash::KeyedHash() : key_(random_bytes(crypto_shorthash_KEYBYTES)) {}

std::uint64_t KeyedHash::operator()(std::string_view name) const {
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), as_bytes(name).data(), name.size(), key_.data());
  return std::bit_cast<std::uint64_t>(hash);
}

}  // namespace pantheon::core
