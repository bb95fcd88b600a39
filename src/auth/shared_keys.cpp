#include "auth/shared_keys.hpp"

#include <algorithm>

#include "auth/error.hpp"

namespace pantheon::auth {
namespace {

constexpr std::size_t kMaxKeys = 1000;

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

}  // namespace

core::Result<void> SharedKeys::add(std::string_view name, std::string_view key) {
  if (!is_name(name) || key.empty())
    return core::failure(AuthError::invalid_shared_keys, "a name or key is malformed");
  const auto digest = identity::sha256(core::as_bytes(key));
  for (const auto& [other_name, other_digest] : keys_) {
    if (other_name == name || other_digest == digest) {
      return core::failure(AuthError::invalid_shared_keys, "a name or key stands there twice");
    }
  }
  if (keys_.size() >= kMaxKeys) return core::failure(AuthError::invalid_shared_keys, "too many keys");
  keys_.emplace_back(std::string(name), digest);
  return {};
}

core::Result<SharedKeys> SharedKeys::parse(std::string_view auth_key, std::string_view auth_keys) {
  SharedKeys keys;
  if (!auth_key.empty()) {
    if (auto added = keys.add("default", auth_key); !added) return core::failure(added.error());
  }
  while (!auth_keys.empty()) {
    const auto entry = auth_keys.substr(0, auth_keys.find(','));
    auth_keys.remove_prefix(std::min(entry.size() + 1, auth_keys.size()));
    const auto colon = entry.find(':');
    if (colon == std::string_view::npos)
      return core::failure(AuthError::invalid_shared_keys, "a colon is missing");
    if (auto added = keys.add(entry.substr(0, colon), entry.substr(colon + 1)); !added) {
      return core::failure(added.error());
    }
  }
  std::ranges::sort(keys.keys_, {}, &std::pair<std::string, identity::Digest>::second);
  return keys;
}

std::optional<std::string> SharedKeys::match(std::string_view key) const {
  const auto digest = identity::sha256(core::as_bytes(key));
  // How far a search for a digest gets tells nothing of the key: nobody can pick a key by its digest.
  const auto found =
      std::ranges::lower_bound(keys_, digest, {}, &std::pair<std::string, identity::Digest>::second);
  if (found == keys_.end() ||
      !core::equal_constant_time(core::ByteView(found->second), core::ByteView(digest)))
    return std::nullopt;
  return found->first;
}

}  // namespace pantheon::auth
