#include "identity/key_book.hpp"

#include <gtest/gtest.h>

#include "identity/error.hpp"
#include "identity/test_support.hpp"

namespace pantheon::identity {
namespace {

constexpr auto kAccount = "local:s:owner";

Statement say(StatementType type, const DeviceKey& by, const std::string& id, const DeviceKey& about,
              const std::string& account = kAccount) {
  return Statement::make(by, {type, account, id, about.public_key(), "name", {}});
}
Statement vouch(const DeviceKey& by, const DeviceKey& about) {
  return say(StatementType::device, by, about.device_id(), about);
}
Statement revoke(const DeviceKey& by, const DeviceKey& about) {
  return say(StatementType::revoke, by, about.device_id(), about);
}

struct KeyBookTest : testing::Test {
  DeviceKey a = test::test_key(1);
  DeviceKey b = test::test_key(2);
  DeviceKey c = test::test_key(3);
  DeviceKey evil = test::test_key(4);
  KeyBook book{kAccount, KeyBook::FirstSight::refuse};

  core::Result<Trust> accept(const DeviceKey& key, const std::vector<Statement>& statements = {}) {
    return book.accept(key.device_id(), key.public_key(), statements);
  }
};

TEST_F(KeyBookTest, AcceptsAPinnedKeyAndNoOtherForItsId) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  EXPECT_EQ(accept(a).value(), Trust::pinned);
  const auto other = book.accept(a.device_id(), evil.public_key(), {});
  ASSERT_FALSE(other);
  EXPECT_TRUE(other.error().is(IdentityError::key_changed));
}

TEST_F(KeyBookTest, OfAnAccountWithPairingEveryPeerMustProveAKey) {
  EXPECT_TRUE(book.demands_proof("anyone"));
}

TEST_F(KeyBookTest, WithoutPairingOnlyIdsThatHadAKeyMustProveIt) {
  KeyBook open(kAccount, KeyBook::FirstSight::remember);
  EXPECT_FALSE(open.demands_proof("older_web"));
  ASSERT_TRUE(open.pin(a.device_id(), a.public_key()));
  const std::vector<Statement> vouched{vouch(a, b)};
  ASSERT_TRUE(open.accept(b.device_id(), b.public_key(), vouched));
  ASSERT_TRUE(open.accept(c.device_id(), c.public_key(), {}));
  const std::vector<Statement> revoked{revoke(a, b)};
  for (const auto* key : {&a, &b, &c}) EXPECT_TRUE(open.demands_proof(key->device_id()));
  open.learn(revoked);
  EXPECT_TRUE(open.demands_proof(b.device_id()));
  EXPECT_FALSE(open.demands_proof("older_web"));
}

TEST_F(KeyBookTest, AcceptsAChainThatEndsAtAPinInAnyOrder) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  EXPECT_EQ(accept(c, {vouch(b, c), vouch(a, b)}).value(), Trust::vouched);
  EXPECT_EQ(accept(c).value(), Trust::vouched) << "the statements are remembered";
}

TEST_F(KeyBookTest, RefusesAChainThatEndsNowhere) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  const auto refused = accept(c, {vouch(evil, c), vouch(evil, evil), vouch(c, c)});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(IdentityError::key_not_accepted));
}

TEST_F(KeyBookTest, AStatementOfAnotherAccountCountsForNothing) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  EXPECT_FALSE(accept(b, {say(StatementType::device, a, b.device_id(), b, "local:s:other")}));
}

TEST_F(KeyBookTest, AVouchedDeviceCannotReplaceAPinnedKey) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  ASSERT_TRUE(book.pin(b.device_id(), b.public_key()));
  const auto forged = say(StatementType::device, b, a.device_id(), evil);
  EXPECT_FALSE(book.accept(a.device_id(), evil.public_key(), std::vector{forged}));
  EXPECT_EQ(accept(a).value(), Trust::pinned);
}

TEST_F(KeyBookTest, AVouchedDeviceCannotPassForAnotherVouchedOne) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  ASSERT_TRUE(accept(c, {vouch(a, b), vouch(a, c)}));
  const auto posing = say(StatementType::device, b, c.device_id(), evil);
  EXPECT_FALSE(book.accept(c.device_id(), evil.public_key(), std::vector{posing}));
  EXPECT_FALSE(book.accept(c.device_id(), b.public_key(),
                           std::vector{say(StatementType::device, b, c.device_id(), b)}));
  EXPECT_EQ(accept(c).value(), Trust::vouched);
}

TEST_F(KeyBookTest, AChainHasAtMostEightLinks) {
  std::vector<DeviceKey> keys;
  for (std::uint8_t i = 0; i < 10; ++i) keys.push_back(test::test_key(static_cast<std::uint8_t>(20 + i)));
  ASSERT_TRUE(book.pin(keys[0].device_id(), keys[0].public_key()));
  std::vector<Statement> chain;
  for (std::size_t i = 1; i < keys.size(); ++i) chain.push_back(vouch(keys[i - 1], keys[i]));
  EXPECT_TRUE(accept(keys[8], chain));
  EXPECT_FALSE(accept(keys[9], chain));
}

TEST_F(KeyBookTest, ARevocationWinsOverPinsAndStatements) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  ASSERT_TRUE(book.pin(b.device_id(), b.public_key()));
  const auto refused = accept(b, {vouch(a, b), revoke(a, b)});
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(IdentityError::device_revoked));
  EXPECT_TRUE(book.is_revoked(b.device_id()));
  EXPECT_FALSE(accept(b, {vouch(a, b)}));
  EXPECT_FALSE(book.pin(b.device_id(), b.public_key()));
}

TEST_F(KeyBookTest, WhomARevokedDeviceVouchedForIsAcceptedNoMore) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  EXPECT_TRUE(accept(c, {vouch(a, b), vouch(b, c)}));
  book.learn(std::vector{revoke(a, b)});
  EXPECT_FALSE(accept(c));
}

TEST_F(KeyBookTest, ARevocationByAStrangerOrARevokedDeviceCountsForNothing) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  ASSERT_TRUE(book.pin(b.device_id(), b.public_key()));
  book.learn(std::vector{revoke(evil, a)});
  EXPECT_TRUE(accept(a));
  book.learn(std::vector{revoke(a, b), revoke(b, a)});
  EXPECT_TRUE(accept(a));
  EXPECT_FALSE(accept(b));
}

TEST_F(KeyBookTest, TheOldKeyStatesTheNewOne) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  const auto rekey = say(StatementType::rekey, a, a.device_id(), b);
  EXPECT_EQ(book.accept(a.device_id(), b.public_key(), std::vector{rekey}).value(), Trust::vouched);
  const auto old = book.accept(a.device_id(), a.public_key(), {});
  ASSERT_FALSE(old);
  EXPECT_TRUE(old.error().is(IdentityError::key_changed));
}

TEST_F(KeyBookTest, AKeyThatHasNamedItsSuccessorSaysNothingMore) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  book.learn(std::vector{say(StatementType::rekey, a, a.device_id(), b), vouch(a, c)});
  const auto stolen = say(StatementType::rekey, a, a.device_id(), evil);
  EXPECT_FALSE(book.accept(a.device_id(), evil.public_key(), std::vector{stolen}));
  EXPECT_FALSE(accept(evil, {vouch(a, evil)}));
  book.learn(std::vector{revoke(a, c)});
  EXPECT_TRUE(accept(c)) << "what it said before goes on counting";
  EXPECT_EQ(book.accept(a.device_id(), b.public_key(), {}).value(), Trust::vouched);
  book.learn(std::vector{revoke(b, c)});
  EXPECT_FALSE(accept(c)) << "its successor speaks for the device";
}

TEST_F(KeyBookTest, OfTwoSuccessorsTheFirstCounts) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  book.learn(std::vector{say(StatementType::rekey, a, a.device_id(), b),
                         say(StatementType::rekey, a, a.device_id(), evil)});
  EXPECT_TRUE(book.accept(a.device_id(), b.public_key(), {}));
  EXPECT_FALSE(book.accept(a.device_id(), evil.public_key(), {}));
}

TEST_F(KeyBookTest, OnlyTheDeviceItselfStatesItsNewKey) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  ASSERT_TRUE(book.pin(b.device_id(), b.public_key()));
  const auto rekey = say(StatementType::rekey, b, a.device_id(), evil);
  EXPECT_FALSE(book.accept(a.device_id(), evil.public_key(), std::vector{rekey}));
}

TEST_F(KeyBookTest, RemembersFirstSightOnlyWhereAllowedAndRefusesAChange) {
  EXPECT_FALSE(book.accept("uid_web", a.public_key(), {}));
  KeyBook open(kAccount, KeyBook::FirstSight::remember);
  EXPECT_EQ(open.accept("uid_web", a.public_key(), {}).value(), Trust::first_sight);
  EXPECT_EQ(open.accept("uid_web", a.public_key(), {}).value(), Trust::first_sight);
  const auto changed = open.accept("uid_web", evil.public_key(), {});
  ASSERT_FALSE(changed);
  EXPECT_TRUE(changed.error().is(IdentityError::key_changed));
}

TEST_F(KeyBookTest, WhatWasOnlySeenIsNotAcceptedWhileTheOwnerWantsVerifiedDevices) {
  KeyBook open(kAccount, KeyBook::FirstSight::remember);
  ASSERT_TRUE(open.accept("uid_web", a.public_key(), {}));
  open.set_first_sight(KeyBook::FirstSight::refuse);
  EXPECT_EQ(open.accept("uid_web", a.public_key(), {}).error().code(), "key_not_accepted");
  EXPECT_TRUE(open.demands_proof("another"));
  open.set_first_sight(KeyBook::FirstSight::remember);
  EXPECT_EQ(open.accept("uid_web", a.public_key(), {}).value(), Trust::first_sight);
}

TEST_F(KeyBookTest, AtFirstSightAnIdMadeFromAKeyMustFitIt) {
  KeyBook open(kAccount, KeyBook::FirstSight::remember);
  EXPECT_FALSE(open.accept(a.device_id(), evil.public_key(), {}));
  EXPECT_TRUE(open.accept(a.device_id(), a.public_key(), {}));
}

TEST_F(KeyBookTest, AKeySeenFirstNeverReplacesAPinOrVouchesForOthers) {
  KeyBook open(kAccount, KeyBook::FirstSight::remember);
  ASSERT_TRUE(open.pin("host", a.public_key()));
  EXPECT_FALSE(open.accept("host", evil.public_key(), {}));
  ASSERT_TRUE(open.accept("seen", evil.public_key(), {}));
  EXPECT_EQ(open.accept(b.device_id(), b.public_key(), std::vector{vouch(evil, b)}).value(),
            Trust::first_sight);
}

TEST_F(KeyBookTest, OfKeysThatWereSeenOnlyThoseThatTheirIdsAreMadeFromMakeRoom) {
  KeyBook open(kAccount, KeyBook::FirstSight::remember);
  ASSERT_TRUE(open.accept("uid_web", a.public_key(), {}));
  for (std::size_t n = 0; n < 1024; ++n) {
    const auto key = DeviceKey::generate();
    ASSERT_TRUE(open.accept(key.device_id(), key.public_key(), {})) << n;
  }
  EXPECT_EQ(open.accept("uid_web", evil.public_key(), {}).error().code(), "key_changed");
  // Nobody may pose as one that was forgotten by having no key at all.
  EXPECT_TRUE(open.demands_proof(DeviceKey::generate().device_id()));
  EXPECT_FALSE(open.demands_proof("older_web"));
  EXPECT_EQ(KeyBook::from_json(open.to_json())->accept(b.device_id(), b.public_key(), {}).value(),
            Trust::first_sight);
}

TEST_F(KeyBookTest, FullOfKeysThatAreBoundByThatAloneItTakesNoFurtherOne) {
  KeyBook open(kAccount, KeyBook::FirstSight::remember);
  for (std::size_t n = 0; n < 1024; ++n)
    ASSERT_TRUE(open.accept("uid_web" + std::to_string(n), a.public_key(), {})) << n;
  EXPECT_EQ(open.accept("another", a.public_key(), {}).error().code(), "key_book_full");
  EXPECT_TRUE(open.accept("uid_web0", a.public_key(), {}));
}

TEST_F(KeyBookTest, SurvivesBeingStored) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  ASSERT_TRUE(accept(b, {vouch(a, b)}));
  book.learn(std::vector{revoke(a, c)});
  const auto text = core::serialize_json(book.to_json());
  auto stored = KeyBook::from_json(core::parse_json_object(text).value());
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->accept(a.device_id(), a.public_key(), {}).value(), Trust::pinned);
  EXPECT_EQ(stored->accept(b.device_id(), b.public_key(), {}).value(), Trust::vouched);
  EXPECT_TRUE(stored->is_revoked(c.device_id()));
  EXPECT_EQ(core::serialize_json(stored->to_json()), text);
}

TEST_F(KeyBookTest, ADamagedStoreIsAnErrorNotAnEmptyBook) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  ASSERT_TRUE(accept(b, {vouch(a, b)}));
  auto object = book.to_json();
  object["statements"].as_array()[0].as_object()["by"] = to_text(evil.public_key());
  EXPECT_FALSE(KeyBook::from_json(object));
  EXPECT_FALSE(KeyBook::from_json({}));
  object = book.to_json();
  object["pins"] = 1;
  EXPECT_FALSE(KeyBook::from_json(object));
}

TEST_F(KeyBookTest, ItsRevisionRisesOnlyWithAChange) {
  ASSERT_TRUE(book.pin(a.device_id(), a.public_key()));
  ASSERT_TRUE(accept(b, {vouch(a, b)}));
  const auto before = book.revision();
  ASSERT_TRUE(accept(b, {vouch(a, b)}));
  ASSERT_TRUE(accept(a));
  EXPECT_EQ(book.revision(), before);
}

}  // namespace
}  // namespace pantheon::identity
