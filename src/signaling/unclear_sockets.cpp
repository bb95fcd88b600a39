#include "signaling/unclear_sockets.hpp"

namespace pantheon::signaling {

void UnclearSockets::add(const std::string& account, const std::string& socket_id, core::SteadyTime now) {
  while (!order_.empty() && (order_.size() >= kMost || sockets_.at(order_.front()).until <= now)) {
    sockets_.erase(order_.front());
    order_.pop_front();
  }
  const bool is_new = sockets_.try_emplace(socket_id, Entry{account, now + grace_}).second;
  if (is_new) order_.push_back(socket_id);
}

bool UnclearSockets::contains(std::string_view account, std::string_view socket_id,
                              core::SteadyTime now) const {
  const auto found = sockets_.find(std::string(socket_id));
  return found != sockets_.end() && found->second.account == account && now < found->second.until;
}

}  // namespace pantheon::signaling
