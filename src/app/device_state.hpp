#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "core/json.hpp"
#include "identity/device_key.hpp"
#include "identity/key_book.hpp"

namespace pantheon::app {

/// What this device is to one account: its pins, and what it was given when it was paired.
struct Membership {
  std::string account;
  identity::KeyBook book{"", identity::KeyBook::FirstSight::refuse};
  core::json::array statements;  ///< about this device, by its voucher
  std::string access_token;
  std::string refresh_token;
  /// Of this device in that account, where it is not the usual one: it had been removed and came back.
  std::optional<identity::DeviceKey> own_key = std::nullopt;
};

/// The files of the data folder: `device.key` (the private key), `home.key` (see renew_home_key()), `lock`,
/// and one JSON file an account. Files are private to the owner and replaced in one step. Use from one
/// thread.
class DeviceState {
 public:
  /// Opens the folder, makes it and the key when they are not there, and holds the folder's lock until the
  /// end of this object: `already_running`, `bad_device_file`, or an error of the file system.
  static core::Result<DeviceState> open(const std::filesystem::path& folder);
  DeviceState(DeviceState&&) noexcept;
  DeviceState& operator=(DeviceState&&) = delete;
  ~DeviceState();

  const identity::DeviceKey& key() const { return key_; }
  /// The key of this device in the account of its own signaling server; the same, unless it was renewed.
  const identity::DeviceKey& home_key() const { return home_key_; }
  /// Makes another key for that account alone, kept in `home.key`: accounts elsewhere know this device by the
  /// one it has. Errors of the file system.
  core::Result<void> renew_home_key();
  const std::filesystem::path& folder() const { return folder_; }

  /// What is kept for a server (`home`, or the origin of a signaling server); nothing when it was never
  /// joined.
  core::Result<std::optional<Membership>> load(const std::string& server) const;
  core::Result<void> save(const std::string& server, const Membership& membership) const;

 private:
  DeviceState(std::filesystem::path folder, identity::DeviceKey key, identity::DeviceKey home_key, int lock);
  std::filesystem::path file_of(const std::string& server) const;

  std::filesystem::path folder_;
  identity::DeviceKey key_;
  identity::DeviceKey home_key_;
  int lock_;
};

}  // namespace pantheon::app
