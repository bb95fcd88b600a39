#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "store/absent_devices.hpp"
#include "store/database.hpp"

namespace pantheon::store {

/// A device of an account. Keys are base64url text; this part knows no cryptography.
struct DeviceRow {
  std::string account;
  std::string device_id;
  std::string public_key;
  std::string name;
  std::string platform;
  core::WallTime created_at;
  core::WallTime last_seen;
  std::int64_t token_generation = 0;  ///< access tokens of an older one count no more
  bool revoked = false;
};

/// A refresh token, known by its hash only.
struct RefreshTokenRow {
  core::ByteVector hash;
  std::string account;
  std::string device_id;
  core::WallTime expires_at;
  std::optional<core::WallTime> superseded_at = {};  ///< when one given out in its place was first used
  std::optional<core::ByteVector> predecessor = {};  ///< hash of the one it was given out for
};

/// Of devices, or of statements about them.
struct DeviceCount {
  std::size_t in_use = 0;
  std::size_t revoked = 0;
};

/// A statement about a device that was revoked.
struct RevocationRow {
  std::string account;
  std::string device_id;
  std::string statement;
};

/// What the signaling server keeps: itself, accounts, devices, statements, refresh tokens. Every error is one
/// of StoreError. Use from one thread at a time.
class DeviceStore {
 public:
  static core::Result<DeviceStore> open(const std::filesystem::path& file);

  /// A value of the server itself (its id, its signing key); the first value given stays.
  core::Result<std::string> server_value(std::string_view name, std::string_view value_if_absent);

  /// Writes something small, to see whether that is possible.
  core::Result<void> check_writable(core::WallTime now);

  core::Result<std::optional<DeviceRow>> find_device(std::string_view account, std::string_view device_id);
  core::Result<std::vector<DeviceRow>> devices(std::string_view account);
  /// Whether any account has one.
  core::Result<bool> has_devices();
  /// How many devices of the account are kept.
  core::Result<DeviceCount> device_count(std::string_view account);
  /// Makes the device, or renews key, name, platform and last_seen of the one with this id. Never lifts a
  /// revocation.
  core::Result<void> save_device(const DeviceRow& device);
  core::Result<void> touch_device(std::string_view account, std::string_view device_id, core::WallTime seen);
  /// Marks the device as revoked, deletes its refresh tokens and ends the generation of its access tokens.
  core::Result<void> revoke_device(std::string_view account, std::string_view device_id);
  /// Deletes its refresh tokens and ends the generation of its access tokens; the device stays.
  core::Result<void> revoke_tokens(std::string_view account, std::string_view device_id);

  /// Statements as text, oldest first. One that is there already is not added again.
  core::Result<void> add_statement(std::string_view account, std::string_view device_id,
                                   std::string_view text, core::WallTime now);
  core::Result<std::vector<std::string>> statements(std::string_view account, std::string_view device_id);
  /// Those of all devices of the account, by device id, oldest first.
  core::Result<std::map<std::string, std::vector<std::string>>> statements(std::string_view account);
  core::Result<DeviceCount> statement_count(std::string_view account);
  /// All statements about revoked devices, of whatever account.
  core::Result<std::vector<RevocationRow>> revocations();

  core::Result<void> add_refresh_token(const RefreshTokenRow& token);
  core::Result<std::optional<RefreshTokenRow>> find_refresh_token(core::ByteView hash);
  /// Notes when a successor of the token was first used; a later call changes nothing.
  core::Result<void> supersede_refresh_token(core::ByteView hash, core::WallTime now);
  /// Of the tokens given out for that predecessor and never used, deletes all but so many of the newest;
  /// `latest`, one of them, stays.
  core::Result<void> keep_newest_successors(core::ByteView predecessor, core::ByteView latest,
                                            std::size_t most);
  /// Of all the tokens of a device, used or not, deletes all but so many of the newest; `latest`, one of
  /// them, stays. What was used long ago needs no row to be refused.
  core::Result<void> keep_newest_of_device(std::string_view account, std::string_view device_id,
                                           core::ByteView latest, std::size_t most);
  core::Result<void> delete_expired_refresh_tokens(core::WallTime now);

  /// For several changes that belong together.
  core::Result<Transaction> begin() { return database_.begin(); }

 private:
  explicit DeviceStore(Database database) : database_(std::move(database)) {}
  core::Result<void> run(core::Result<Query>& query);
  Database database_;
  AbsentDevices absent_;
};

}  // namespace pantheon::store
