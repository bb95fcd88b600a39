#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "core/json.hpp"

namespace pantheon::socketio {

/// An event as it was received. Cheap enough to copy and keep: an acknowledgement may be sent later.
struct Event {
  using Acknowledge = std::function<void(core::json::array, std::vector<core::ByteVector>)>;

  std::string name;
  core::json::array args;  ///< without the name; binary arguments are placeholders, see attachment_of()
  std::vector<core::ByteVector> attachments;
  /// The JSON text of `[name, ...args]` as it came, to pass on without serialising anew.
  std::shared_ptr<const std::string> raw;
  Acknowledge acknowledge;  ///< empty when the sender asked for none

  bool wants_ack() const { return static_cast<bool>(acknowledge); }
  /// Answers the sender; ignored when none was asked for, after the first answer, or when the socket is gone.
  void ack(core::json::array result, std::vector<core::ByteVector> binary = {}) const {
    if (acknowledge) acknowledge(std::move(result), std::move(binary));
  }
};

using EventHandler = std::function<void(const Event&)>;

/// The arguments of an acknowledgement that was asked for.
struct Answer {
  core::json::array args;
  std::vector<core::ByteVector> attachments;
};

/// What stands in JSON for the n-th binary attachment: `{"_placeholder":true,"num":n}`.
core::json::object placeholder(std::size_t index);
/// The attachment a JSON value stands for, or null when it is none.
const core::ByteVector* attachment_of(const core::json::value& value,
                                      const std::vector<core::ByteVector>& attachments);

}  // namespace pantheon::socketio
