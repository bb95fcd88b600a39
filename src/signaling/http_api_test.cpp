#include "signaling/http_api.hpp"

#include "signaling/test_support.hpp"
#include "signaling/turn_credentials.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;

struct HttpApiTest : test::ServiceTest {
  void SetUp() override {
    options.ice_servers = {{{"stun:stun.example.org"}, "", ""}, {{"turn:turn.example.org"}, "user", "pass"}};
    options.auth_key = "shared";
  }
};

TEST_F(HttpApiTest, HealthCountsRoomsAndSockets) {
  run([&]() -> test::asio::awaitable<void> {
    const auto before = co_await get("/health");
    EXPECT_EQ(before.at("status"), "ok");
    EXPECT_EQ(before.at("roomCount"), 0);
    EXPECT_EQ(before.at("connectedUsers"), 0);
    co_await joined("anna", "a_web");
    co_await joined("anna", "a_electron");
    co_await joined("bob", "b_web");
    const auto after = co_await get("/health");
    EXPECT_EQ(after.at("roomCount"), 2);
    EXPECT_EQ(after.at("connectedUsers"), 3);
  });
}

TEST_F(HttpApiTest, TheConfigurationHasNoCredentials) {
  run([&]() -> test::asio::awaitable<void> {
    const auto config = co_await get("/config.json");
    EXPECT_EQ(test::text_of(config, "serverId"), service->server_id());
    EXPECT_EQ(config.at("mode"), "home");
    EXPECT_EQ(config.at("devTokens"), true);
    EXPECT_EQ(config.at("signaling").at("path"), "/socket.io/");
    EXPECT_EQ(config.at("iceServers").as_array().size(), 1U);
    EXPECT_EQ(core::serialize_json(config).find("pass"), std::string::npos);
    EXPECT_EQ(config.at("signIn"),
              (json::object{{"pairing", true}, {"sharedKey", true}, {"devTokens", true}}));
  });
}

TEST_F(HttpApiTest, TurnCredentialsAreForWhoIsSignedIn) {
  run([&]() -> test::asio::awaitable<void> {
    const auto nobody = co_await fetch("POST", "/turn-token");
    EXPECT_EQ(nobody.status, 401U);
    const auto wrong = co_await fetch("POST", "/turn-token", "", bearer("wrong"));
    EXPECT_EQ(wrong.status, 401U);
    const auto device = owner_device();
    for (const auto& credential : {device.access_token, std::string("shared"), std::string("dev:anna")}) {
      const auto answer = co_await fetch("POST", "/turn-token", "", bearer(credential));
      EXPECT_EQ(answer.status, 200U);
      const auto body = core::parse_json_object(answer.body).value();
      EXPECT_EQ(body.at("ttl"), 3600);
      EXPECT_EQ(body.at("ice_servers").as_array().size(), 2U);
      EXPECT_EQ(body.at("ice_servers").at(1).at("credential"), "pass");
    }
  });
}

TEST_F(HttpApiTest, TurnServersWithASecretGetCredentialsForEachAccountAndTheSecretStaysHere) {
  options.turn_urls = {"turn:relay.example.org"};
  options.turn_secret = "north";
  run([&]() -> test::asio::awaitable<void> {
    const auto answer = co_await fetch("POST", "/turn-token", "", bearer("dev:anna"));
    const auto body = core::parse_json_object(answer.body).value();
    const auto& made = body.at("ice_servers").as_array().at(2).as_object();
    const auto account = "dev:" + service->server_id() + ":anna";
    const auto expected =
        make_turn_credentials(options.turn_urls, "north", account, now, options.ice_credential_lifetime);
    EXPECT_EQ(made.at("urls").at(0), "turn:relay.example.org");
    EXPECT_EQ(test::text_of(made, "username"), expected.username);
    EXPECT_EQ(test::text_of(made, "credential"), expected.credential);
    EXPECT_EQ(answer.body.find("north"), std::string::npos);
    EXPECT_EQ(answer.headers.get("Cache-Control"), "no-store");
    const auto config = co_await get("/config.json");
    EXPECT_EQ(core::serialize_json(config).find("relay"), std::string::npos);
  });
}

}  // namespace
}  // namespace pantheon::signaling
