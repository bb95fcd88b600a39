#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pantheon::bench {

/// What a signal of the load carries in its first member, so that the receiver can tell order and age.
struct Stamp {
  std::uint32_t number = 0;  ///< of its pair, from 0
  std::int64_t time_ns = 0;  ///< of the steady clock
};

/// A masked frame as clients send it (RFC 6455, section 5). The masking key is always the same: a server
/// has the same work with any.
std::string client_frame(std::string_view payload, bool is_text = true);

/// One frame of a server, its payload within the bytes it was read from.
struct ServerFrame {
  std::string_view payload;
  bool is_text = false;
  std::size_t size = 0;  ///< with its header
};
/// Nothing when the bytes hold no whole frame.
std::optional<ServerFrame> next_frame(std::string_view bytes);

/// The frame of a `webrtc-signal` to one device, made once; only its stamp differs from signal to signal.
class SignalFrame {
 public:
  /// `signal_bytes`: length of the signal's JSON, at least 100; most of it is text like that of an offer.
  SignalFrame(std::string_view to, std::size_t signal_bytes);
  void append_to(std::string& output, const Stamp& stamp) const;

 private:
  std::string frame_;  ///< masked
  std::size_t stamp_at_ = 0;
  std::array<char, 4> mask_at_stamp_{};
};

/// The stamp of a message that a server relayed; nothing when it is no signal of ours.
std::optional<Stamp> stamp_of(std::string_view message);

}  // namespace pantheon::bench
