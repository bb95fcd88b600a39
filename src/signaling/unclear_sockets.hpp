#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/clock.hpp"

namespace pantheon::signaling {

/// Sockets of an older id that came back, but nobody knows as which: what is for them goes to no other socket
/// of the id while their grace period lasts. In memory and bounded: of too many the oldest give way. Pure.
class UnclearSockets {
 public:
  static constexpr std::size_t kMost = 4096;

  explicit UnclearSockets(std::chrono::milliseconds grace) : grace_(grace) {}
  void add(const std::string& account, const std::string& socket_id, core::SteadyTime now);
  bool contains(std::string_view account, std::string_view socket_id, core::SteadyTime now) const;
  std::size_t size() const { return sockets_.size(); }

 private:
  struct Entry {
    std::string account;
    core::SteadyTime until;
  };
  std::chrono::milliseconds grace_;
  std::unordered_map<std::string, Entry> sockets_;  ///< by socket id, which no two sockets share
  std::deque<std::string> order_;                   ///< the next to end first
};

}  // namespace pantheon::signaling
