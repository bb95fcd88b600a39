#pragma once

#include <cstdint>
#include <string_view>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "link/error.hpp"
#include "link/stream_id.hpp"

namespace pantheon::link {

/// Longest message in RESET and GOAWAY that a reader accepts.
inline constexpr core::Bytes kMaxMessageText{1024};

struct ResetFields {
  LinkError code{};
  std::string_view message;  ///< as sent: not yet fit for logs, see printable()
};
struct GoAwayFields {
  LinkError code{};
  StreamId last_stream{};
  std::string_view message;
};
struct PushFields {
  std::string_view kind;
  std::string_view body;  ///< JSON, not yet read
};
struct ResumeFields {
  core::ByteView key;  ///< 16 bytes
  std::uint64_t offset = 0;
};

/// Read the payload of one type of frame (docs/link-protocol.md, sections 2 and 8). The views point into it.
/// Every fault is `protocol_error`.
core::Result<ResetFields> parse_reset(core::ByteView payload);
core::Result<GoAwayFields> parse_go_away(core::ByteView payload);
core::Result<core::Bytes> parse_credit(core::ByteView payload);
core::Result<PushFields> parse_push(core::ByteView payload);
core::Result<ResumeFields> parse_resume(core::ByteView payload);
core::Result<std::uint64_t> parse_stored(core::ByteView payload);

/// A reason short enough for RESET and GOAWAY to fit the smallest message a peer may ask for; whole
/// characters.
std::string_view short_reason(std::string_view reason);

/// Append whole frames. Messages are cut to what a reader accepts.
void append_reset(core::ByteVector& out, StreamId stream, LinkError code, std::string_view message);
void append_go_away(core::ByteVector& out, LinkError code, StreamId last_stream, std::string_view message);
void append_credit(core::ByteVector& out, StreamId stream, core::Bytes bytes);
void append_push(core::ByteVector& out, std::string_view kind, std::string_view body);
void append_resume(core::ByteVector& out, StreamId stream, const ResumeFields& fields);
void append_stored(core::ByteVector& out, StreamId stream, std::uint64_t offset);

}  // namespace pantheon::link
