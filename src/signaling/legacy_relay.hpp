#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "cluster/messenger.hpp"
#include "core/task_group.hpp"
#include "signaling/directory.hpp"
#include "signaling/event_router.hpp"
#include "signaling/legacy_requests.hpp"
#include "signaling/legacy_session.hpp"
#include "signaling/rooms.hpp"

namespace pantheon::signaling {

/// What was passed on since the start.
struct LegacyCounters {
  std::uint64_t requests_to_generation1 = 0;  ///< to hosts of generation 1
  std::uint64_t requests_to_hosts = 0;        ///< of generation-1 clients, to hosts of ours
  std::uint64_t requests_refused = 0;
  std::uint64_t requests_timed_out = 0;
  std::uint64_t signals = 0;  ///< `offer`, `answer`, `ice_candidate`
};

/// Passes requests, answers and signals of generation 1 on, within one account: between two peers of
/// generation 1, from them to our hosts (`legacy-request`), and from our clients to hosts of generation 1
/// (`legacy-ask`). Their content crosses this server in the clear, is looked into by nobody and never logged.
class LegacyRelay {
 public:
  using AnswerHandler = std::function<void(LegacyAnswer)>;

  LegacyRelay(boost::asio::any_io_executor executor, Rooms& rooms, const Options& options);

  /// `legacy-ask`.
  void add_to(EventRouter& router);
  /// Requests go to peers of other nodes too. Call before the first socket arrives; both must outlive this.
  void reach(const Directory& directory, cluster::Messenger& nodes);
  /// A request of a peer of another node to one of this, and what it is answered.
  static bool is_of_another_node(const core::json::object& message);
  static boost::asio::awaitable<core::json::object> answer_another_node(LegacyRelay& self,
                                                                        core::json::object message);

  /// After a generation-1 client has signed in; after any member has gone.
  void arrived(const LegacySessionPointer& session);
  void left(const Member& member);
  /// The session of a generation-1 member; null when it has gone.
  LegacySessionPointer session_of(const Member& member) const;

  /// A generation-1 client asks: it is answered in any case.
  void request(const LegacySessionPointer& asker, LegacyRequest request);
  /// A generation-1 host answers. `request_unknown`.
  core::Result<void> response(const Member& host, LegacyResponse response);
  /// It has, and nobody can read what: who asks is told so, if somebody waits for it.
  void unreadable(const Member& host, const std::string& asker, const LegacyRequestId& request_id);
  /// `peer_unavailable`, `peer_too_old`.
  core::Result<void> signal(const Member& from, LegacySignal signal);
  /// One of a peer of another node, for a member of this.
  void signal_from_elsewhere(Member& to, std::string_view event, const core::json::object& payload);

  /// Gives up on requests whose time is over. Call every second.
  void sweep();
  boost::asio::awaitable<void> stop();

  const LegacyCounters& counters() const { return counters_; }

 private:
  using Suitable = bool (*)(const Member&);
  /// Who asks, also on another node.
  struct Asker {
    std::string device_id;
    std::string socket_id;
  };
  /// One more request that waits for an answer, of its asker or at its host, as long as this is kept.
  using Place = std::shared_ptr<void>;
  /// `peer_busy`.
  core::Result<Place> take_place(const MemberPointer& from) const;
  core::Result<Place> take_place_at(const MemberPointer& host);
  EventResult ask(const MemberPointer& asker, const socketio::Event& event);
  MemberPointer choose(const Member& from, std::string_view peer_id, Suitable suitable) const;
  tl::expected<void, EventFailure> pass_on(const MemberPointer& from, const MemberPointer& target,
                                           LegacyRequest request, AnswerHandler answer);
  tl::expected<void, EventFailure> admit(Member& from);
  core::Result<void> give(const MemberPointer& from, const MemberPointer& target, LegacyRequest request,
                          AnswerHandler answer);
  core::Result<void> give_to_generation1(const Asker& from, const Member& host, LegacyRequest request,
                                         AnswerHandler answer);
  core::Result<void> give_elsewhere(const MemberPointer& from, LegacyRequest request, AnswerHandler answer);
  core::Result<void> signal_elsewhere(const Member& from, LegacySignal signal);
  std::vector<RemotePeer> peers_elsewhere(const Member& from, std::string_view device_id) const;
  static boost::asio::awaitable<void> ask_elsewhere(LegacyRelay& self, MemberPointer from, Place place,
                                                    RemotePeer to, LegacyRequest request,
                                                    AnswerHandler answer);
  static boost::asio::awaitable<LegacyAnswer> ask_here(LegacyRelay& self, Asker from, MemberPointer host,
                                                       LegacyRequest request);
  static boost::asio::awaitable<LegacyAnswer> ask_generation1(LegacyRelay& self, Asker from,
                                                              MemberPointer host, LegacyRequest request);
  static boost::asio::awaitable<LegacyAnswer> ask_socket(LegacyRelay& self, Asker from,
                                                         std::shared_ptr<socketio::Socket> host,
                                                         LegacyRequest request);
  core::Result<void> give_to_host(const MemberPointer& from, const MemberPointer& host, LegacyRequest request,
                                  AnswerHandler answer);
  static boost::asio::awaitable<void> ask_host(LegacyRelay& self, Asker from, std::array<Place, 2> places,
                                               std::shared_ptr<socketio::Socket> host, LegacyRequest request,
                                               AnswerHandler answer);
  Rooms* rooms_;
  const Directory* directory_ = nullptr;
  cluster::Messenger* nodes_ = nullptr;  ///< null: there are no other nodes
  LegacyMode mode_;
  Limits limits_;
  std::chrono::milliseconds timeout_;
  LegacyRequests requests_;
  std::size_t at_hosts_ = 0;  ///< requests that wait at hosts of ours
  LegacyCounters counters_;
  std::unordered_map<std::string, LegacySessionPointer> sessions_;  ///< by socket id
  core::TaskGroup tasks_;
};

}  // namespace pantheon::signaling
