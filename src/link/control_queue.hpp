#pragma once

#include <string>
#include <string_view>

#include "core/bytes.hpp"
#include "link/control.hpp"
#include "link/frame.hpp"

namespace pantheon::link {

/// Control frames that are ready to leave, in order. Whole frames go in and come out.
class ControlQueue {
 public:
  /// More than this means that the peer makes us answer and does not read.
  static constexpr core::Bytes kLimit{1024 * 1024};

  void frame(FrameType type, StreamId stream, core::ByteView payload) {
    append_frame(bytes_, type, stream, payload);
  }
  void reset(StreamId stream, LinkError code, std::string_view message) {
    append_reset(bytes_, stream, code, message);
  }
  void credit(StreamId stream, core::Bytes bytes) { append_credit(bytes_, stream, bytes); }
  void push(std::string_view kind, std::string_view body) { append_push(bytes_, kind, body); }
  void go_away(LinkError code, StreamId last, std::string_view message) {
    append_go_away(bytes_, code, last, message);
  }

  /// A whole frame made elsewhere.
  void append(core::ByteView frame) { bytes_.insert(bytes_.end(), frame.begin(), frame.end()); }

  /// Moves frames to a message of at most that size; one frame goes in any case when the message is empty.
  void drain(core::ByteVector& message, std::size_t most);

  bool empty() const { return start_ == bytes_.size(); }
  core::Bytes size() const { return {bytes_.size() - start_}; }
  void clear() {
    bytes_.clear();
    start_ = 0;
  }

 private:
  core::ByteVector bytes_;
  std::size_t start_ = 0;  // of the first frame that has not left
};

}  // namespace pantheon::link
