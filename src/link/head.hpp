#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "core/json.hpp"

namespace pantheon::link {

/// Lower-case names with their values, in the order they travel.
using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// The head that opens a stream (docs/link-protocol.md, section 5).
struct RequestHead {
  std::string method;
  std::string path;  ///< with query, as in the request line
  HeaderList headers;
  std::vector<std::string> hops;  ///< device ids this request already passed, at most 3
  std::string key;                ///< idempotency key, base64url of 16 bytes; empty: none

  bool operator==(const RequestHead&) const = default;
};

/// A head of the answer: interim (status 102) or final.
struct ResponseHead {
  unsigned status = 200;
  HeaderList headers;
  core::json::object info;  ///< of an interim head: queue position, load progress

  bool interim() const { return status == 102; }
  bool operator==(const ResponseHead&) const = default;
};

/// Largest JSON of a HEAD frame.
inline constexpr core::Bytes kMaxHead{32 * 1024};

/// Reads the payload of a HEAD frame. Anything that breaks the rules of section 5 is `bad_head`.
core::Result<RequestHead> parse_request_head(core::ByteView payload);
core::Result<ResponseHead> parse_response_head(core::ByteView payload);

/// Writes the payload of a HEAD frame; `bad_head` when the head breaks the rules or its JSON is over
/// kMaxHead.
core::Result<std::string> serialize_head(const RequestHead& head);
core::Result<std::string> serialize_head(const ResponseHead& head);

}  // namespace pantheon::link
