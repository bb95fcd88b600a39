#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "signaling/absences.hpp"
#include "signaling/rooms.hpp"
#include "signaling/unclear_sockets.hpp"

namespace pantheon::signaling {

/// A joined socket that another node holds.
struct RemotePeer {
  std::string device_id;
  std::string socket_id;
  core::WallTime connected_at;
  bool online = true;        ///< false within its grace period
  core::json::object entry;  ///< as peer_entry() made it there
  std::string node = {};
  std::string instance = {};     ///< of the member there
  std::uint64_t away_since = 0;  ///< when it broke off, in the order of Presence; 0 while it is online
  int generation = 2;
  bool answers_requests = false;  ///< a host of ours that takes requests of generation 1
  core::json::value capabilities = core::json::array();  ///< as a client of generation 1 says them
  std::size_t models_size = 0;                           ///< bytes of JSON text
};

/// The peers that other nodes hold, and the way to them. A server of one node has none. Nothing here waits:
/// what is known of other nodes is kept at hand, and what is sent is queued.
class RemotePeers {
 public:
  virtual ~RemotePeers() = default;
  /// Joined sockets of an account on other nodes, oldest first; valid until the next turn of the loop.
  virtual const std::vector<RemotePeer>& of_account(const std::string& account) const = 0;
  virtual void send(const std::string& account, const std::string& socket_id, std::string_view event,
                    const core::json::object& payload) = 0;
  /// A signal of the member, as JSON text that was checked, to a socket of another node.
  virtual void pass_signal(const Member& from, const std::string& to_socket, std::string_view signal) = 0;
  /// To all joined sockets of the account on other nodes.
  virtual void tell(const std::string& account, std::string_view event,
                    const core::json::object& payload) = 0;
  /// Disconnects a device's sockets on other nodes.
  virtual void cut_device(const std::string& account, std::string_view device_id) = 0;
  /// A socket of this node joined, changed, or broke off (`online` is false): other nodes list it so.
  virtual void publish(const Member& member, bool online) = 0;
  /// A socket of this node joined as what dropped on that node, or on this (empty): no other node ends
  /// an absence for it.
  virtual void publish_return(const Member& member, const std::string& from_node) = 0;
  /// A socket of this node is listed no more; other nodes tell their members.
  virtual void withdraw(const Member& member) = 0;
  /// See Directory::hand_on().
  virtual void hand_on(const Member& before, const std::string& to_socket) = 0;
};

/// Where one socket is: on this node, on another, or nowhere.
struct Destination {
  MemberPointer local;
  std::string remote_socket;
  int remote_generation = 2;
  int generation() const { return local ? local->generation : remote_generation; }
  explicit operator bool() const { return local != nullptr || !remote_socket.empty(); }
};

/// Who is here: the members of this node, those of them that broke off a moment ago, and what is known of
/// other nodes. Every look-up takes an account and never leaves it.
class Directory {
 public:
  Directory(Rooms& rooms, Absences& absences)
      : rooms_(&rooms), absences_(&absences), unclear_(absences.grace()) {}
  /// Call before the first socket arrives; must outlive this. Null: there are no other nodes.
  void attach(RemotePeers* remote) { remote_ = remote; }

  /// Runs when absences were ended before their time.
  void on_absences_cut(std::function<void()> handler) { on_absences_cut_ = std::move(handler); }

  Rooms& rooms() { return *rooms_; }
  Absences& absences() { return *absences_; }

  /// What a member sees, as JSON text: the array of the entries of all other joined sockets of its account.
  /// Those that broke off have `online: false`.
  std::string others(const Member& member) const;
  /// The joined socket of that id.
  Destination find(const std::string& account, std::string_view socket_id) const;
  /// The newest joined socket of a device, the member itself left out.
  Destination newest(const Member& asking, std::string_view device_id) const;
  /// Whether a joined socket of that id broke off a moment ago and may be back soon, or is back, but nobody
  /// knows as which.
  bool is_away(const std::string& account, std::string_view socket_id) const;
  /// Whether others see the device: it has a joined socket or one that may be back soon.
  bool is_listed(const std::string& account, std::string_view device_id) const;
  /// Joined sockets of a device on other nodes.
  std::vector<RemotePeer> elsewhere(const std::string& account, std::string_view device_id) const;
  /// Those of all devices.
  const std::vector<RemotePeer>& elsewhere(const std::string& account) const { return remote_peers(account); }
  /// Whether the device has a socket just now, joined or not.
  bool is_connected(const std::string& account, std::string_view device_id) const;
  /// The socket of another node that this one continues, because the device dropped there or is the same
  /// proven installation.
  std::optional<RemotePeer> continued_elsewhere(const Member& member) const;
  /// Whether an older client may just as well be one that dropped on another node.
  bool may_be_of_elsewhere(const Member& member) const;
  /// Whether this node has sockets of the account, or some that may be back soon.
  bool has_members(const std::string& account) const;
  /// Live sockets of the member's account on other nodes, but for what it continues.
  std::size_t sockets_elsewhere(const Member& member) const;
  /// Bytes of all lists of models of the account, also on other nodes, the member's own left out.
  std::size_t models_size_of_others(const Member& member) const;

  void send(const std::string& account, const Destination& to, std::string_view event,
            const core::json::object& payload) const;
  /// A signal, as JSON text that was checked, to a socket of another node.
  void pass_signal(const Member& from, const std::string& to_socket, std::string_view signal) const;
  /// To all other joined sockets of the account.
  void tell_others(const Member& member, std::string_view event, const core::json::object& payload) const;
  /// To all joined sockets of a device but the member. False when it has none that takes events: generation 1
  /// does not.
  bool tell_device(const Member& member, std::string_view device_id, std::string_view event,
                   const core::json::object& payload) const;
  /// Tells all others that the member is here (`peer-joined`).
  void announce(const Member& member) const;
  /// To all sockets of an account.
  void tell_account(const std::string& account, std::string_view event,
                    const core::json::object& payload) const;
  /// Disconnects all sockets of a device; it has left for good.
  void cut_device(const std::string& account, std::string_view device_id) const;

  /// The same on this node alone.
  void cut_here(const std::string& account, std::string_view device_id) const;

  /// A socket came back as another one: what is for it goes there, on all nodes, and whom it was asked by is
  /// known there. With an empty id nobody knows as which: for a grace period, what is for it goes to nobody.
  void hand_on(const Member& before, const std::string& to_socket);
  /// The same on this node alone.
  void hand_on_here(const Member& before, const std::string& to_socket);

  void publish(const Member& member, bool online) const;
  void publish_return(const Member& member, const std::string& from_node = {}) const;
  void withdraw(const Member& member) const;

 private:
  const std::vector<RemotePeer>& remote_peers(const std::string& account) const;
  Rooms* rooms_;
  Absences* absences_;
  UnclearSockets unclear_;
  RemotePeers* remote_ = nullptr;
  std::function<void()> on_absences_cut_;
};

/// What others see of a member, as JSON text. Written as it is sent: every connect needs two of them.
std::string peer_entry_text(const Member& member, bool online = true);
/// The same as an object.
core::json::object peer_entry(const Member& member, bool online = true);

}  // namespace pantheon::signaling
