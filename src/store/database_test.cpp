#include "store/database.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <latch>
#include <thread>
#include <vector>

#include "core/random.hpp"
#include "store/error.hpp"

namespace pantheon::store {
namespace {

constexpr std::array<Migration, 2> kTwo{
    {{"CREATE TABLE a (x INTEGER PRIMARY KEY, t TEXT, b BLOB)"},
     {"CREATE TABLE c (x INTEGER REFERENCES a(x)); INSERT INTO a (x) VALUES (1)"}}};

struct DatabaseTest : testing::Test {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("pantheon-store-" + core::random_id());
  std::filesystem::path file = folder / "test.db";
  void SetUp() override { std::filesystem::create_directories(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }

  static std::int64_t count(Database& database, std::string_view sql) {
    auto query = database.prepare(sql);
    EXPECT_TRUE(query->step().value());
    return query->integer(0);
  }
};

TEST_F(DatabaseTest, AppliesEachMigrationOnce) {
  { ASSERT_TRUE(Database::open(file, std::span(kTwo).first(1))); }
  for (int i = 0; i < 2; ++i) {
    auto database = Database::open(file, kTwo);
    ASSERT_TRUE(database) << database.error().message();
    EXPECT_EQ(count(*database, "SELECT count(*) FROM a"), 1);
    EXPECT_EQ(count(*database, "PRAGMA user_version"), 2);
  }
}

TEST_F(DatabaseTest, AMigrationThatFailsLeavesNothingBehind) {
  const std::array<Migration, 2> broken{{kTwo[0], {"CREATE TABLE half (x INTEGER); CREATE NONSENSE"}}};
  EXPECT_FALSE(Database::open(file, broken));
  auto database = Database::open(file, std::span(kTwo).first(1));
  ASSERT_TRUE(database);
  EXPECT_EQ(count(*database, "SELECT count(*) FROM sqlite_master WHERE name = 'half'"), 0);
}

TEST_F(DatabaseTest, IsConfiguredForOneWriterAndManyReaders) {
  auto database = Database::open(file, kTwo).value();
  auto mode = database.prepare("PRAGMA journal_mode").value();
  ASSERT_TRUE(mode.step().value());
  EXPECT_EQ(mode.text(0), "wal");
  EXPECT_EQ(count(database, "PRAGMA foreign_keys"), 1);
}

TEST_F(DatabaseTest, AMomentIsAnotherAfterEveryChangeByAnyConnectionAndNoRead) {
  auto database = Database::open(file, kTwo).value();
  auto other = Database::open(file, kTwo).value();
  EXPECT_EQ(count(database, "SELECT count(*) FROM a"), 1);  // as long as nobody read, there is no index
  auto latest = database.moment();
  ASSERT_TRUE(latest);
  EXPECT_EQ(count(database, "SELECT count(*) FROM a"), 1);
  EXPECT_EQ(count(other, "SELECT count(*) FROM a"), 1);
  EXPECT_EQ(database.moment(), latest);
  EXPECT_EQ(other.moment(), latest);
  for (auto* writer : {&other, &database, &other}) {
    ASSERT_TRUE(writer->execute("INSERT INTO a (t) VALUES ('x')"));
    const auto now = database.moment();
    ASSERT_TRUE(now);
    EXPECT_NE(now, latest);
    latest = now;
  }
  ASSERT_TRUE(other.execute("PRAGMA wal_checkpoint(TRUNCATE)"));
  ASSERT_TRUE(other.execute("INSERT INTO a (t) VALUES ('y')"));
  EXPECT_NE(database.moment(), latest);
}

TEST_F(DatabaseTest, ThereIsNoMomentInsideATransactionOrAQueryOrInMemory) {
  auto database = Database::open(file, kTwo).value();
  EXPECT_EQ(count(database, "SELECT count(*) FROM a"), 1);
  {
    const auto transaction = database.begin().value();
    EXPECT_FALSE(database.moment());
  }
  EXPECT_TRUE(database.moment());
  {
    auto query = database.prepare("SELECT x FROM a").value();
    EXPECT_TRUE(query.step().value());
    EXPECT_FALSE(database.moment()) << "what is read next may be older than the header";
  }
  EXPECT_TRUE(database.moment());
  auto in_memory = Database::open(":memory:", kTwo).value();
  EXPECT_EQ(count(in_memory, "SELECT count(*) FROM a"), 1);
  EXPECT_FALSE(in_memory.moment());
}

TEST_F(DatabaseTest, ManyMayOpenANewFileAtTheSameTime) {
  constexpr int kRounds = 20;
  constexpr std::size_t kAtOnce = 8;
  for (int round = 0; round < kRounds; ++round) {
    const auto fresh = folder / (std::to_string(round) + ".db");
    std::latch start(kAtOnce);
    std::vector<std::string> failures(kAtOnce);
    std::vector<std::thread> threads;
    threads.reserve(kAtOnce);
    for (auto& failure : failures) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        const auto opened = Database::open(fresh, kTwo);
        if (!opened) failure = opened.error().message();
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(failures, std::vector<std::string>(kAtOnce)) << round;
  }
}

TEST_F(DatabaseTest, OnlyItsOwnerMayReadTheFile) {
  ASSERT_TRUE(Database::open(file, kTwo));
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(file).permissions() & (perms::group_all | perms::others_all),
            perms::none);
}

TEST_F(DatabaseTest, SaysThatTheFileIsFromANewerVersion) {
  { ASSERT_TRUE(Database::open(file, kTwo)); }
  const auto older = Database::open(file, std::span(kTwo).first(1));
  ASSERT_FALSE(older);
  EXPECT_TRUE(older.error().is(StoreError::newer_version));
}

TEST_F(DatabaseTest, SaysThatTheFileIsNoDatabase) {
  std::ofstream(file) << std::string(8192, 'x');
  const auto opened = Database::open(file, kTwo);
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(StoreError::corrupt)) << opened.error().message();
}

TEST_F(DatabaseTest, SaysThatTheFolderIsMissing) {
  const auto opened = Database::open(folder / "none" / "x.db", kTwo);
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().is(StoreError::cannot_open));
}

TEST_F(DatabaseTest, SaysThatTheFileIsReadOnly) {
  { ASSERT_TRUE(Database::open(file, kTwo)); }
  // To root the mark means nothing: then the file opens.
  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  const auto opened = Database::open(file, kTwo);
  if (geteuid() == 0) {
    EXPECT_TRUE(opened);
  } else {
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().is(StoreError::not_writable));
  }
}

TEST_F(DatabaseTest, ValuesComeBackAsTheyWereBound) {
  auto database = Database::open(":memory:", kTwo).value();
  const std::string text("a'b\0c\xc3\xa4", 7);
  const core::ByteVector bytes{0, 1, 255};
  auto insert = database.prepare("INSERT INTO a (x, t, b) VALUES (?1, ?2, ?3)").value();
  ASSERT_EQ(insert.bind(std::int64_t{1} << 60).bind(text).bind(core::ByteView(bytes)).run().value(), 1);
  auto query = database.prepare("SELECT x, t, b FROM a WHERE x > 1").value();
  ASSERT_TRUE(query.step().value());
  EXPECT_EQ(query.integer(0), std::int64_t{1} << 60);
  EXPECT_EQ(query.text(1), text);
  EXPECT_TRUE(std::ranges::equal(query.blob(2), bytes));
  EXPECT_FALSE(query.step().value());
}

TEST_F(DatabaseTest, ForeignKeysAreEnforced) {
  auto database = Database::open(":memory:", kTwo).value();
  const auto broken = database.execute("INSERT INTO c (x) VALUES (99)");
  ASSERT_FALSE(broken);
  EXPECT_TRUE(broken.error().is(StoreError::constraint));
}

TEST_F(DatabaseTest, ATransactionThatIsNotCommittedIsUndone) {
  auto database = Database::open(file, kTwo).value();
  {
    auto transaction = database.begin();
    ASSERT_TRUE(transaction);
    ASSERT_TRUE(database.execute("DELETE FROM a"));
  }
  EXPECT_EQ(count(database, "SELECT count(*) FROM a"), 1);
  auto transaction = database.begin();
  ASSERT_TRUE(transaction);
  ASSERT_TRUE(database.execute("DELETE FROM a"));
  ASSERT_TRUE(transaction->commit());
  EXPECT_EQ(count(database, "SELECT count(*) FROM a"), 0);
}

}  // namespace
}  // namespace pantheon::store
