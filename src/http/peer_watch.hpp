#pragma once

#include <functional>
#include <memory>

#include "http/stream.hpp"

namespace pantheon::http {

/// Notices that the peer has closed its connection while nobody reads from it, as during a long answer.
/// A peer that sends something instead (the next request, ahead of time) is watched no longer.
class PeerWatch {
 public:
  /// `on_gone` is called at most once, between start() and stop().
  PeerWatch(Stream& stream, bool secure, std::function<void()> on_gone);
  ~PeerWatch();
  PeerWatch(const PeerWatch&) = delete;
  PeerWatch& operator=(const PeerWatch&) = delete;

  /// From here to stop() nothing may be read from or written to the stream.
  void start() const;
  void stop() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::http
