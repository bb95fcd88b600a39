#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/json.hpp"
#include "identity/device_key.hpp"
#include "identity/statement.hpp"

namespace pantheon::identity {

/// Why a key is accepted: it was pinned by pairing, a chain of statements leads to a pinned one, or it is
/// only remembered from the first time it was seen (to be shown as unverified).
enum class Trust { pinned, vouched, first_sight };

/// What one device knows of the keys of its account: pins, statements, revocations, keys seen first. The one
/// place that decides whether a key is that of a device. Not thread-safe; its owner stores it (to_json) after
/// a change.
class KeyBook {
 public:
  enum class FirstSight { refuse, remember };

  /// `first_sight`: `remember` only for accounts of a provider without pairing, unless the owner requires
  /// verified devices.
  KeyBook(std::string account, FirstSight first_sight);

  const std::string& account() const { return account_; }

  /// As the owner wants it now. With `refuse` the keys that were only seen are kept and not accepted.
  void set_first_sight(FirstSight first_sight) { first_sight_ = first_sight; }

  /// Accepts a key for a device id from now on, as pairing proved it (or as it is our own). Replaces an older
  /// key of that id and lifts nothing: a revoked id stays revoked (`device_revoked`). `key_book_full`.
  core::Result<void> pin(const std::string& device_id, const PublicKey& key);

  /// Whether the key is the device's. Learns from the statements that come with it, in any order, and
  /// remembers a first sight when that is allowed. `key_not_accepted`, `key_changed`, `device_revoked`,
  /// `key_book_full`.
  core::Result<Trust> accept(const std::string& device_id, const PublicKey& key,
                             std::span<const Statement> statements);

  /// Keeps statements whose signer is accepted now; the others are dropped. Revocations take effect at once.
  void learn(std::span<const Statement> statements);

  /// A device and a key of it.
  using KeyOfDevice = std::pair<std::string, PublicKey>;
  /// All that are pinned or vouched for now, without keys that have named their successor.
  std::set<KeyOfDevice> accepted() const;

  bool is_revoked(const std::string& device_id) const { return revoked_.contains(device_id); }
  /// The pinned key of a device, if there is one.
  const PublicKey* pinned(const std::string& device_id) const;

  /// Whether a peer of that id must prove a key: its key is known, it was revoked, or nobody unproven is let
  /// in at all.
  bool demands_proof(const std::string& device_id) const;

  /// Counts changes: the owner stores the book when it has risen.
  std::uint64_t revision() const { return revision_; }

  core::json::object to_json() const;
  /// `invalid_key_book`. Statements are verified again.
  static core::Result<KeyBook> from_json(const core::json::object& object);

 private:
  std::set<KeyOfDevice> accepted_keys(std::span<const Statement> more) const;
  bool follows(const std::set<KeyOfDevice>& accepted, const Statement& statement) const;
  bool is_by_who_still_speaks(const std::set<KeyOfDevice>& accepted, const Statement& statement) const;
  bool is_news_that_follows(const std::set<KeyOfDevice>& accepted, const Statement& statement) const;
  void apply_revocation(const Statement& statement, std::span<const Statement> more);
  void keep(const Statement& statement);
  core::Result<Trust> at_first_sight(const std::string& device_id, const PublicKey& key);
  bool has_room_for_seen();

  std::string account_;
  FirstSight first_sight_;
  std::map<std::string, PublicKey> pins_;
  std::map<std::string, PublicKey> seen_;
  std::map<std::string, Statement> revoked_;  ///< device id to the revocation
  std::vector<Statement> statements_;         ///< `device` and `rekey` with an accepted signer
  std::uint64_t revision_ = 0;
};

}  // namespace pantheon::identity
