#include "core/random.hpp"

#include <sodium.h>

namespace pantheon::core {

ByteVector random_bytes(std::size_t count) {
  ByteVector bytes(count);
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string random_id() {
  return to_base64url(random_bytes(16));
}

}  // namespace pantheon::core
