#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/keyed_hash.hpp"
#include "signaling/member.hpp"
#include "signaling/options.hpp"
#include "signaling/rate_limit.hpp"

namespace pantheon::signaling {

/// Events that are counted together.
enum class EventClass { signal, presence, announcement, pairing, auth };

/// Of an event's name; names that nobody knows count as signals.
EventClass class_of(std::string_view event);
/// Whether somebody has decided with what this event is counted.
bool has_class(std::string_view event);

/// How often members may send events, class by class: of one socket, and shares of that for all sockets of a
/// device, an account and an address. A client that keeps asking for far more is an abuser. Buckets of who
/// has gone are kept until they are full, so that reconnecting wins nothing; they are bounded, and never
/// evicted for others.
class EventLimits {
 public:
  explicit EventLimits(const Limits& limits);

  /// Gives a member that has just arrived the buckets of its device, account and address.
  void enroll(Member& member, core::SteadyTime now);

  struct Refusal {
    std::chrono::milliseconds retry_after{0};
    bool abuse = false;  ///< it has been refused so often that it should be disconnected
  };
  /// Takes one event from all of the member's buckets, or from none.
  std::optional<Refusal> take(Member& member, EventClass event_class, core::SteadyTime now) const;
  std::optional<Refusal> take(Member& member, std::string_view event, core::SteadyTime now) const {
    return take(member, class_of(event), now);
  }

  /// The answer to an event of that class counts as so many events more.
  void charge(Member& member, EventClass event_class, double events, core::SteadyTime now) const;

  /// Buckets that are kept for devices, accounts and addresses.
  std::size_t size() const { return kept_.size(); }

 private:
  using Scopes = std::array<TokenBucket*, kEventScopes>;  // null where it has none
  std::shared_ptr<EventBuckets> bucket(std::string_view key, core::SteadyTime now);
  void forget_quiet(core::SteadyTime now);
  static bool is_quiet(const EventBuckets& buckets, core::SteadyTime now);
  static Scopes scopes_of(Member& member, std::size_t event_class);
  std::array<Rate, kEventClasses> rates_;
  std::array<double, kEventScopes> shares_;
  Rate refusals_;
  std::size_t max_kept_;
  /// By a keyed hash of what they are for: names would take more memory than the buckets. Nobody outside
  /// knows the key, so nobody can pick names that share a bucket.
  core::KeyedHash hash_;
  std::unordered_map<std::uint64_t, std::shared_ptr<EventBuckets>> kept_;
  std::shared_ptr<EventBuckets> overflow_;
  core::SteadyTime next_sweep_;
};

}  // namespace pantheon::signaling
