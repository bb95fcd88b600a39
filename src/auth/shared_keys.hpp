#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "identity/device_key.hpp"

namespace pantheon::auth {

/// Shared keys (AUTH_KEY, AUTH_KEYS): all who hold one are one account. Immutable.
class SharedKeys {
 public:
  SharedKeys() = default;
  /// `auth_key`: one key, named "default". `auth_keys`: `name:key,name:key`; a name is 1 to 64 of
  /// `A-Za-z0-9._-`. Empty texts mean none. `invalid_shared_keys`.
  static core::Result<SharedKeys> parse(std::string_view auth_key, std::string_view auth_keys);

  /// The name of the key, in time that does not tell how close a guess was.
  std::optional<std::string> match(std::string_view key) const;
  bool empty() const { return keys_.empty(); }

 private:
  core::Result<void> add(std::string_view name, std::string_view key);
  std::vector<std::pair<std::string, identity::Digest>> keys_;  ///< by digest, once parsed
};

}  // namespace pantheon::auth
