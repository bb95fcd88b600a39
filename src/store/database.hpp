#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.hpp"
#include "core/clock.hpp"
#include "core/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace pantheon::store {

/// A time as columns have it: milliseconds since 1970.
inline std::int64_t millis(core::WallTime time) {
  return time.time_since_epoch().count();
}

/// One step from a schema to the next. Number n of the list makes version n; published ones never change.
struct Migration {
  std::string_view sql;
};

/// A prepared statement and its parameters, once: bind, then step or run. Views from text() and blob() hold
/// until the next step. Must not outlive its database.
class Query {
 public:
  Query& bind(std::int64_t value);
  Query& bind(std::string_view value);
  Query& bind(core::ByteView value);
  Query& bind_null();

  /// Moves to the next row; false when there is none.
  core::Result<bool> step();
  /// For statements without rows: the number of rows changed.
  core::Result<std::int64_t> run();

  /// Columns of the row, from 0.
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;
  core::ByteView blob(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  class Idle;
  /// Back to where it can be used again: making a statement takes longer than most take to run.
  struct Return {
    void operator()(sqlite3_stmt* statement) const;
    std::shared_ptr<Idle> idle;
  };
  Query(sqlite3* database, std::unique_ptr<sqlite3_stmt, Return> statement)
      : database_(database), statement_(std::move(statement)) {}
  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Return> statement_;
  int next_ = 0;
  int bind_status_ = 0;
};

/// Rolls back unless commit() was called. Transactions do not nest.
class Transaction {
 public:
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  core::Result<void> commit();

 private:
  friend class Database;
  explicit Transaction(sqlite3* database) : database_(database) {}
  sqlite3* database_;
};

/// When a database was looked at, counted in commits: equal to that of another look when nobody, in this
/// process or another, has changed anything in between. (The header of SQLite's write-ahead log index,
/// twice: https://www.sqlite.org/walformat.html, section 2.1.)
using Moment = std::array<std::uint8_t, 96>;

/// An SQLite file: write-ahead log, foreign keys on, 5 s of patience with other processes. Use from one
/// thread at a time.
class Database {
 public:
  /// Opens or makes the file (for its owner only) and applies the migrations it lacks, each in one
  /// transaction.
  /// ":memory:" keeps nothing. `store_cannot_open`, `store_not_writable`, `store_corrupt`,
  /// `store_newer_version`.
  static core::Result<Database> open(const std::filesystem::path& file,
                                     std::span<const Migration> migrations);

  /// The SQL must be a literal of ours: values go through bind().
  core::Result<Query> prepare(std::string_view sql);
  core::Result<void> execute(const char* sql);
  core::Result<Transaction> begin();
  /// Asks neither the system nor for a lock. Nothing when it cannot be told: in memory, in a transaction of
  /// this connection, or while another commits.
  std::optional<Moment> moment() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit Database(std::unique_ptr<sqlite3, Close> handle);
  core::Result<void> configure();
  core::Result<void> use_write_ahead_log();
  core::Result<void> migrate(std::span<const Migration> migrations);
  core::Result<void> apply(const Migration& migration, std::int64_t version);
  std::unique_ptr<sqlite3, Close> handle_;
  std::shared_ptr<Query::Idle> idle_;
};

}  // namespace pantheon::store
