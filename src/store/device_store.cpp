#include "store/device_store.hpp"

#include <array>

namespace pantheon::store {
namespace {

constexpr std::string_view kDeviceTables = R"(
CREATE TABLE server (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE accounts (id TEXT PRIMARY KEY, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE devices (
  account TEXT NOT NULL REFERENCES accounts(id),
  device_id TEXT NOT NULL,
  public_key TEXT NOT NULL,
  name TEXT NOT NULL,
  platform TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  token_generation INTEGER NOT NULL DEFAULT 0,
  revoked INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (account, device_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE statements (
  id INTEGER PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts(id),
  device_id TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (account, device_id, body)
) STRICT;
CREATE TABLE refresh_tokens (
  hash BLOB PRIMARY KEY,
  account TEXT NOT NULL,
  device_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  superseded_at INTEGER,
  FOREIGN KEY (account, device_id) REFERENCES devices(account, device_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_of_device ON refresh_tokens (account, device_id);
CREATE INDEX refresh_tokens_by_end ON refresh_tokens (expires_at))";

constexpr std::string_view kPredecessors = "ALTER TABLE refresh_tokens ADD COLUMN predecessor BLOB";

constexpr std::string_view kSuccessors =
    "CREATE INDEX refresh_tokens_by_predecessor ON refresh_tokens (predecessor) WHERE predecessor IS NOT "
    "NULL";

constexpr std::array<Migration, 3> kDeviceMigrations{{{kDeviceTables}, {kPredecessors}, {kSuccessors}}};

constexpr std::string_view kDeviceColumns =
    "SELECT account, device_id, public_key, name, platform, created_at, last_seen, token_generation, revoked "
    "FROM devices WHERE account = ?1";

core::WallTime time_of(std::int64_t millis) {
  return core::WallTime(std::chrono::milliseconds(millis));
}

DeviceRow read_device(const Query& query) {
  DeviceRow device;
  device.account = query.text(0);
  device.device_id = query.text(1);
  device.public_key = query.text(2);
  device.name = query.text(3);
  device.platform = query.text(4);
  device.created_at = time_of(query.integer(5));
  device.last_seen = time_of(query.integer(6));
  device.token_generation = query.integer(7);
  device.revoked = query.integer(8) != 0;
  return device;
}

core::Result<std::size_t> read_count(core::Result<Query>& query) {
  if (!query) return core::failure(query.error());
  const auto row = query->step();
  if (!row) return core::failure(row.error());
  return static_cast<std::size_t>(query->integer(0));
}

core::Result<DeviceCount> read_device_count(core::Result<Query>& query) {
  if (!query) return core::failure(query.error());
  if (const auto row = query->step(); !row) return core::failure(row.error());
  return DeviceCount{static_cast<std::size_t>(query->integer(0)),
                     static_cast<std::size_t>(query->integer(1))};
}

}  // namespace

core::Result<DeviceStore> DeviceStore::open(const std::filesystem::path& file) {
  auto database = Database::open(file, kDeviceMigrations);
  if (!database) return core::failure(database.error());
  return DeviceStore(std::move(*database));
}

core::Result<void> DeviceStore::run(core::Result<Query>& query) {
  const auto changed = query->run();
  if (!changed) return core::failure(changed.error());
  return {};
}

core::Result<std::string> DeviceStore::server_value(std::string_view name, std::string_view value_if_absent) {
  auto insert = database_.prepare("INSERT INTO server (name, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
  if (!insert) return core::failure(insert.error());
  insert->bind(name).bind(value_if_absent);
  if (auto done = run(insert); !done) return core::failure(done.error());
  auto select = database_.prepare("SELECT value FROM server WHERE name = ?1");
  if (!select) return core::failure(select.error());
  select->bind(name);
  if (const auto row = select->step(); !row) return core::failure(row.error());
  return std::string(select->text(0));
}

core::Result<void> DeviceStore::check_writable(core::WallTime now) {
  auto query = database_.prepare(
      "INSERT INTO server (name, value) VALUES ('checked', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1");
  if (!query) return core::failure(query.error());
  query->bind(std::to_string(millis(now)));
  return run(query);
}

core::Result<std::optional<DeviceRow>> DeviceStore::find_device(std::string_view account,
                                                                std::string_view device_id) {
  const auto before = database_.moment();
  if (before && absent_.holds(*before, account, device_id)) return std::optional<DeviceRow>();
  static const std::string kSql = std::string(kDeviceColumns) + " AND device_id = ?2";
  auto query = database_.prepare(kSql);
  if (!query) return core::failure(query.error());
  query->bind(account).bind(device_id);
  const auto row = query->step();
  if (!row) return core::failure(row.error());
  if (*row) return std::optional<DeviceRow>(read_device(*query));
  absent_.add(before, database_.moment(), account, device_id);
  return std::optional<DeviceRow>();
}

core::Result<std::vector<DeviceRow>> DeviceStore::devices(std::string_view account) {
  auto query = database_.prepare(std::string(kDeviceColumns) + " ORDER BY created_at, device_id");
  if (!query) return core::failure(query.error());
  query->bind(account);
  std::vector<DeviceRow> devices;
  while (true) {
    const auto row = query->step();
    if (!row) return core::failure(row.error());
    if (!*row) return devices;
    devices.push_back(read_device(*query));
  }
}

core::Result<bool> DeviceStore::has_devices() {
  auto query = database_.prepare("SELECT EXISTS (SELECT 1 FROM devices)");
  const auto count = read_count(query);
  if (!count) return core::failure(count.error());
  return *count != 0;
}

core::Result<DeviceCount> DeviceStore::device_count(std::string_view account) {
  auto query = database_.prepare(
      "SELECT count(*) FILTER (WHERE revoked = 0), count(*) FILTER (WHERE revoked <> 0) FROM devices "
      "WHERE account = ?1");
  if (query) query->bind(account);
  return read_device_count(query);
}

core::Result<void> DeviceStore::save_device(const DeviceRow& device) {
  auto account =
      database_.prepare("INSERT INTO accounts (id, created_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING");
  if (!account) return core::failure(account.error());
  account->bind(device.account).bind(millis(device.created_at));
  if (auto done = run(account); !done) return done;
  auto query = database_.prepare(
      "INSERT INTO devices (account, device_id, public_key, name, platform, created_at, last_seen) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (account, device_id) DO UPDATE SET "
      "public_key = ?3, name = ?4, platform = ?5, last_seen = ?7");
  if (!query) return core::failure(query.error());
  query->bind(device.account)
      .bind(device.device_id)
      .bind(device.public_key)
      .bind(device.name)
      .bind(device.platform);
  query->bind(millis(device.created_at)).bind(millis(device.last_seen));
  return run(query);
}

core::Result<void> DeviceStore::touch_device(std::string_view account, std::string_view device_id,
                                             core::WallTime seen) {
  auto query = database_.prepare("UPDATE devices SET last_seen = ?3 WHERE account = ?1 AND device_id = ?2");
  if (!query) return core::failure(query.error());
  query->bind(account).bind(device_id).bind(millis(seen));
  return run(query);
}

core::Result<void> DeviceStore::revoke_device(std::string_view account, std::string_view device_id) {
  auto query = database_.prepare("UPDATE devices SET revoked = 1 WHERE account = ?1 AND device_id = ?2");
  if (!query) return core::failure(query.error());
  query->bind(account).bind(device_id);
  if (auto done = run(query); !done) return done;
  return revoke_tokens(account, device_id);
}

core::Result<void> DeviceStore::revoke_tokens(std::string_view account, std::string_view device_id) {
  auto generation = database_.prepare(
      "UPDATE devices SET token_generation = token_generation + 1 WHERE account = ?1 AND device_id = ?2");
  if (!generation) return core::failure(generation.error());
  generation->bind(account).bind(device_id);
  if (auto done = run(generation); !done) return done;
  auto tokens = database_.prepare("DELETE FROM refresh_tokens WHERE account = ?1 AND device_id = ?2");
  if (!tokens) return core::failure(tokens.error());
  tokens->bind(account).bind(device_id);
  return run(tokens);
}

core::Result<void> DeviceStore::add_statement(std::string_view account, std::string_view device_id,
                                              std::string_view text, core::WallTime now) {
  auto query = database_.prepare(
      "INSERT INTO statements (account, device_id, body, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO "
      "NOTHING");
  if (!query) return core::failure(query.error());
  query->bind(account).bind(device_id).bind(text).bind(millis(now));
  return run(query);
}

core::Result<std::vector<std::string>> DeviceStore::statements(std::string_view account,
                                                               std::string_view device_id) {
  auto query =
      database_.prepare("SELECT body FROM statements WHERE account = ?1 AND device_id = ?2 ORDER BY id");
  if (!query) return core::failure(query.error());
  query->bind(account).bind(device_id);
  std::vector<std::string> texts;
  while (true) {
    const auto row = query->step();
    if (!row) return core::failure(row.error());
    if (!*row) return texts;
    texts.emplace_back(query->text(0));
  }
}

core::Result<std::map<std::string, std::vector<std::string>>> DeviceStore::statements(
    std::string_view account) {
  auto query = database_.prepare("SELECT device_id, body FROM statements WHERE account = ?1 ORDER BY id");
  if (!query) return core::failure(query.error());
  query->bind(account);
  std::map<std::string, std::vector<std::string>> by_device;
  while (true) {
    const auto row = query->step();
    if (!row) return core::failure(row.error());
    if (!*row) return by_device;
    by_device[std::string(query->text(0))].emplace_back(query->text(1));
  }
}

core::Result<std::vector<RevocationRow>> DeviceStore::revocations() {
  auto query = database_.prepare(
      "SELECT account, device_id, body FROM statements JOIN devices USING (account, device_id) "
      "WHERE revoked = 1 ORDER BY id");
  if (!query) return core::failure(query.error());
  std::vector<RevocationRow> rows;
  while (true) {
    const auto row = query->step();
    if (!row) return core::failure(row.error());
    if (!*row) return rows;
    rows.push_back({std::string(query->text(0)), std::string(query->text(1)), std::string(query->text(2))});
  }
}

core::Result<DeviceCount> DeviceStore::statement_count(std::string_view account) {
  auto query = database_.prepare(
      "SELECT count(*) FILTER (WHERE revoked = 0), count(*) FILTER (WHERE revoked <> 0) FROM statements "
      "JOIN devices USING (account, device_id) WHERE account = ?1");
  if (query) query->bind(account);
  return read_device_count(query);
}

core::Result<void> DeviceStore::add_refresh_token(const RefreshTokenRow& token) {
  auto query = database_.prepare(
      "INSERT INTO refresh_tokens (hash, account, device_id, expires_at, predecessor) VALUES (?1, ?2, ?3, "
      "?4, "
      "?5)");
  if (!query) return core::failure(query.error());
  query->bind(core::ByteView(token.hash))
      .bind(token.account)
      .bind(token.device_id)
      .bind(millis(token.expires_at));
  if (token.predecessor) query->bind(core::ByteView(*token.predecessor));
  return run(query);
}

core::Result<std::optional<RefreshTokenRow>> DeviceStore::find_refresh_token(core::ByteView hash) {
  auto query = database_.prepare(
      "SELECT account, device_id, expires_at, superseded_at, predecessor FROM refresh_tokens WHERE hash = "
      "?1");
  if (!query) return core::failure(query.error());
  query->bind(hash);
  const auto row = query->step();
  if (!row) return core::failure(row.error());
  if (!*row) return std::optional<RefreshTokenRow>();
  RefreshTokenRow token;
  token.hash.assign(hash.begin(), hash.end());
  token.account = query->text(0);
  token.device_id = query->text(1);
  token.expires_at = time_of(query->integer(2));
  if (!query->is_null(3)) token.superseded_at = time_of(query->integer(3));
  if (!query->is_null(4)) {
    const auto predecessor = query->blob(4);
    token.predecessor.emplace(predecessor.begin(), predecessor.end());
  }
  return std::optional<RefreshTokenRow>(std::move(token));
}

core::Result<void> DeviceStore::supersede_refresh_token(core::ByteView hash, core::WallTime now) {
  auto query = database_.prepare(
      "UPDATE refresh_tokens SET superseded_at = ?2 WHERE hash = ?1 AND superseded_at IS NULL");
  if (!query) return core::failure(query.error());
  query->bind(hash).bind(millis(now));
  return run(query);
}

core::Result<void> DeviceStore::keep_newest_successors(core::ByteView predecessor, core::ByteView latest,
                                                       std::size_t most) {
  auto query = database_.prepare(
      "DELETE FROM refresh_tokens WHERE hash IN (SELECT hash FROM refresh_tokens AS sibling WHERE "
      "predecessor = ?1 AND NOT EXISTS (SELECT 1 FROM refresh_tokens AS next WHERE next.predecessor = "
      "sibling.hash) ORDER BY hash = ?2 DESC, expires_at DESC LIMIT -1 OFFSET ?3)");
  if (!query) return core::failure(query.error());
  query->bind(predecessor).bind(latest).bind(static_cast<std::int64_t>(most));
  return run(query);
}

core::Result<void> DeviceStore::keep_newest_of_device(std::string_view account, std::string_view device_id,
                                                      core::ByteView latest, std::size_t most) {
  auto query = database_.prepare(
      "DELETE FROM refresh_tokens WHERE hash IN (SELECT hash FROM refresh_tokens WHERE account = ?1 AND "
      "device_id = ?2 ORDER BY hash = ?3 DESC, expires_at DESC LIMIT -1 OFFSET ?4)");
  if (!query) return core::failure(query.error());
  query->bind(account).bind(device_id).bind(latest).bind(static_cast<std::int64_t>(most));
  return run(query);
}

core::Result<void> DeviceStore::delete_expired_refresh_tokens(core::WallTime now) {
  auto query = database_.prepare("DELETE FROM refresh_tokens WHERE expires_at <= ?1");
  if (!query) return core::failure(query.error());
  query->bind(millis(now));
  return run(query);
}

}  // namespace pantheon::store
