#include "cluster/channels.hpp"

namespace pantheon::cluster {

Channels::Channels(std::string_view nsp, std::string_view prefix)
    : broadcast_(prefix), request_(prefix), response_(prefix) {
  broadcast_.append("#").append(nsp).append("#");
  request_.append("-request#").append(nsp).append("#");
  response_.append("-response#").append(nsp).append("#");
}

std::string Channels::broadcast(std::string_view room) const {
  if (room.empty()) return broadcast_;
  return std::string(broadcast_).append(room).append("#");
}

std::string Channels::broadcast_pattern() const {
  std::string pattern;
  for (const char c : broadcast_) {
    if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\' || c == '^') pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern.append("*");
}

std::optional<std::string_view> Channels::room_of(std::string_view channel) const {
  if (!channel.starts_with(broadcast_)) return std::nullopt;
  auto room = channel.substr(broadcast_.size());
  if (!room.empty()) room.remove_suffix(1);
  return room;
}

std::string Channels::response_to(std::string_view uid) const {
  return std::string(response_).append(uid).append("#");
}

}  // namespace pantheon::cluster
