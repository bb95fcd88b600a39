#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "signaling/member.hpp"

namespace pantheon::signaling {

/// Whether two sockets are of one proven installation: the same key and the same tab or process. Older
/// clients share device ids, so nothing else proves it.
bool is_same_installation(const Member& a, const Member& b);

/// Sockets whose connection broke a moment ago. For their grace period they count as present, so that a
/// device that drops and returns is neither seen to leave nor to join. In memory and bounded. Pure.
class Absences {
 public:
  struct Bounds {
    std::chrono::milliseconds grace{0};  ///< 0: nobody is waited for
    std::size_t per_account = 0;
    std::size_t in_all = 0;
  };
  struct Absence {
    MemberPointer member;
    core::SteadyTime until;
    std::uint64_t since = 0;  ///< in the order of events, see Member::listed_at
    bool contested = false;   ///< another socket that came back may have been this one
  };

  explicit Absences(Bounds bounds) : bounds_(bounds) {}
  std::chrono::milliseconds grace() const { return bounds_.grace; }

  /// False when there is no grace period or no room; then the socket has simply left.
  bool add(const MemberPointer& member, std::uint64_t since, core::SteadyTime now);
  /// Ends the absence that this socket continues: the one of the same proven installation, or, as older
  /// clients prove nothing, the oldest of the same id, kind and instance. `certain` is false when it may as
  /// well be another's: there were several, here or (`has_rivals`) on other nodes.
  struct Continued {
    MemberPointer member;
    std::uint64_t since = 0;
    bool certain = true;
  };
  std::optional<Continued> take(const Member& returned, bool has_rivals = false);

  /// An older client is on another node, where it came back or was all the time. It may have been any that
  /// looks the same, so what returns next is not certain to be the one it is taken for.
  void contest(const Member& returned);

  /// The absent of an account, in the order in which they went.
  std::vector<MemberPointer> of_account(const std::string& account) const;
  bool has_device(const std::string& account, std::string_view device_id) const;
  bool has_socket(const std::string& account, std::string_view socket_id) const;

  /// The absences of a device end now, whatever is left of their time: it was revoked.
  void end_device(const std::string& account, std::string_view device_id);
  /// Removes and returns those whose time is over.
  std::vector<MemberPointer> expire(core::SteadyTime now);
  std::optional<core::SteadyTime> next_end() const;
  std::size_t size() const { return order_.size(); }

 private:
  using Order = std::list<Absence>;
  void forget(Order::iterator absence);
  Bounds bounds_;
  Order order_;  ///< the next to end first
  std::unordered_map<std::string, std::vector<Order::iterator>> accounts_;
};

}  // namespace pantheon::signaling
