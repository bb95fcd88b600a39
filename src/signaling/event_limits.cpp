#include "signaling/event_limits.hpp"

#include <algorithm>

namespace pantheon::signaling {
namespace {

struct NamedClass {
  std::string_view event;
  EventClass event_class;
};
constexpr std::array<NamedClass, 14> kClasses{{
    {"webrtc-signal", EventClass::signal},
    {"legacy-ask", EventClass::signal},
    {"join-account", EventClass::presence},
    {"request-peer-list", EventClass::presence},
    {"request-models", EventClass::presence},
    {"list-devices", EventClass::presence},
    {"announce-models", EventClass::announcement},
    {"register", EventClass::announcement},
    {"updateHosting", EventClass::announcement},
    {"hosting-status", EventClass::announcement},
    {"pairing-open", EventClass::pairing},
    {"pairing-close", EventClass::pairing},
    {"revoke-device", EventClass::pairing},
    {"auth-renew", EventClass::auth},
}};

constexpr double kSignalBurst = 4;  // seconds of the rate that may come at once
constexpr double kOtherBurst = 10;
constexpr std::size_t kSharedBuckets = kEventScopes - 1;  // of one socket: whoever is here has its own

Rate scaled(const Rate& rate, double share) {
  return {rate.per_second * share, rate.burst * share};
}

}  // namespace

EventClass class_of(std::string_view event) {
  const auto found = std::ranges::find(kClasses, event, &NamedClass::event);
  return found == kClasses.end() ? EventClass::signal : found->event_class;
}

bool has_class(std::string_view event) {
  return std::ranges::find(kClasses, event, &NamedClass::event) != kClasses.end();
}

EventLimits::EventLimits(const Limits& limits)
    : rates_{Rate{limits.events_per_second, limits.events_per_second * kSignalBurst},
             Rate{limits.lists_per_second, limits.lists_per_second * kOtherBurst},
             Rate{limits.announcements_per_second, limits.announcements_per_second * kOtherBurst},
             Rate{limits.pairings_per_second, limits.pairings_per_second * kOtherBurst},
             Rate{limits.renewals_per_second, limits.renewals_per_second * kOtherBurst}},
      shares_{1, limits.device_share, limits.account_share, limits.address_share},
      refusals_{limits.refusals_per_second, limits.refusals_per_second * kOtherBurst},
      max_kept_(kSharedBuckets * limits.max_sockets + limits.max_buckets),
      overflow_(std::make_shared<EventBuckets>()) {}

bool EventLimits::is_quiet(const EventBuckets& buckets, core::SteadyTime now) {
  return std::ranges::all_of(buckets, [&](const TokenBucket& bucket) { return bucket.is_full(now); });
}

void EventLimits::forget_quiet(core::SteadyTime now) {
  if (now < next_sweep_) return;
  std::erase_if(
      kept_, [&](const auto& kept) { return kept.second.use_count() == 1 && is_quiet(*kept.second, now); });
  next_sweep_ = now + (kept_.size() < max_kept_ ? kSweepEvery : kSweepEveryWhenFull);
}

std::shared_ptr<EventBuckets> EventLimits::bucket(std::string_view name, core::SteadyTime now) {
  forget_quiet(now);
  const auto key = hash_(name);
  const auto known = kept_.find(key);
  if (known != kept_.end()) return known->second;
  if (kept_.size() >= max_kept_) return overflow_;
  return kept_.emplace(key, std::make_shared<EventBuckets>()).first->second;
}

void EventLimits::enroll(Member& member, core::SteadyTime now) {
  member.shared_events[0] = bucket("d" + member.account() + '\n' + member.device_id, now);
  member.shared_events[1] = bucket("a" + member.account(), now);
  if (member.address) member.shared_events[2] = bucket("i" + address_key(*member.address), now);
}

EventLimits::Scopes EventLimits::scopes_of(Member& member, std::size_t event_class) {
  Scopes buckets{&member.own_events[event_class]};
  for (std::size_t i = 0; i < member.shared_events.size(); ++i) {
    buckets[i + 1] = member.shared_events[i] ? &(*member.shared_events[i])[event_class] : nullptr;
  }
  return buckets;
}

void EventLimits::charge(Member& member, EventClass event_class, double events, core::SteadyTime now) const {
  const auto which = static_cast<std::size_t>(event_class);
  const auto buckets = scopes_of(member, which);
  for (std::size_t scope = 0; scope < kEventScopes; ++scope) {
    if (buckets[scope] != nullptr) buckets[scope]->charge(events, scaled(rates_[which], shares_[scope]), now);
  }
}

std::optional<EventLimits::Refusal> EventLimits::take(Member& member, EventClass event_class,
                                                      core::SteadyTime now) const {
  const auto which = static_cast<std::size_t>(event_class);
  const auto buckets = scopes_of(member, which);
  std::chrono::milliseconds wait{0};
  for (std::size_t scope = 0; scope < kEventScopes; ++scope) {
    if (buckets[scope] == nullptr) continue;
    wait = std::max(wait, buckets[scope]->wait(scaled(rates_[which], shares_[scope]), now));
  }
  if (wait.count() > 0) return Refusal{wait, member.refusals.take(refusals_, now).has_value()};
  for (std::size_t scope = 0; scope < kEventScopes; ++scope) {
    if (buckets[scope] != nullptr) buckets[scope]->take(scaled(rates_[which], shares_[scope]), now);
  }
  return std::nullopt;
}

}  // namespace pantheon::signaling
