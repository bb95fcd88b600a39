#include "store/node_store.hpp"

#include <array>

namespace pantheon::store {
namespace {

constexpr std::string_view kNodeTables = R"(
CREATE TABLE used_nonces (nonce TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX used_nonces_by_end ON used_nonces (expires_at);
CREATE TABLE pairing_codes (
  code TEXT PRIMARY KEY,
  node TEXT NOT NULL,
  account TEXT NOT NULL,
  device_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID)";

constexpr std::array<Migration, 1> kNodeMigrations{{{kNodeTables}}};

/// Whether a statement without rows changed one.
core::Result<bool> changed_a_row(Query& query) {
  const auto changed = query.run();
  if (!changed) return core::failure(changed.error());
  return *changed != 0;
}

}  // namespace

core::Result<NodeStore> NodeStore::open(const std::filesystem::path& file) {
  auto database = Database::open(file, kNodeMigrations);
  if (!database) return core::failure(database.error());
  return NodeStore(std::move(*database));
}

core::Result<bool> NodeStore::use_nonce(std::string_view nonce, core::WallTime expires_at) {
  auto query =
      database_.prepare("INSERT INTO used_nonces (nonce, expires_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
  if (!query) return core::failure(query.error());
  query->bind(nonce).bind(millis(expires_at));
  return changed_a_row(*query);
}

core::Result<std::optional<core::WallTime>> NodeStore::hold_code(std::string_view code,
                                                                 const CodeOwner& owner,
                                                                 core::WallTime expires_at) {
  auto query = database_.prepare(
      "INSERT INTO pairing_codes (code, node, account, device_id, expires_at) VALUES (?1, ?2, ?3, ?4, ?5) "
      "ON CONFLICT (code) DO UPDATE SET node = excluded.node "
      "WHERE account = excluded.account AND device_id = excluded.device_id "
      "RETURNING expires_at");
  if (!query) return core::failure(query.error());
  query->bind(code).bind(owner.node).bind(owner.account).bind(owner.device_id).bind(millis(expires_at));
  const auto held = query->step();
  if (!held) return core::failure(held.error());
  if (!*held) return std::optional<core::WallTime>();
  const core::WallTime end(std::chrono::milliseconds(query->integer(0)));
  if (const auto done = query->step(); !done) return core::failure(done.error());
  return std::optional(end);
}

core::Result<std::optional<CodeOwner>> NodeStore::code_owner(std::string_view code, core::WallTime now) {
  auto query = database_.prepare(
      "SELECT node, account, device_id FROM pairing_codes WHERE code = ?1 AND expires_at > ?2");
  if (!query) return core::failure(query.error());
  query->bind(code).bind(millis(now));
  const auto row = query->step();
  if (!row) return core::failure(row.error());
  if (!*row) return std::optional<CodeOwner>();
  return std::optional<CodeOwner>(
      CodeOwner{std::string(query->text(0)), std::string(query->text(1)), std::string(query->text(2))});
}

core::Result<bool> NodeStore::burn_code(std::string_view code, std::string_view node) {
  auto query = database_.prepare("DELETE FROM pairing_codes WHERE code = ?1 AND node = ?2");
  if (!query) return core::failure(query.error());
  query->bind(code).bind(node);
  return changed_a_row(*query);
}

core::Result<void> NodeStore::close_code(std::string_view code, std::string_view account) {
  auto query = database_.prepare("DELETE FROM pairing_codes WHERE code = ?1 AND account = ?2");
  if (!query) return core::failure(query.error());
  query->bind(code).bind(account);
  const auto closed = query->run();
  if (!closed) return core::failure(closed.error());
  return {};
}

core::Result<void> NodeStore::close_codes_of(std::string_view account, std::string_view device_id) {
  auto query = database_.prepare("DELETE FROM pairing_codes WHERE account = ?1 AND device_id = ?2");
  if (!query) return core::failure(query.error());
  query->bind(account).bind(device_id);
  const auto closed = query->run();
  if (!closed) return core::failure(closed.error());
  return {};
}

core::Result<void> NodeStore::forget_expired(core::WallTime now) {
  for (const auto* statement : {"DELETE FROM used_nonces WHERE expires_at <= ?1",
                                "DELETE FROM pairing_codes WHERE expires_at <= ?1"}) {
    auto query = database_.prepare(statement);
    if (!query) return core::failure(query.error());
    query->bind(millis(now));
    if (const auto done = query->run(); !done) return core::failure(done.error());
  }
  return {};
}

}  // namespace pantheon::store
