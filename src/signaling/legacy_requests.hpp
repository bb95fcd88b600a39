#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/clock.hpp"
#include "signaling/legacy_message.hpp"

namespace pantheon::signaling {

/// Requests that generation-1 hosts have been given and not answered yet. Pure: time comes in as a parameter.
class LegacyRequests {
 public:
  struct Limits {
    std::size_t of_asker = 16;
    std::size_t of_host = 32;
    std::size_t in_all = 10'000;
  };
  struct Pending {
    std::string asker;           ///< socket id
    LegacyRequestId request_id;  ///< as the asker chose it
    LegacyAnswerKind kind = LegacyAnswerKind::chat;
    core::SteadyTime deadline;
    std::function<void(LegacyAnswer)> answer;  ///< tells the asker
  };
  /// Which request a host answers: who asked, as the host was told, and the id it was given.
  struct Name {
    std::string host;  ///< socket id
    std::string from_peer_id;
    LegacyRequestId request_id;
  };

  LegacyRequests() : LegacyRequests(Limits{}) {}
  explicit LegacyRequests(Limits limits) : limits_(limits) {}

  /// Notes a request and says under which id its host is to be given it: the asker's own, unless another of
  /// the same peer id has that one open at this host. `peer_busy`.
  core::Result<LegacyRequestId> add(const std::string& host, const std::string& from_peer_id,
                                    Pending pending);
  /// The request that a host answers; it is no longer pending. `request_unknown`.
  core::Result<Pending> take(const Name& name);
  /// Those whose time is over, of a host that left, and of an asker that left: no longer pending.
  std::vector<Pending> take_expired(core::SteadyTime now);
  std::vector<Pending> take_of_host(const std::string& host);
  void drop_of_asker(const std::string& asker);

  std::size_t size() const { return pending_.size(); }

 private:
  using Key = std::tuple<std::string, std::string, std::string>;  // host, peer id, request id as JSON text
  template <class Predicate>
  std::vector<Pending> take_if(Predicate predicate);
  Limits limits_;
  std::map<Key, Pending> pending_;
};

}  // namespace pantheon::signaling
