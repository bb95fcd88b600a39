#include "signaling/nesting.hpp"

#include "signaling/two_services_test_support.hpp"

// JSON within JSON: what the server takes from a client it puts into lists, into requests, and into messages
// between nodes. Whoever receives these must be able to read them.

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using test::text_of;

constexpr std::size_t kMostThatIsRead = core::kMaxJsonDepth;  // by a client of ours, and between nodes

/// JSON of so many levels.
json::value nested(std::size_t levels) {
  json::value value = levels;
  for (std::size_t i = 0; i < levels; ++i) {
    json::array around;
    around.push_back(std::move(value));
    value = std::move(around);
  }
  return value;
}

/// The payload of an announcement that is a packet of so many levels.
json::object announcement(std::size_t levels) {
  json::object model{{"name", "llama"}};
  model["details"] = nested(levels - 4);
  json::object payload;
  payload["models"] = json::array();
  payload["models"].as_array().push_back(std::move(model));
  payload["batteryState"] = nested(levels - 2);
  return payload;
}

/// Announces the deepest list that the server takes, which is given; deeper ones get a code.
test::asio::awaitable<json::object> announce_the_deepest(test::TestClient* from) {
  for (std::size_t levels = kMostThatIsRead; levels > 16; --levels) {
    auto payload = announcement(levels);
    const auto answer = co_await from->ask("announce-models", payload);
    if (answer.at("ok") == true) co_return payload;
    EXPECT_EQ(text_of(answer, "code"), "too_large");
  }
  throw std::runtime_error("nothing was taken");
}

/// Asks a host with the deepest request of generation 1 that the server takes; deeper ones get a code.
test::asio::awaitable<void> ask_the_deepest(test::LegacyTestClient& phone, test::TestClient& host) {
  host.answer("legacy-request", [](const json::object& asked) -> json::object {
    return {{"success", true}, {"data", asked.at("data")}};
  });
  json::object refusal{{"code", "too_large"}};
  for (std::size_t levels = kMostThatIsRead; levels > 16 && text_of(refusal, "code") == "too_large";
       --levels) {
    json::object data{{"model", "llama"}};
    data["deep"] = nested(levels - 2);
    phone.say({{"type", "peer_request"}, {"to_peer_id", "study"}, {"request_id", levels}, {"data", data}});
    const auto answer = co_await phone.next("chat_response");
    EXPECT_EQ(answer.at("request_id"), levels);
    if (answer.at("success") == true) {
      EXPECT_EQ(answer.at("data"), json::value(data));
      co_return;
    }
    refusal = answer;
  }
  ADD_FAILURE() << core::serialize_json(refusal);
}

struct NestingTest : test::LegacyServiceTest {};

TEST_F(NestingTest, AnAnnouncementThatIsTakenReachesEverybodyAsAListToo) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await joined("anna", "anna_electron", "electron");
    auto* web = co_await joined("anna", "anna_web");
    const auto announced = co_await announce_the_deepest(host);
    const auto told = co_await web->next("peer-models-updated");
    EXPECT_EQ(told.at("models"), announced.at("models"));
    web->emit("request-peer-list");
    const auto list = co_await web->next("peer-list");
    EXPECT_EQ(list.at("list").at(0).at("models"), announced.at("models"));
    EXPECT_EQ(list.at("list").at(0).at("batteryState"), announced.at("batteryState"));
    co_await host->settle();
  });
}

TEST_F(NestingTest, ARequestThatIsTakenReachesAHostOfOurs) {
  run([&]() -> test::asio::awaitable<void> {
    auto* host = co_await our_host("anna", "study");
    auto phone = co_await legacy("anna", "phone", "web");
    co_await ask_the_deepest(*phone, *host);
    co_await host->settle();
  });
}

template <class Kind>
struct NestingElsewhereTest : Kind {};
using Kinds = testing::Types<test::OverRedis<test::TwoServicesTest>, test::AsShards<test::TwoServicesTest>>;
TYPED_TEST_SUITE(NestingElsewhereTest, Kinds);

TYPED_TEST(NestingElsewhereTest, WhatIsTakenReachesTheOtherNode) {
  this->run_both([&]() -> test::asio::awaitable<void> {
    test::TestClient* host = nullptr;
    {
      const typename TestFixture::Elsewhere there(*this);
      host = co_await this->our_host("anna", "study");
    }
    auto* web = co_await this->joined("anna", "anna_web");
    const auto announced = co_await announce_the_deepest(host);
    const auto told = co_await web->next("peer-models-updated");
    EXPECT_EQ(told.at("models"), announced.at("models"));
    web->emit("request-peer-list");
    const auto list = co_await web->next("peer-list");
    EXPECT_EQ(list.at("list").at(0).at("models"), announced.at("models"));
    auto phone = co_await this->legacy("anna", "phone", "web");
    co_await phone->sees("study");
    co_await ask_the_deepest(*phone, *host);
    co_await web->settle();
  });
}

using NestingPairingTest = test::OverRedis<test::TwoServicesPairingTest>;

TEST_F(NestingPairingTest, WhatNobodyAskedForInARedeemDoesNotGoToTheOtherNode) {
  run_both([&]() -> test::asio::awaitable<void> {
    co_await open_code();
    const Elsewhere there(*this);
    auto redeemed = body();
    redeemed["more"] = nested(kMostThatIsRead - 1);
    const auto paired = co_await post("/v1/pairing/redeem", std::move(redeemed));
    EXPECT_EQ(text_of(paired, "deviceId"), phone.id()) << core::serialize_json(paired);
  });
}

}  // namespace
}  // namespace pantheon::signaling
