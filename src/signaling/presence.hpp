#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/async_event.hpp"
#include "signaling/directory.hpp"
#include "signaling/event_router.hpp"
#include "signaling/list_refreshes.hpp"

namespace pantheon::signaling {

/// Why a connection ended that the server closed because it stops, as Socket.IO names it.
inline constexpr std::string_view kServerStops = "server shutting down";

/// Who sees whom: `join-account`, `request-peer-list`, `peer-joined`, `existing-peers`, `peer-list`,
/// `peer-left`.
class Presence {
 public:
  Presence(boost::asio::any_io_executor executor, Directory& directory, Rate list_refreshes);
  void add_to(EventRouter& router);

  /// After a socket was signed in: takes it into its account and replaces the socket of the same proven
  /// installation.
  void arrived(const MemberPointer& member);
  /// After a socket has gone, with the reason Socket.IO gives. One whose connection broke may be back soon.
  void left(const MemberPointer& member, std::string_view reason);
  /// Ends absences when their time is over, until it is cancelled.
  static boost::asio::awaitable<void> run(Presence& self);
  /// Makes it seen by the others, and lists them for it unless it is of generation 1.
  EventResult join(const MemberPointer& member);

  /// What was known when a socket of another node came.
  struct Arrival {
    bool was_listed = false;         ///< its device
    bool found = false;              ///< nobody has told of it: it was found when Redis came back
    bool continues_another = false;  ///< one that dropped on another node than this
    std::uint64_t away_since = std::numeric_limits<std::uint64_t>::max();  ///< of the socket it continues
  };
  /// Another node has a new joined socket. Ends what it continues here, without a leave.
  void remote_arrived(const std::string& account, const RemotePeer& peer, const Arrival& arrival);
  /// The entry of another node's socket has changed, and nobody has told of it.
  void remote_changed(const std::string& account, const RemotePeer& peer);
  /// A socket of another node is listed no more: the one of which nothing is left says so on each node.
  void remote_left(const std::string& account, const RemotePeer& peer);
  /// Now, in the order of lists and absences.
  std::uint64_t next_moment() { return ++moment_; }

 private:
  void resume(const MemberPointer& member, const Absences::Continued& before);
  void hand_on(const Member& to, const Absences::Continued& before);
  void resume_from_elsewhere(const MemberPointer& member, const RemotePeer& before);
  void take_over(const Member& newcomer, Arrival& arrival);
  void tell_who_saw_it_away(const Member& back, const std::function<std::string()>& entry,
                            std::uint64_t since);
  core::Bytes list(const MemberPointer& member, std::string_view event);
  void end(const Member& member);
  void refresh_socket_lists(const Member& about);
  std::optional<core::SteadyTime> next_turn() const;
  Directory* directory_;
  const EventRouter* router_ = nullptr;
  ListRefreshes refreshes_;
  core::AsyncEvent absence_;
  std::uint64_t moment_ = 0;  ///< counts lists and absences, so that their order is known
};

}  // namespace pantheon::signaling
