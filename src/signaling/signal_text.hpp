#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pantheon::signaling {

/// A `webrtc-signal` as it came: whom it is for, and the JSON text of what is passed on.
struct SignalText {
  std::string_view device_id;                 ///< may be empty
  std::optional<std::string_view> socket_id;  ///< one socket of it
  std::string_view signal;                    ///< JSON, checked
};

/// Reads signals without building them up: a relay only needs to know that they are JSON and whom they are
/// for. Keeps memory of the size of the largest signal. Use from one thread.
class SignalTextReader {
 public:
  SignalTextReader();
  ~SignalTextReader();
  SignalTextReader(const SignalTextReader&) = delete;
  SignalTextReader& operator=(const SignalTextReader&) = delete;

  /// From the text of `["webrtc-signal", { to | targetUserId, toSocketId?, signal | data }]`. Nothing for
  /// anything else, malformed or only unusual: then core::parse_json decides. Valid until the next call.
  std::optional<SignalText> read(std::string_view array_text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The Engine.IO message of the event `["webrtc-signal", { fromUserId, fromSocketId, signal }]`.
std::string relayed_signal_text(std::string_view from_device, std::string_view from_socket,
                                std::string_view signal);

}  // namespace pantheon::signaling
