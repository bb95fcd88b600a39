#pragma once

#include <cstddef>
#include <string>

#include "core/bytes.hpp"

namespace pantheon::core {

/// Bytes from the operating system's generator, fit for keys. Safe from any thread.
ByteVector random_bytes(std::size_t count);

/// From 0 to 1, the latter left out, in steps of 1/65,536: to spread what would else come at once. Safe from
/// any thread.
double random_fraction();

/// An unguessable id of 128 bits, base64url, 22 characters.
std::string random_id();

}  // namespace pantheon::core
