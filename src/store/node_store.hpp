#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "store/database.hpp"

namespace pantheon::store {

/// Which node holds an open pairing code.
struct CodeOwner {
  std::string node;
  std::string account;
  std::string device_id;
};

/// What several signaling nodes on one data folder must agree on at once, beside DeviceStore: which nonces
/// are used, and who holds which pairing code. Each call is one step that no other process sees half done.
/// Every error is one of StoreError. Use from one thread at a time.
class NodeStore {
 public:
  static core::Result<NodeStore> open(const std::filesystem::path& file);

  /// True for the first that uses it, on whatever node.
  core::Result<bool> use_nonce(std::string_view nonce, core::WallTime expires_at);

  /// The node holds the code from now on; nothing when it is another device's. A device may take its code
  /// along to another node. When the code ends, which is as it was first opened. `code` is a hash: the code
  /// itself is never kept.
  core::Result<std::optional<core::WallTime>> hold_code(std::string_view code, const CodeOwner& owner,
                                                        core::WallTime expires_at);
  core::Result<std::optional<CodeOwner>> code_owner(std::string_view code, core::WallTime now);
  /// True for the one that uses the code up: it must hold it still.
  core::Result<bool> burn_code(std::string_view code, std::string_view node);
  /// Closes a code of the account.
  core::Result<void> close_code(std::string_view code, std::string_view account);
  core::Result<void> close_codes_of(std::string_view account, std::string_view device_id);

  core::Result<void> forget_expired(core::WallTime now);

 private:
  explicit NodeStore(Database database) : database_(std::move(database)) {}
  Database database_;
};

}  // namespace pantheon::store
