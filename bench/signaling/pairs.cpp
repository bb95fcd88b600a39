#include "signaling/pairs.hpp"

namespace pantheon::bench {

using namespace std::chrono_literals;

Pairs::Pairs(Swarm& swarm, std::size_t pairs, std::size_t signal_bytes) : swarm_(&swarm) {
  states_.reserve(pairs);
  for (std::size_t i = 0; i < pairs; ++i) {
    states_.push_back({SignalFrame(Swarm::device_of(2 * i + 1), signal_bytes)});
  }
  swarm.on_signal([this](std::size_t client, const Stamp& stamp) { note(client, stamp); });
}

void Pairs::send(std::size_t pair, std::int64_t time_ns) {
  auto& state = states_[pair];
  swarm_->send(2 * pair, state.frame, {state.next_sent++, time_ns});
  ++sent_;
}

void Pairs::note(std::size_t client, const Stamp& stamp) {
  auto& state = states_[client / 2];
  const bool is_next = client % 2 == 1 && stamp.number == state.next_expected;
  if (!is_next) ++reordered_;
  state.next_expected = stamp.number + 1;
  ++arrived_;
  if (on_arrival_) on_arrival_(client / 2, stamp);
}

void Pairs::wait_for_rest() {
  swarm_->flush();
  constexpr int kMostSilence = 20;
  for (int silence = 0; arrived_ < sent_ && silence < kMostSilence; ++silence) {
    const auto before = arrived_;
    swarm_->poll(100ms);
    if (arrived_ > before) silence = 0;
  }
}

}  // namespace pantheon::bench
