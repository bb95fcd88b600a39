#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/error.hpp"
#include "core/json.hpp"
#include "signaling/census.hpp"
#include "signaling/member.hpp"
#include "signaling/options.hpp"

namespace pantheon::signaling {

/// Who is connected to this node, account by account. Every look-up takes an account and never leaves it:
/// this is where it is decided that accounts cannot reach each other.
class Rooms {
 public:
  /// With a census, the limits are those of all shards together.
  explicit Rooms(const Limits& limits, std::shared_ptr<Census> census = nullptr)
      : limits_(limits), census_(std::move(census)) {}

  /// Whether the account may have one more socket: `account_full`, `server_full`.
  core::Result<void> check_space(const std::string& account) const;
  /// Whether an address may have one more socket: `address_full`. One that is not known has no limit.
  core::Result<void> check_address(const std::optional<boost::asio::ip::address>& address) const;
  void add(const MemberPointer& member);
  void remove(const MemberPointer& member);

  /// All sockets of an account, oldest first. A copy: members may go while the caller runs over it.
  std::vector<MemberPointer> members(const std::string& account) const;
  /// Sockets of a device, oldest first.
  std::vector<MemberPointer> of_device(const std::string& account, std::string_view device_id) const;
  MemberPointer find(const std::string& account, std::string_view socket_id) const;
  /// The joined socket of a device that came last, the asking one left out; null when there is none.
  MemberPointer newest_joined(const Member& asking, std::string_view device_id) const;

  /// Emits to all joined sockets of the member's account but its own; serialised once, if there are any.
  void emit_to_others(const Member& member, std::string_view event, const core::json::object& payload) const;
  /// The same, with the payload as JSON text.
  void emit_text_to_others(const Member& member, std::string_view event, std::string_view payload) const;
  /// Whether emit_to_others() would reach anybody.
  bool has_others(const Member& member) const;
  /// Emits to all sockets of an account.
  void emit_to_account(const std::string& account, std::string_view event,
                       const core::json::object& payload) const;
  /// Disconnects all sockets of a device.
  void cut_device(const std::string& account, std::string_view device_id) const;

  std::size_t sockets() const { return sockets_; }
  std::size_t accounts() const { return accounts_.size(); }

 private:
  void forget(const Member& member);
  Limits limits_;
  std::shared_ptr<Census> census_;  ///< null: this is all there is
  std::unordered_map<std::string, std::vector<MemberPointer>> accounts_;
  std::unordered_map<std::string, std::size_t> addresses_;  ///< to the number of its sockets
  std::size_t sockets_ = 0;
};

}  // namespace pantheon::signaling
