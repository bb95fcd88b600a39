#pragma once

#include <algorithm>
#include <cstdint>

#include "core/bytes.hpp"
#include "link/varint.hpp"

namespace pantheon::link {

/// Credit of a stream's direction at first, and the size a stream's window may grow to.
inline constexpr core::Bytes kStreamWindow{256 * 1024};
inline constexpr core::Bytes kMaxStreamWindow{4 * 1024 * 1024};
/// Credit of the link in each direction. It does not grow.
inline constexpr core::Bytes kLinkWindow{4 * 1024 * 1024};

/// How many bytes the peer lets us send.
class SendCredit {
 public:
  explicit SendCredit(core::Bytes initial) : left_(initial.count) {}
  core::Bytes left() const { return {left_}; }
  /// The peer gave more; false when it is over 2^31 - 1 in all (`flow_control_error`).
  bool add(core::Bytes more) {
    left_ += more.count;
    return left_ <= kMaxVarint;
  }
  /// At most left().
  void take(core::Bytes sent) { left_ -= sent.count; }

 private:
  std::uint64_t left_;
};

/// What we let the peer send, and when to give it more: once half of the window is free. The window doubles,
/// up to its maximum, where it is the limit: when the peer has used all credit it knew of while our user held
/// at most half.
class ReceiveWindow {
 public:
  /// `several`: streams, which have the window in common. What is unread of one of them must not stop the
  /// others, so more is given as soon as what is free is as much as the peer has left.
  enum class SharedBy { nobody, several };
  ReceiveWindow(core::Bytes initial, core::Bytes most, SharedBy shared_by = SharedBy::nobody)
      : size_(initial.count), most_(most.count), limit_(initial.count), shared_by_(shared_by) {}

  /// Bytes arrived; false when they are more than the credit (`flow_control_error`).
  bool receive(core::Bytes bytes) {
    if (bytes.count > limit_ - received_) return false;
    received_ += bytes.count;
    // A peer that still waits for our last CREDIT stops exactly where the one before it ended.
    if (bytes.count > 0 && received_ == earlier_limit_ && unconsumed().count <= size_ / 2) starved_ = true;
    return true;
  }

  /// The user is done with bytes (more than unconsumed() counts as all). Returns the credit to give the peer
  /// now, often 0.
  core::Bytes consume(core::Bytes bytes) {
    consumed_ += std::min(bytes.count, unconsumed().count);
    if (starved_) size_ = std::min(size_ * 2, most_);
    const auto grown = consumed_ + size_;  // where the limit belongs
    const auto give = grown - limit_;
    const bool due =
        shared_by_ == SharedBy::several ? give >= limit_ - received_ : starved_ || give * 2 >= size_;
    if (!due) return {};
    starved_ = false;
    if (give == 0) return {};
    earlier_limit_ = limit_;
    limit_ = grown;
    return {give};
  }

  core::Bytes unconsumed() const { return {received_ - consumed_}; }
  core::Bytes size() const { return {size_}; }

 private:
  std::uint64_t size_;
  std::uint64_t most_;
  std::uint64_t received_ = 0;       // in all
  std::uint64_t consumed_ = 0;       // in all
  std::uint64_t limit_;              // up to which received_ may go
  std::uint64_t earlier_limit_ = 0;  // limit_ before the last CREDIT
  bool starved_ = false;
  SharedBy shared_by_;
};

}  // namespace pantheon::link
