#include "signaling/legacy_requests.hpp"

#include <algorithm>

#include "core/random.hpp"
#include "signaling/error.hpp"

namespace pantheon::signaling {

template <class Predicate>
std::vector<LegacyRequests::Pending> LegacyRequests::take_if(Predicate predicate) {
  std::vector<Pending> taken;
  std::erase_if(pending_, [&](auto& entry) {
    if (!predicate(entry.first, entry.second)) return false;
    taken.push_back(std::move(entry.second));
    return true;
  });
  return taken;
}

core::Result<LegacyRequestId> LegacyRequests::add(const std::string& host, const std::string& from_peer_id,
                                                  Pending pending) {
  const auto of_asker = [&](const auto& entry) { return entry.second.asker == pending.asker; };
  const auto of_host = [&](const auto& entry) { return std::get<0>(entry.first) == host; };
  const auto count = [&](const auto& which) {
    return static_cast<std::size_t>(std::ranges::count_if(pending_, which));
  };
  if (pending_.size() >= limits_.in_all || count(of_asker) >= limits_.of_asker ||
      count(of_host) >= limits_.of_host) {
    return core::failure(SignalingError::peer_busy);
  }
  LegacyRequestId told = pending.request_id;
  if (pending_.contains({host, from_peer_id, core::serialize_json(told)})) told = core::random_id();
  pending_.emplace(Key{host, from_peer_id, core::serialize_json(told)}, std::move(pending));
  return told;
}

core::Result<LegacyRequests::Pending> LegacyRequests::take(const Name& name) {
  const auto found = pending_.find({name.host, name.from_peer_id, core::serialize_json(name.request_id)});
  if (found == pending_.end()) return core::failure(SignalingError::request_unknown);
  auto taken = std::move(found->second);
  pending_.erase(found);
  return taken;
}

std::vector<LegacyRequests::Pending> LegacyRequests::take_expired(core::SteadyTime now) {
  return take_if([now](const Key&, const Pending& pending) { return pending.deadline <= now; });
}

std::vector<LegacyRequests::Pending> LegacyRequests::take_of_host(const std::string& host) {
  return take_if([&](const Key& key, const Pending&) { return std::get<0>(key) == host; });
}

void LegacyRequests::drop_of_asker(const std::string& asker) {
  static_cast<void>(take_if([&](const Key&, const Pending& pending) { return pending.asker == asker; }));
}

}  // namespace pantheon::signaling
