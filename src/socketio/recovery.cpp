#include "socketio/recovery.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/random.hpp"

namespace pantheon::socketio {
namespace {

bool reaches(const Selection& to, const std::vector<std::string>& rooms) {
  const auto is_in = [&](const std::string& room) { return std::ranges::find(rooms, room) != rooms.end(); };
  if (std::ranges::any_of(to.except, is_in)) return false;
  return to.rooms.empty() || std::ranges::any_of(to.rooms, is_in);
}

core::Bytes size_of(const Packet& packet) {
  core::Bytes size{packet.payload.size()};
  for (const auto& bytes : packet.attachments) size.count += bytes.size();
  return size;
}

}  // namespace

bool is_recoverable(std::string_view reason) {
  constexpr std::array<std::string_view, 6> kReasons{"transport error",      "transport close",
                                                     "forced close",         "ping timeout",
                                                     "server shutting down", "forced server close"};
  return std::ranges::find(kReasons, reason) != kReasons.end();
}

RecoveryLog::RecoveryLog(RecoveryOptions options)
    : options_(options), prefix_(core::random_id().substr(0, 6) + ".") {}

void RecoveryLog::drop_event() {
  kept_.count -= events_.front().size.count;
  events_.pop_front();
  ++first_;
}

void RecoveryLog::forget_old(core::SteadyTime now) {
  const auto oldest = now - options_.max_disconnection;
  while (!events_.empty() && events_.front().at < oldest) drop_event();
  while (!order_.empty() && (order_.front().first < oldest || order_.size() > options_.max_sessions)) {
    const auto found = sessions_.find(order_.front().second);
    // One that came back and left again waits since then.
    if (found != sessions_.end() && found->second.since == order_.front().first) sessions_.erase(found);
    order_.pop_front();
  }
}

void RecoveryLog::record(Packet& packet, Selection to, core::SteadyTime now) {
  const std::string offset = prefix_ + std::to_string(first_ + events_.size());
  packet.payload.insert(packet.payload.size() - 1, ",\"" + offset + "\"");
  const auto size = size_of(packet);
  events_.push_back({packet, std::move(to), now, size});
  kept_.count += size.count;
  while (events_.size() > options_.max_events || kept_ > options_.max_bytes) drop_event();
  forget_old(now);
}

void RecoveryLog::persist(RecoverableSession session, core::SteadyTime now) {
  const std::string pid = session.pid;
  sessions_.insert_or_assign(pid, Waiting{std::move(session), now});
  order_.emplace_back(now, pid);
  forget_old(now);
}

std::optional<std::uint64_t> RecoveryLog::number_of(std::string_view offset) const {
  if (!offset.starts_with(prefix_)) return std::nullopt;
  offset.remove_prefix(prefix_.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(offset.data(), offset.data() + offset.size(), number);
  if (error != std::errc() || end != offset.data() + offset.size()) return std::nullopt;
  if (number < first_ || number >= first_ + events_.size()) return std::nullopt;
  return number;
}

std::optional<RecoverableSession> RecoveryLog::restore(std::string_view pid, std::string_view offset,
                                                       core::SteadyTime now) {
  forget_old(now);
  const auto number = number_of(offset);
  const auto found = sessions_.find(std::string(pid));
  if (found == sessions_.end() || !number) return std::nullopt;
  RecoverableSession session = std::move(found->second.session);
  sessions_.erase(found);
  for (auto i = static_cast<std::size_t>(*number - first_) + 1; i < events_.size(); ++i) {
    if (reaches(events_[i].to, session.rooms)) session.missed.push_back(events_[i].packet);
  }
  return session;
}

}  // namespace pantheon::socketio
