#include "store/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <unordered_map>

#include "core/log.hpp"
#include "store/error.hpp"

namespace pantheon::store {
namespace {

constexpr std::chrono::milliseconds kPatience{5000};
constexpr std::chrono::milliseconds kTryAgain{5};

StoreError classify(int status) {
  switch (status & 0xFF) {
    case SQLITE_CANTOPEN:
      return StoreError::cannot_open;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return StoreError::not_writable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StoreError::corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreError::busy;
    case SQLITE_FULL:
      return StoreError::full;
    case SQLITE_CONSTRAINT:
      return StoreError::constraint;
    default:
      return StoreError::failed;
  }
}

tl::unexpected<core::Error> sqlite_failure(sqlite3* database, int status) {
  return core::failure(classify(status),
                       database == nullptr ? sqlite3_errstr(status) : sqlite3_errmsg(database));
}

core::Result<void> check(sqlite3* database, int status) {
  if (status != SQLITE_OK) return sqlite_failure(database, status);
  return {};
}

// SQLite makes files that others may read, and gives its side files the rights of the main file; so that one
// is made for it, empty.
core::Result<void> make_private_file(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::exists(file, error)) return {};
  const int handle = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (handle >= 0) {
    ::close(handle);
  } else if (errno != EEXIST) {
    return core::failure(StoreError::cannot_open, file.string());
  }
  return {};
}

}  // namespace

/// Statements that nobody uses just now, at most one of each text.
class Query::Idle {
 public:
  Idle() = default;
  ~Idle() {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  }
  Idle(const Idle&) = delete;
  Idle& operator=(const Idle&) = delete;

  /// Null when there is none of that text.
  sqlite3_stmt* take(std::string_view sql) {
    const auto found = statements_.find(sql);
    if (found == statements_.end()) return nullptr;
    sqlite3_stmt* const statement = found->second;
    statements_.erase(found);
    return statement;
  }

  void put(sqlite3_stmt* statement) {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    const bool kept =
        statements_.size() < kMost && statements_.emplace(sqlite3_sql(statement), statement).second;
    if (!kept) sqlite3_finalize(statement);
  }

 private:
  static constexpr std::size_t kMost = 128;
  std::unordered_map<std::string_view, sqlite3_stmt*> statements_;  // the text is the statement's own
};

void Query::Return::operator()(sqlite3_stmt* statement) const {
  idle->put(statement);
}

Database::Database(std::unique_ptr<sqlite3, Close> handle)
    : handle_(std::move(handle)), idle_(std::make_shared<Query::Idle>()) {}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Query& Query::bind(std::int64_t value) {
  bind_status_ |= sqlite3_bind_int64(statement_.get(), ++next_, value);
  return *this;
}

Query& Query::bind(std::string_view value) {
  bind_status_ |= sqlite3_bind_text64(statement_.get(), ++next_, value.data() == nullptr ? "" : value.data(),
                                      value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Query& Query::bind(core::ByteView value) {
  bind_status_ |=
      sqlite3_bind_blob64(statement_.get(), ++next_, value.data(), value.size(), SQLITE_TRANSIENT);
  return *this;
}

Query& Query::bind_null() {
  bind_status_ |= sqlite3_bind_null(statement_.get(), ++next_);
  return *this;
}

core::Result<bool> Query::step() {
  if (bind_status_ != SQLITE_OK) return core::failure(StoreError::failed, "a parameter could not be bound");
  const int status = sqlite3_step(statement_.get());
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return sqlite_failure(database_, status);
}

core::Result<std::int64_t> Query::run() {
  const auto row = step();
  if (!row) return core::failure(row.error());
  return sqlite3_changes64(database_);
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Query::text(int column) const {
  return core::as_text(blob(column));
}

core::ByteView Query::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ != nullptr) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
}

core::Result<void> Transaction::commit() {
  auto done = check(database_, sqlite3_exec(database_, "COMMIT", nullptr, nullptr, nullptr));
  if (done) database_ = nullptr;
  return done;
}

core::Result<Database> Database::open(const std::filesystem::path& file,
                                      std::span<const Migration> migrations) {
  if (file != ":memory:") {
    if (auto made = make_private_file(file); !made) return core::failure(made.error());
  }
  sqlite3* raw = nullptr;
  const int status = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  Database database{std::unique_ptr<sqlite3, Close>(raw)};
  if (status != SQLITE_OK) return core::failure(classify(status), file.string());
  const auto with_file = [&](const core::Error& error) {
    core::logger("store")->error("{}: {}", file.string(), error.message());
    return core::failure(error);
  };
  if (auto configured = database.configure(); !configured) return with_file(configured.error());
  if (auto migrated = database.migrate(migrations); !migrated) return with_file(migrated.error());
  return database;
}

core::Result<void> Database::configure() {
  sqlite3_busy_timeout(handle_.get(), static_cast<int>(kPatience.count()));
  sqlite3_extended_result_codes(handle_.get(), 1);
  if (sqlite3_db_readonly(handle_.get(), "main") == 1) return core::failure(StoreError::not_writable);
  if (auto logged = use_write_ahead_log(); !logged) return logged;
  return execute("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
}

// SQLite waits for nobody here, as two that change the mode of a new file together would wait for each other.
core::Result<void> Database::use_write_ahead_log() {
  for (const auto until = std::chrono::steady_clock::now() + kPatience;;) {
    auto done = execute("PRAGMA journal_mode = WAL");
    if (done || !done.error().is(StoreError::busy) || std::chrono::steady_clock::now() > until) return done;
    std::this_thread::sleep_for(kTryAgain);
  }
}

core::Result<void> Database::migrate(std::span<const Migration> migrations) {
  std::int64_t version = 0;
  {
    auto query = prepare("PRAGMA user_version");
    if (!query) return core::failure(query.error());
    const auto row = query->step();
    if (!row) return core::failure(row.error());
    version = query->integer(0);
  }
  const auto newest = static_cast<std::int64_t>(migrations.size());
  if (version > newest) {
    return core::failure(StoreError::newer_version, "version " + std::to_string(version) +
                                                        ", known are up to " + std::to_string(newest));
  }
  for (; version < newest; ++version) {
    if (auto applied = apply(migrations[static_cast<std::size_t>(version)], version + 1); !applied)
      return applied;
  }
  return {};
}

core::Result<void> Database::apply(const Migration& migration, std::int64_t version) {
  auto transaction = begin();
  if (!transaction) return core::failure(transaction.error());
  {
    // Two processes may open a new file together: the second finds the work done once it has the lock.
    auto query = prepare("PRAGMA user_version");
    if (!query) return core::failure(query.error());
    const auto row = query->step();
    if (!row) return core::failure(row.error());
    if (query->integer(0) >= version) return {};
  }
  const std::string sql =
      std::string(migration.sql) + ";PRAGMA user_version = " + std::to_string(version) + ";";
  if (auto done = execute(sql.c_str()); !done) return done;
  return transaction->commit();
}

core::Result<Query> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = idle_->take(sql);
  if (statement == nullptr) {
    const int status = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (status != SQLITE_OK) return sqlite_failure(handle_.get(), status);
  }
  return Query(handle_.get(), std::unique_ptr<sqlite3_stmt, Query::Return>(statement, Query::Return{idle_}));
}

core::Result<void> Database::execute(const char* sql) {
  return check(handle_.get(), sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr));
}

std::optional<Moment> Database::moment() const {
  constexpr int kIndexPage = 32 * 1024;
  constexpr std::size_t kCopy = std::tuple_size_v<Moment> / 2;
  constexpr std::size_t kIsComplete = 12;  // where each copy says so
  sqlite3_file* file = nullptr;
  const bool told =
      sqlite3_txn_state(handle_.get(), "main") == SQLITE_TXN_NONE &&
      sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK;
  if (!told || file == nullptr || file->pMethods == nullptr || file->pMethods->iVersion < 2)
    return std::nullopt;
  void volatile* index = nullptr;
  if (file->pMethods->xShmMap(file, 0, kIndexPage, 0, &index) != SQLITE_OK || index == nullptr)
    return std::nullopt;
  // Whoever commits writes the second copy first.
  auto* const header = static_cast<const std::uint8_t*>(const_cast<const void*>(index));
  Moment moment;
  std::memcpy(moment.data(), header, kCopy);
  file->pMethods->xShmBarrier(file);
  std::memcpy(moment.data() + kCopy, header + kCopy, kCopy);
  const auto copies = std::span(moment);
  const bool whole = moment[kIsComplete] == 1 && std::ranges::equal(copies.first(kCopy), copies.last(kCopy));
  return whole ? std::optional(moment) : std::nullopt;
}

core::Result<Transaction> Database::begin() {
  if (auto begun = execute("BEGIN IMMEDIATE"); !begun) return core::failure(begun.error());
  return Transaction(handle_.get());
}

}  // namespace pantheon::store
