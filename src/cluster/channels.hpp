#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pantheon::cluster {

/// Names of the Redis channels of one namespace, as @socket.io/redis-adapter 8 makes them.
class Channels {
 public:
  /// `prefix` is the adapter's option `key`.
  explicit Channels(std::string_view nsp, std::string_view prefix = "socket.io");

  /// Where a broadcast goes: one room has a channel of its own, everything else the namespace's.
  std::string broadcast(std::string_view room = {}) const;
  /// Matches all of the namespace's broadcast channels (glob characters of its name are escaped).
  std::string broadcast_pattern() const;
  /// The room a broadcast channel is of; empty for the namespace's own, nothing for another channel.
  std::optional<std::string_view> room_of(std::string_view channel) const;

  const std::string& request() const { return request_; }
  const std::string& response() const { return response_; }
  /// For a server set to answer only the one that asked.
  std::string response_to(std::string_view uid) const;

 private:
  std::string broadcast_;
  std::string request_;
  std::string response_;
};

}  // namespace pantheon::cluster
