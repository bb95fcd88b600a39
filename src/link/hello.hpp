#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/bytes.hpp"
#include "core/error.hpp"

namespace pantheon::link {

/// What a side announces in its HELLO.
struct Limits {
  std::uint32_t streams = 64;                ///< streams the peer may have open at once
  core::Bytes message = core::Bytes{65536};  ///< largest message this side accepts, 1,024 to 65,536
  bool operator==(const Limits&) const = default;
};

/// The version of the protocol that this code speaks.
inline constexpr std::int64_t kVersion = 1;

/// Content of a HELLO (docs/link-protocol.md, section 3).
struct Hello {
  std::string device_id;
  std::vector<std::string> features;
  Limits limits;
  core::ByteVector nonce;  ///< 32 bytes
  bool operator==(const Hello&) const = default;
};

/// Reads a HELLO payload. `no_common_version` when it is in order but lists no version of ours, else
/// `protocol_error`.
core::Result<Hello> parse_hello(core::ByteView payload);

/// Writes a HELLO payload; `internal` when the content breaks the rules that a reader checks.
core::Result<core::ByteVector> serialize_hello(const Hello& hello);

}  // namespace pantheon::link
