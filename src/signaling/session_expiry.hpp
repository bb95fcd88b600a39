#pragma once

#include <set>
#include <unordered_map>
#include <utility>

#include "core/clock.hpp"
#include "signaling/member.hpp"
#include "signaling/options.hpp"

namespace pantheon::signaling {

/// Ends live sockets whose token has expired. Those that advertised `renew` are asked a minute before; older
/// clients keep their socket, but not longer than `legacy_session_max`.
class SessionExpiry {
 public:
  explicit SessionExpiry(const Options& options)
      : clock_(options.clock), legacy_max_(options.legacy_session_max) {}

  void add(const MemberPointer& member);
  /// After the member's token was renewed.
  void update(const MemberPointer& member);
  void remove(const MemberPointer& member);
  /// Asks and cuts whoever is due. Call every second.
  void sweep();

 private:
  static constexpr std::chrono::seconds kAskBefore{60};
  std::optional<core::WallTime> next_action(const Member& member) const;
  core::WallClock clock_;
  std::chrono::seconds legacy_max_;
  std::set<std::pair<core::WallTime, MemberPointer>> due_;
  std::unordered_map<MemberPointer, core::WallTime> times_;
};

}  // namespace pantheon::signaling
