#include "app/account.hpp"

#include "app/test_support.hpp"
#include "core/async_event.hpp"
#include "session/error.hpp"
#include "signaling/devices.hpp"
#include "signaling/full_disk_test_support.hpp"
#include "socketio/client.hpp"

namespace pantheon::app {
namespace {

using namespace std::chrono_literals;
using identity::DeviceKey;
using identity::Statement;

struct AccountTest : test::HomeTest {
  /// The account's device with that key is removed, as the other one of it would ask for.
  void remove(const DeviceKey& key, const DeviceKey& by = DeviceKey::generate()) {
    remove_from(server_->service().owner_account(), key, by);
  }
  void remove_from(const std::string& account, const DeviceKey& key, const DeviceKey& by) {
    auto store = store::DeviceStore::open(database_).value();
    const auto statement = Statement::make(by, {identity::StatementType::revoke, account, key.device_id(),
                                                key.public_key(), "", core::wall_now()});
    ASSERT_TRUE(signaling::keep_revocation(store, statement, core::wall_now()));
  }
};

asio::awaitable<core::Result<core::json::array>> list_devices(const std::string& url, http::Client& http,
                                                              Account& account) {
  auto credentials = co_await account.credentials();
  if (!credentials) co_return core::failure(credentials.error());
  const session::SignInDevice device{url, account.key.device_id(), "instance", "Tower", "linux"};
  const auto executor = co_await asio::this_coro::executor;
  socketio::ClientOptions options;
  options.url = url;
  socketio::Client client(executor, std::move(options),
                          [&] { return session::sign_in(http, device, account.key, *credentials); });
  core::AsyncEvent changed(executor);
  client.on_connect([&] { changed.notify(); });
  client.start();
  (void)co_await changed.wait_until(std::chrono::steady_clock::now() + 10s);
  core::json::array arguments;
  auto answer = co_await client.request("list-devices", std::move(arguments), 10s);
  co_await client.stop();
  co_return answer;
}

TEST_F(AccountTest, ADeviceRemovedFromItsOwnHomeComesBackAsANewOne) {
  auto state = open_state();
  const auto phone = DeviceKey::generate();
  {
    const auto before = at_home(state);
    EXPECT_EQ(before->key.device_id(), state.key().device_id());
    EXPECT_EQ(before->note, "");
    ASSERT_TRUE(before->membership.book.pin(phone.device_id(), phone.public_key()));
    ASSERT_TRUE(state.save(before->key_in_state, before->membership));
  }
  remove(state.key());
  const auto back = at_home(state);
  EXPECT_NE(back->key.device_id(), state.key().device_id());
  EXPECT_NE(back->note, "");
  EXPECT_TRUE(loop_.run(back->credentials()));
  EXPECT_NE(back->membership.book.pinned(phone.device_id()), nullptr) << "whom it trusts, it trusts";
  EXPECT_NE(back->membership.book.pinned(back->key.device_id()), nullptr);
}

TEST_F(AccountTest, ADeviceThatCameBackStaysTheSameAndKeepsItsKeyElsewhere) {
  std::string usual;
  std::string at_home_id;
  {
    auto state = open_state();
    usual = state.key().device_id();
    static_cast<void>(at_home(state));
    remove(state.key());
    at_home_id = at_home(state)->key.device_id();
  }
  auto state = open_state();
  const auto again = at_home(state);
  EXPECT_EQ(again->key.device_id(), at_home_id);
  EXPECT_EQ(again->note, "");
  EXPECT_EQ(state.key().device_id(), usual);
}

TEST_F(AccountTest, TheOwnersDeviceGoesOnWithAFullDisk) {
  auto state = open_state();
  const auto before = at_home(state);
  const signaling::test::FullDisk full;
  EXPECT_TRUE(loop_.run(before->credentials())) << "it connects again";
  const auto restarted = join_at_home(state, server_->service(), options_);
  ASSERT_TRUE(restarted) << restarted.error().message();
  EXPECT_TRUE(loop_.run(list_devices(url(), http_, **restarted)));
}

TEST_F(AccountTest, PairingAgainKeepsWhomItKnowsAndWhoWasRemoved) {
  const auto state = open_state("away");
  options_.server = url();
  const auto pair = [&] {
    options_.pair_link = pairing_link();
    return loop_.run(join_elsewhere(loop_.executor(), state, http_, options_)).value();
  };
  const auto friend_key = DeviceKey::generate();
  const auto lost = DeviceKey::generate();
  {
    const auto first = pair();
    auto& book = first->membership.book;
    ASSERT_TRUE(book.pin(friend_key.device_id(), friend_key.public_key()));
    const auto revoked =
        Statement::make(home_account_->key, {identity::StatementType::revoke, book.account(),
                                             lost.device_id(), lost.public_key(), "", core::wall_now()});
    book.learn(std::span(&revoked, 1));
    ASSERT_TRUE(book.is_revoked(lost.device_id()));
    ASSERT_TRUE(state.save(first->key_in_state, first->membership));
  }
  const auto second = pair();
  const auto& book = second->membership.book;
  EXPECT_NE(book.pinned(friend_key.device_id()), nullptr);
  EXPECT_TRUE(book.is_revoked(lost.device_id()));
  EXPECT_NE(book.pinned(home_account_->key.device_id()), nullptr);
  EXPECT_EQ(second->membership.statements.size(), 2U);
}

TEST_F(AccountTest, ADeviceRemovedElsewhereComesBackAsANewOneByALink) {
  options_.server = url();
  const auto join = [&](const DeviceState& state) {
    return loop_.run(join_elsewhere(loop_.executor(), state, http_, options_));
  };
  std::string back_as;
  {
    const auto state = open_state("away");
    options_.pair_link = pairing_link();
    ASSERT_TRUE(join(state));
    remove(state.key(), home_account_->key);
    options_.pair_link = pairing_link();
    const auto back = join(state);
    ASSERT_TRUE(back) << back.error().message();
    back_as = (*back)->key.device_id();
    EXPECT_NE(back_as, state.key().device_id());
    EXPECT_NE((*back)->note, "");
    EXPECT_NE((*back)->membership.book.pinned(back_as), nullptr);
    EXPECT_EQ((*back)->membership.statements.size(), 1U) << "those about the removed one are of no use";
    EXPECT_TRUE(loop_.run(list_devices(url(), http_, **back)));
  }
  const auto state = open_state("away");
  options_.pair_link.clear();
  const auto later = join(state).value();
  EXPECT_EQ(later->key.device_id(), back_as);
  EXPECT_TRUE(loop_.run(list_devices(url(), http_, *later)));
  options_.pair_link = pairing_link();
  EXPECT_EQ(join(state).value()->key.device_id(), back_as);
}

TEST_F(AccountTest, ADeviceThatCameBackByALinkStaysTheSameWithTheSharedKeyOfTheAccount) {
  options_.server = url();
  const auto join = [&](const DeviceState& state, const std::string& link) {
    options_.pair_link = link;
    options_.auth_key = kAuthKey;
    return loop_.run(join_elsewhere(loop_.executor(), state, http_, options_));
  };
  const auto phone_state = open_state("phone");
  const auto phone = join(phone_state, "").value();
  const auto voucher = online(*phone);
  const auto state = open_state("away");
  EXPECT_EQ(join(state, "").value()->key.device_id(), state.key().device_id());
  remove_from(phone->membership.account, state.key(), phone->key);
  EXPECT_TRUE(join(state, "").error().is(session::SessionError::token_refused));
  const auto link = identity::to_text(loop_.run(voucher->open_pairing(url())).value());
  const auto back = join(state, link);
  ASSERT_TRUE(back) << back.error().message();
  const auto later = join(state, "");
  ASSERT_TRUE(later) << later.error().message();
  EXPECT_EQ((*later)->key.device_id(), (*back)->key.device_id());
  EXPECT_EQ((*later)->membership.statements, (*back)->membership.statements);
  EXPECT_NE((*later)->membership.book.pinned(phone->key.device_id()), nullptr);
  EXPECT_TRUE(loop_.run(list_devices(url(), http_, **later)));
  loop_.run(voucher->stop());
}

TEST_F(AccountTest, WhoWasRemovedWhileThisDeviceWasAwayIsLearned) {
  const auto state = open_state("away");
  options_.server = url();
  options_.pair_link = pairing_link();
  const auto away = loop_.run(join_elsewhere(loop_.executor(), state, http_, options_)).value();
  const auto lost = DeviceKey::generate();
  remove(lost, home_account_->key);
  EXPECT_FALSE(away->membership.book.is_revoked(lost.device_id()));
  core::AsyncEvent learned(loop_.executor());
  session::AccountEvents events;
  events.on_book_changed = [&] { learned.notify(); };
  session::AccountClient client(loop_.executor(), settings_of(*away), away->key, away->membership.book,
                                away->credentials, std::move(events));
  client.start();
  loop_.run(learned.wait_until(std::chrono::steady_clock::now() + 10s));
  EXPECT_TRUE(away->membership.book.is_revoked(lost.device_id()));
  loop_.run(client.stop());
}

TEST_F(AccountTest, TheServerKnowsWhichDeviceItRunsOn) {
  auto state = open_state();
  const auto account = at_home(state);
  const auto answer = loop_.run(list_devices(url(), http_, *account));
  ASSERT_TRUE(answer) << answer.error().message();
  const auto& devices = answer->front().as_object().at("devices").as_array();
  ASSERT_EQ(devices.size(), 1U);
  EXPECT_EQ(devices.front().as_object().at("runsServer"), true);
}

}  // namespace
}  // namespace pantheon::app
