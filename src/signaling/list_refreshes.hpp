#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "signaling/rate_limit.hpp"

namespace pantheon::signaling {

/// When the members of an account are sent new lists that they did not ask for, because its sockets have
/// changed: at once, but an account whose lists are so large that this would keep the server busy has them
/// later, once for all changes until then. Pure: time comes in as a parameter.
class ListRefreshes {
 public:
  /// In bytes, of one account: that of a household never waits.
  static constexpr Rate kUsual{4.0 * 1024 * 1024, 16.0 * 1024 * 1024};

  explicit ListRefreshes(Rate rate = kUsual) : rate_(rate) {}

  /// Whether lists may go to the account now; if not, take_due() names it when they may.
  bool may_begin(const std::string& account, core::SteadyTime now);
  /// What went there.
  void sent(const std::string& account, core::Bytes size, core::SteadyTime now);
  /// Accounts that had to wait and may begin.
  std::vector<std::string> take_due(core::SteadyTime now);
  /// When there is something to take.
  std::optional<core::SteadyTime> next() const;

 private:
  Rate rate_;
  std::unordered_map<std::string, TokenBucket> buckets_;  ///< of those that were sent much lately
  std::map<std::string, core::SteadyTime> waiting_;
  core::SteadyTime next_sweep_;
};

}  // namespace pantheon::signaling
