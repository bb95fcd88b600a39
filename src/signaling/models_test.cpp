#include "signaling/models.hpp"

#include "signaling/test_support.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::text_of;

json::array two_models() {
  return {json::object{{"name", "a:1b"}, {"displayName", "A"}, {"provider", "ollama"}},
          json::object{{"name", "b"}}};
}

struct ModelsTest : test::ServiceTest {};

TEST_F(ModelsTest, AnnouncedModelsReachTheOthersNowAndLater) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    const json::object battery{{"level", 0.5}, {"charging", true}};
    host->emit("announce-models", json::object{{"models", two_models()}, {"batteryState", battery}});
    const auto told = co_await web->next("peer-models-updated");
    EXPECT_EQ(text_of(told, "userId"), "anna_electron");
    EXPECT_EQ(told.at("models"), two_models());
    EXPECT_EQ(told.at("batteryState"), battery);
    EXPECT_EQ(text_of(told, "clientType"), "electron");
    web->emit("request-peer-list");
    const auto list = co_await web->next("peer-list");
    EXPECT_EQ(list.at("list").at(0).at("models"), two_models());
    EXPECT_EQ(list.at("list").at(0).at("isHosting"), true);
  });
}

TEST_F(ModelsTest, RegisterAndTheHostingEventsSwitchHosting) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    for (const auto* event : {"register", "updateHosting", "hosting-status"}) {
      host->emit(event, json::object{{"userId", "anna"}, {"isHosting", true}, {"models", two_models()}});
      const auto on = co_await web->next("peer-models-updated");
      EXPECT_EQ(on.at("isHosting"), true) << event;
      EXPECT_EQ(on.at("models"), two_models()) << event;
      host->emit(event, json::object{{"isHosting", false}});
      const auto off = co_await web->next("peer-models-updated");
      EXPECT_EQ(off.at("isHosting"), false) << event;
      EXPECT_TRUE(off.at("models").as_array().empty()) << event;
    }
  });
}

TEST_F(ModelsTest, ARequestForModelsReachesItsTarget) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    web->emit("request-models", "anna_electron");
    const auto asked = co_await host->next("models-requested");
    EXPECT_EQ(text_of(asked, "fromUserId"), "anna_web");
    EXPECT_EQ(text_of(asked, "fromSocketId"), web->id());
    const auto nobody = co_await web->ask("request-models", "none");
    EXPECT_EQ(text_of(nobody, "code"), "peer_unavailable");
  });
}

TEST_F(ModelsTest, NothingReachesOrClaimsAnotherAccount) {
  run([&]() -> test::asio::awaitable<void> {
    auto* victim = co_await joined("anna", "anna_electron", "electron");
    auto* attacker = co_await joined("mallory", "mallory_web");
    const json::object hosting{{"userId", "anna"}, {"isHosting", true}, {"models", two_models()}};
    co_await attacker->ask("register", hosting);
    const auto refused = co_await attacker->ask("request-models", "anna_electron");
    EXPECT_EQ(text_of(refused, "code"), "peer_unavailable");
    co_await victim->settle();
    EXPECT_EQ(victim->waiting("peer-models-updated"), 0U);
    EXPECT_EQ(victim->waiting("models-requested"), 0U);
  });
}

TEST_F(ModelsTest, ListsOutsideTheLimitsAreRefusedAndTheOldOneStays) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    json::object payload{{"models", two_models()}};
    co_await host->ask("announce-models", payload);
    payload["models"] = json::array(1001, json::object());
    const auto many = co_await host->ask("announce-models", payload);
    EXPECT_EQ(text_of(many, "code"), "too_large");
    payload["models"] = json::array{json::object{{"name", std::string(256 * 1024, 'x')}}};
    const auto large = co_await host->ask("announce-models", payload);
    EXPECT_EQ(text_of(large, "code"), "too_large");
    for (const auto& wrong : {json::value(5), json::value(json::object()), json::value(json::array{1, 2})}) {
      payload["models"] = wrong;
      const auto refused = co_await host->ask("announce-models", payload);
      EXPECT_EQ(text_of(refused, "code"), "invalid_argument");
    }
    const auto missing = co_await host->ask("hosting-status", json::object());
    EXPECT_EQ(text_of(missing, "code"), "invalid_argument");
    web->emit("request-peer-list");
    const auto list = co_await web->next("peer-list");
    EXPECT_EQ(list.at("list").at(0).at("models"), two_models());
  });
}

TEST_F(ModelsTest, ABatteryStateIsSmallWhicheverEventBringsIt) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    const json::object large{{"note", std::string(5000, 'x')}};
    for (const auto* event : {"announce-models", "hosting-status", "register"}) {
      const json::object payload{{"isHosting", true}, {"models", two_models()}, {"batteryState", large}};
      const auto refused = co_await host->ask(event, payload);
      EXPECT_EQ(text_of(refused, "code"), "too_large") << event;
    }
  });
}

TEST_F(ModelsTest, AllListsOfAnAccountTogetherAreLimited) {
  options.limits.max_models_per_account = core::Bytes{1000};
  run([&]() -> test::asio::awaitable<void> {
    auto* one = co_await joined("anna", "one");
    auto* two = co_await joined("anna", "two");
    auto* other = co_await joined("bob", "one");
    const json::object payload{{"models", json::array{json::object{{"name", std::string(600, 'x')}}}}};
    for (int i = 0; i < 2; ++i) {
      const auto taken = co_await one->ask("announce-models", payload);
      EXPECT_EQ(taken.at("ok"), true) << "a new list takes the place of the old";
    }
    const auto refused = co_await two->ask("announce-models", payload);
    EXPECT_EQ(text_of(refused, "code"), "too_large");
    const auto elsewhere = co_await other->ask("announce-models", payload);
    EXPECT_EQ(elsewhere.at("ok"), true);
  });
}

TEST_F(ModelsTest, OthersHearOfHostingOnlyWhenItHasChanged) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    const json::object battery{{"level", 0.5}};
    json::object payload{{"isHosting", true}, {"models", two_models()}, {"batteryState", battery}};
    co_await host->ask("updateHosting", payload);
    co_await web->next("peer-models-updated");
    for (const auto* event : {"register", "updateHosting", "hosting-status"}) {
      co_await host->ask(event, payload);
      const json::object short_form{{"isHosting", true}};
      co_await host->ask(event, short_form);
    }
    co_await web->settle();
    EXPECT_EQ(web->waiting("peer-models-updated"), 0U);
    payload["batteryState"] = json::object{{"level", 0.4}};
    co_await host->ask("updateHosting", payload);
    const auto told = co_await web->next("peer-models-updated");
    EXPECT_EQ(told.at("batteryState"), payload.at("batteryState"));
  });
}

// Somebody who asked for them may be waiting.
TEST_F(ModelsTest, OthersHearOfModelsThatAreAnnouncedAgain) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    const json::object payload{{"models", two_models()}};
    for (int i = 0; i < 2; ++i) {
      co_await host->ask("announce-models", payload);
      const auto told = co_await web->next("peer-models-updated");
      EXPECT_EQ(told.at("models"), two_models());
    }
  });
}

TEST_F(ModelsTest, ALargeListCountsAsSeveralAnnouncementsForEachWhoIsTold) {
  options.limits.announcements_per_second = 0.3;  // three at once
  run([&]() -> test::asio::awaitable<void> {
    auto* alone = co_await joined("bob", "bob_electron", "electron");
    auto* host = co_await joined("anna", "anna_electron", "electron");
    for (const auto* device : {"one", "two", "three"}) co_await joined("anna", device);
    const json::object payload{{"models", json::array{json::object{{"name", std::string(12'000, 'x')}}}}};
    const auto first = co_await host->ask("announce-models", payload);
    EXPECT_EQ(first.at("ok"), true);
    const auto second = co_await host->ask("announce-models", payload);
    EXPECT_EQ(text_of(second, "code"), "rate_limited") << "36 KB were two more";
    for (int i = 0; i < 3; ++i) {
      const auto unheard = co_await alone->ask("announce-models", payload);
      EXPECT_EQ(unheard.at("ok"), true);
    }
  });
}

}  // namespace
}  // namespace pantheon::signaling
