#include "host/fair_order.hpp"

#include <algorithm>

namespace pantheon::host {

core::Result<FairOrder::Ticket> FairOrder::enter(const std::string& lane, LaneLimits lane_limits) {
  auto place = std::find_if(lanes_.begin(), lanes_.end(), [&](const Lane& l) { return l.name == lane; });
  const auto in_lane = place == lanes_.end() ? 0 : place->line.size();
  if (waiting_ >= limits_.waiting || in_lane >= std::min(limits_.waiting_per_lane, lane_limits.waiting)) {
    return core::failure(HostError::queue_full);
  }
  if (place == lanes_.end()) place = lanes_.insert(lanes_.end(), Lane{lane, lane_limits, 0, {}});
  place->limits = lane_limits;
  const auto ticket = ++last_ticket_;
  place->line.push_back(ticket);
  tickets_.emplace(ticket, place);
  ++waiting_;
  return ticket;
}

std::optional<FairOrder::Ticket> FairOrder::next() {
  if (running_ >= limits_.running) return std::nullopt;
  for (auto lane = lanes_.begin(); lane != lanes_.end(); ++lane) {
    if (lane->line.empty() || lane->running >= lane->limits.running) continue;
    const auto ticket = lane->line.front();
    lane->line.pop_front();
    ++lane->running;
    ++running_;
    --waiting_;
    lanes_.splice(lanes_.end(), lanes_, lane);  // its next turn comes after everyone else's
    return ticket;
  }
  return std::nullopt;
}

std::size_t FairOrder::position(Ticket ticket) const {
  const auto found = tickets_.find(ticket);
  if (found == tickets_.end()) return 0;
  const auto& own = found->second->line;
  const auto place = std::find(own.begin(), own.end(), ticket);
  if (place == own.end()) return 0;
  const auto depth = static_cast<std::size_t>(place - own.begin());
  std::size_t before = depth;
  bool earlier_turn = true;
  for (auto lane = lanes_.begin(); lane != lanes_.end(); ++lane) {
    if (Lanes::const_iterator(found->second) == lane) {
      earlier_turn = false;
      continue;
    }
    before += std::min(lane->line.size(), depth + (earlier_turn ? 1 : 0));
  }
  return before + 1;
}

void FairOrder::leave(Ticket ticket) {
  const auto found = tickets_.find(ticket);
  if (found == tickets_.end()) return;
  const auto lane = found->second;
  const auto place = std::find(lane->line.begin(), lane->line.end(), ticket);
  if (place != lane->line.end()) {
    lane->line.erase(place);
    --waiting_;
  } else {
    --lane->running;
    --running_;
  }
  tickets_.erase(found);
  drop_if_idle(lane);
}

void FairOrder::drop_if_idle(Lanes::iterator lane) {
  if (lane->line.empty() && lane->running == 0) lanes_.erase(lane);
}

}  // namespace pantheon::host
