#pragma once

#include <array>
#include <cstdint>

#include "core/json.hpp"
#include "signaling/member.hpp"

namespace pantheon::signaling {

/// Who still uses what: signed-in sockets by the generation of their protocol, now and since the start.
class ClientCounts {
 public:
  enum class Kind { generation1, generation2, current };

  static Kind kind_of(const Member& member) {
    if (member.generation == 1) return Kind::generation1;
    return member.can_link ? Kind::current : Kind::generation2;
  }
  void arrived(const Member& member) {
    auto& count = at(kind_of(member));
    ++count.now;
    ++count.in_all;
  }
  void left(const Member& member) { --at(kind_of(member)).now; }

  std::size_t now(Kind kind) const { return counts_.at(static_cast<std::size_t>(kind)).now; }
  std::uint64_t since_start(Kind kind) const { return counts_.at(static_cast<std::size_t>(kind)).in_all; }

  /// `{ generation1: { now, sinceStart }, generation2: ..., current: ... }`
  core::json::object to_json() const {
    const auto entry = [&](Kind kind) {
      return core::json::object{{"now", now(kind)}, {"sinceStart", since_start(kind)}};
    };
    return {{"generation1", entry(Kind::generation1)},
            {"generation2", entry(Kind::generation2)},
            {"current", entry(Kind::current)}};
  }

 private:
  struct Count {
    std::size_t now = 0;
    std::uint64_t in_all = 0;
  };
  Count& at(Kind kind) { return counts_.at(static_cast<std::size_t>(kind)); }
  std::array<Count, 3> counts_;
};

}  // namespace pantheon::signaling
