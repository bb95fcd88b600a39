#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cluster/groups.hpp"
#include "cluster/messenger.hpp"
#include "signaling/directory.hpp"
#include "signaling/presence.hpp"

namespace pantheon::signaling {

/// The peers of other nodes, or of other shards: each joined socket is an entry of its account's group, and
/// what happens in an account is told to the nodes that have sockets of it. A message to one socket goes to
/// its node alone and is never kept for later. Use from the executor's one thread.
class ClusterPeers final : public RemotePeers {
 public:
  using MakeGroups = std::function<std::unique_ptr<cluster::Groups>(cluster::Groups::Handlers)>;

  /// All must outlive it; make it before the nodes start.
  ClusterPeers(cluster::Messenger& nodes, Directory& directory, Presence& presence, std::size_t max_devices,
               const MakeGroups& make_groups);

  /// Call before a socket of the account is let in: returns when its peers on other nodes are known, or soon
  /// when they cannot be.
  boost::asio::awaitable<void> open(std::string account);
  /// Accounts that are open, those of all sockets here among them.
  std::vector<std::string> accounts() const;
  /// Forgets accounts without sockets here. Call every few seconds.
  void sweep();
  boost::asio::awaitable<void> stop() { return roster_->stop(); }
  /// Told of each revocation that another node tells of, before clients are.
  void on_revoked(std::function<void(const std::string& account, const core::json::object& told)> handler) {
    on_revoked_ = std::move(handler);
  }

  /// What is for a member of generation 1, which takes no events, goes here. Set before the first socket.
  using LegacyHandler = std::function<void(Member& to, std::string_view event, const core::json::object&)>;
  void on_legacy(LegacyHandler handler) { on_legacy_ = std::move(handler); }

  const std::vector<RemotePeer>& of_account(const std::string& account) const override;
  void send(const std::string& account, const std::string& socket_id, std::string_view event,
            const core::json::object& payload) override;
  void pass_signal(const Member& from, const std::string& to_socket, std::string_view signal) override;
  void tell(const std::string& account, std::string_view event, const core::json::object& payload) override;
  void cut_device(const std::string& account, std::string_view device_id) override;
  void publish(const Member& member, bool online) override;
  void publish_return(const Member& member, const std::string& from_node) override;
  void withdraw(const Member& member) override;
  void hand_on(const Member& before, const std::string& to_socket) override;

 private:
  void put(const std::string& account, const cluster::RosterEntry& entry, bool found);
  void dropped(const std::string& account, const cluster::RosterEntry& entry);
  void handed_on(const std::string& account, std::string_view from_socket, const core::json::object& message);
  void told(const std::string& account, const core::json::object& message);
  void receive(const core::json::object& message);
  void receive(const cluster::SocketText& signal);

  cluster::Messenger* nodes_;
  Directory* directory_;
  Presence* presence_;
  std::size_t max_devices_;
  std::unordered_map<std::string, std::vector<RemotePeer>> peers_;
  std::unordered_map<std::string, int> unused_;  ///< accounts without sockets, and for how many sweeps
  std::function<void(const std::string&, const core::json::object&)> on_revoked_;
  LegacyHandler on_legacy_;
  std::unique_ptr<cluster::Groups> roster_;
};

}  // namespace pantheon::signaling
