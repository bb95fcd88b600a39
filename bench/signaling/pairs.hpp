#pragma once

#include <chrono>
#include <functional>
#include <vector>

#include "signaling/swarm.hpp"

namespace pantheon::bench {

/// The pairs of a swarm whose even client sends signals to the odd one, each with the next number of its
/// pair.
class Pairs {
 public:
  Pairs(Swarm& swarm, std::size_t pairs, std::size_t signal_bytes);
  Pairs(const Pairs&) = delete;
  Pairs& operator=(const Pairs&) = delete;

  void send(std::size_t pair, std::int64_t time_ns);
  /// Called for each signal that arrived.
  void on_arrival(std::function<void(std::size_t pair, const Stamp&)> handler) {
    on_arrival_ = std::move(handler);
  }
  /// Waits until all that were sent have arrived, or none has for a while.
  void wait_for_rest();

  std::size_t size() const { return states_.size(); }
  std::uint64_t sent() const { return sent_; }
  std::uint64_t arrived() const { return arrived_; }
  std::uint64_t lost() const { return sent_ - arrived_; }
  std::uint64_t reordered() const { return reordered_; }

 private:
  struct State {
    SignalFrame frame;
    std::uint32_t next_sent = 0;
    std::uint32_t next_expected = 0;
  };
  void note(std::size_t client, const Stamp& stamp);

  Swarm* swarm_;
  std::vector<State> states_;
  std::function<void(std::size_t, const Stamp&)> on_arrival_;
  std::uint64_t sent_ = 0;
  std::uint64_t arrived_ = 0;
  std::uint64_t reordered_ = 0;
};

}  // namespace pantheon::bench
