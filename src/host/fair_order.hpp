#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/error.hpp"
#include "host/error.hpp"

namespace pantheon::host {

/// Who comes next at one engine: round robin over lanes (a lane is a device, or all unproven peers together),
/// first come first served within a lane. Pure: no I/O, no clock.
class FairOrder {
 public:
  using Ticket = std::uint64_t;
  struct Limits {
    unsigned running = 1;               ///< requests at the engine at the same time
    std::size_t waiting = 256;          ///< of all lanes
    std::size_t waiting_per_lane = 32;  ///< of one
  };
  struct LaneLimits {
    unsigned running = 1000;     ///< of this lane at the same time
    std::size_t waiting = 1000;  ///< beside Limits::waiting_per_lane
  };

  explicit FairOrder(Limits limits) : limits_(limits) {}

  /// Joins the line: `queue_full` when it, or the lane's part of it, is too long.
  core::Result<Ticket> enter(const std::string& lane, LaneLimits lane_limits);
  /// The ticket to be served now, if there is room at the engine; it counts as running from here on.
  std::optional<Ticket> next();
  /// How many are served before it, plus one; 0 when it is running or unknown.
  std::size_t position(Ticket ticket) const;
  /// Leaves the line, or frees the place at the engine.
  void leave(Ticket ticket);

  void set_running_limit(unsigned running) { limits_.running = running; }
  std::size_t waiting() const { return waiting_; }
  unsigned running() const { return running_; }

 private:
  struct Lane {
    std::string name;
    LaneLimits limits;
    unsigned running = 0;
    std::deque<Ticket> line;
  };
  using Lanes = std::list<Lane>;  ///< in the order of their turns: the front is next
  void drop_if_idle(Lanes::iterator lane);

  Limits limits_;
  Lanes lanes_;
  std::unordered_map<Ticket, Lanes::iterator> tickets_;
  Ticket last_ticket_ = 0;
  std::size_t waiting_ = 0;
  unsigned running_ = 0;
};

}  // namespace pantheon::host
