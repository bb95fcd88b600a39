#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.hpp"
#include "http/error.hpp"

namespace pantheon::http {

/// Frames of WebSocket (RFC 6455, section 5), without I/O.

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// Servers take masked frames and send bare ones; clients the other way round.
enum class WebSocketRole { server, client };

/// A whole message, put together from its frames, or a control frame.
struct IncomingFrame {
  Opcode opcode = Opcode::text;  ///< never `continuation`
  std::string data;
};

/// The same, where its bytes were found.
struct FrameView {
  Opcode opcode = Opcode::text;  ///< never `continuation`
  std::string_view data;
};

/// Takes bytes as they arrive and gives messages. Holds nothing but an unfinished message between calls.
/// After an error it must not be used again.
class FrameReader {
 public:
  FrameReader(WebSocketRole role, core::Bytes max_message) : max_message_(max_message), role_(role) {}

  /// Of messages whose next frame begins from now on.
  void limit(core::Bytes max_message) { max_message_ = max_message; }
  /// Takes bytes off the front of `input`. Gives the next message or control frame, or nothing when all input
  /// is used up. `bad_frame`, `bad_utf8` (text and close reasons), `too_large` (core::CommonError).
  core::Result<std::optional<IncomingFrame>> next(std::span<const std::uint8_t>& input);
  /// As next(), but a frame that lies whole in `input` is unmasked where it is and not copied. Others are put
  /// together in `storage`. What is given is valid as long as both are left alone.
  core::Result<std::optional<FrameView>> next_in_place(std::span<std::uint8_t>& input, std::string& storage);

 private:
  core::Result<bool> take_header(std::span<const std::uint8_t>& input);
  bool lies_whole_in(std::span<const std::uint8_t> input) const;
  FrameView take_whole(std::span<std::uint8_t>& input);
  core::Result<void> begin_frame();
  void take_payload(std::span<const std::uint8_t>& input);
  core::Result<std::optional<IncomingFrame>> end_frame();
  std::string& target();
  bool is_control() const { return static_cast<std::uint8_t>(opcode_) >= 8; }
  std::size_t header_length() const;

  /// What has come of a message and of a control frame within it.
  struct Unfinished {
    std::string message;
    std::string control;
  };
  std::unique_ptr<Unfinished> unfinished_;  ///< null where there is nothing
  core::Bytes max_message_;
  std::uint64_t remaining_ = 0;
  std::array<std::uint8_t, 14> header_{};
  std::uint8_t header_size_ = 0;
  std::array<std::uint8_t, 4> mask_{};
  std::uint8_t mask_offset_ = 0;
  WebSocketRole role_;
  Opcode opcode_ = Opcode::text;
  Opcode message_opcode_ = Opcode::text;
  bool in_message_ = false;
  bool in_payload_ = false;
  bool final_ = false;
};

/// The header of a final frame; a client's header ends with the mask.
struct FrameHeader {
  std::array<std::uint8_t, 14> bytes{};
  std::size_t size = 0;
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), size}; }
};
FrameHeader encode_frame_header(Opcode opcode, core::Bytes payload,
                                std::optional<std::array<std::uint8_t, 4>> mask);
void apply_mask(std::span<char> data, std::array<std::uint8_t, 4> mask);

struct CloseReason {
  std::uint16_t code = 1005;  ///< 1005: none was given
  std::string reason;
};
/// The payload of a close frame; `bad_frame` for a code that may not be sent.
core::Result<CloseReason> decode_close(std::string_view payload);
/// Cuts the reason to the 123 bytes that fit. Code 1005 gives an empty payload.
std::string encode_close(const CloseReason& reason);
/// The close code that tells the peer about an error of FrameReader.
std::uint16_t close_code_of(const core::Error& error);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455, section 4.2.2).
std::string websocket_accept(std::string_view key);

}  // namespace pantheon::http
