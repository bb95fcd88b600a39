#include "signaling/service.hpp"

#include <filesystem>

#include "auth/error.hpp"
#include "core/random.hpp"
#include "identity/error.hpp"
#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::text_of;

struct SignalingServiceTest : test::ServiceTest {};

TEST_F(SignalingServiceTest, KeepsItsIdAndKeyInItsDatabase) {
  const auto folder = std::filesystem::temp_directory_path() / ("pantheon-signaling-" + core::random_id());
  std::filesystem::create_directories(folder);
  std::string id;
  identity::DeviceKey key = identity::DeviceKey::generate();
  {
    const auto first = Service::open(io.get_executor(), folder / "s.db", options).value();
    id = first->server_id();
    EXPECT_TRUE(first->issue_owner_token(key.device_id(), key.public_key(), "a", "b"));
  }
  {
    const auto second = Service::open(io.get_executor(), folder / "s.db", options).value();
    EXPECT_EQ(second->server_id(), id);
    EXPECT_EQ(second->owner_account(), "local:" + id + ":owner");
    const auto other = identity::DeviceKey::generate();
    const auto changed = second->issue_owner_token(key.device_id(), other.public_key(), "a", "b");
    ASSERT_FALSE(changed);
    EXPECT_TRUE(changed.error().is(identity::IdentityError::key_changed));
  }
  std::filesystem::remove_all(folder);
}

TEST_F(SignalingServiceTest, RefusesOptionsAndFilesItCannotUse) {
  auto wrong = options;
  wrong.auth_keys = "nonsense";
  const auto keys = Service::open(io.get_executor(), ":memory:", wrong);
  ASSERT_FALSE(keys);
  EXPECT_TRUE(keys.error().is(auth::AuthError::invalid_shared_keys));
  const auto file = Service::open(io.get_executor(), "/nonexistent/folder/s.db", options);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code(), "store_cannot_open");
}

TEST_F(SignalingServiceTest, KnowsWhetherAnybodyCanEnter) {
  options.dev = false;
  auto closed = Service::open(io.get_executor(), ":memory:", options).value();
  EXPECT_TRUE(closed->nobody_can_enter());
  const auto key = identity::DeviceKey::generate();
  ASSERT_TRUE(closed->issue_owner_token(key.device_id(), key.public_key(), "a", "b"));
  EXPECT_FALSE(closed->nobody_can_enter()) << "a device can let others in";
  options.auth_key = "0123456789abcdef";
  EXPECT_FALSE(Service::open(io.get_executor(), ":memory:", options).value()->nobody_can_enter());
}

TEST_F(SignalingServiceTest, DevicesOfEarlierLetNobodyInWhereTheyAreOff) {
  options.dev = false;
  const auto folder = std::filesystem::path(testing::TempDir()) / core::random_id();
  std::filesystem::create_directories(folder);
  const auto key = identity::DeviceKey::generate();
  ASSERT_TRUE(Service::open(io.get_executor(), folder / "s.db", options)
                  .value()
                  ->issue_owner_token(key.device_id(), key.public_key(), "a", "b"));
  options.keep_devices = false;
  EXPECT_TRUE(Service::open(io.get_executor(), folder / "s.db", options).value()->nobody_can_enter());
  std::filesystem::remove_all(folder);
}

TEST_F(SignalingServiceTest, TheOwnersHostSignsInWithItsToken) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await connected(owner_device());
    const auto info = co_await host->next("server-info");
    EXPECT_EQ(text_of(info, "account"), service->owner_account());
    EXPECT_EQ(service->connected_accounts(), 1U);
  });
}

TEST_F(SignalingServiceTest, AnExpiringSocketIsAskedToRenewAndThenCut) {
  run([&]() -> test::asio::awaitable<void> {
    const auto device = owner_device();
    auto auth = co_await hello(device);
    auth["caps"] = json::array{"renew"};
    auto& live = client(auth);
    co_await live.connect();
    now += std::chrono::minutes(14);
    const auto asked = co_await live.next("renew");
    EXPECT_GT(asked.at("expiresAt").to_number<std::int64_t>(), now.time_since_epoch().count());
    now += std::chrono::minutes(2);
    co_await live.disconnected();
  });
}

TEST_F(SignalingServiceTest, UnknownEventsGetACodeAndOthersAreUntouched) {
  run([&]() -> test::asio::awaitable<void> {
    auto* other = co_await joined("bob", "b_web");
    auto* web = co_await joined("anna", "a_web");
    web->emit("drop-tables", json::object{{"x", 1}});
    const auto error = co_await web->next("error");
    EXPECT_EQ(text_of(error, "code"), "unknown_event");
    EXPECT_EQ(text_of(error, "event"), "drop-tables");
    co_await other->settle();
    EXPECT_EQ(other->waiting("error"), 0U);
  });
}

}  // namespace
}  // namespace pantheon::signaling
