#include "session/relayed_requests.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "core/json_depth.hpp"
#include "socketio/event.hpp"

namespace pantheon::session {
namespace {

namespace json = core::json;
using identity::KeyBook;

asio::awaitable<core::Result<json::value>> echo_data(std::string type, json::value data, PeerIdentity peer) {
  co_return json::value{{"type", type}, {"data", data}, {"from", peer.device_id}, {"proven", peer.proven}};
}

asio::awaitable<core::Result<json::value>> large(std::string, json::value, PeerIdentity) {
  co_return json::value(std::string(RelayedRequests::kMaxAnswer.count, 'x'));
}

asio::awaitable<core::Result<json::value>> deep(std::string, json::value, PeerIdentity) {
  co_return core::parse_json(std::string(core::kMaxJsonDepth, '[') + std::string(core::kMaxJsonDepth, ']'));
}

asio::awaitable<core::Result<json::value>> throwing(std::string, json::value, PeerIdentity) {
  throw std::runtime_error("a fault of the handler");
  co_return nullptr;
}

socketio::Event event_of(json::value payload) {
  socketio::Event event;
  event.name = "legacy-request";
  event.args.push_back(std::move(payload));
  event.acknowledge = [](json::array, std::vector<core::ByteVector>) {};
  return event;
}

asio::awaitable<core::Result<json::value>> wait_long(int& cancelled) {
  const bool alive = co_await core::sleep_for(std::chrono::hours(1));
  if (!alive) ++cancelled;
  co_return nullptr;
}

struct RelayedRequestsTest : testing::Test {
  json::object ask(JsonRequestHandler handler, const KeyBook& book, json::value payload) {
    asio::io_context io;
    core::TaskGroup tasks(io.get_executor());
    RelayedRequests relayed(tasks, std::move(handler), book);
    json::object answer;
    auto event = event_of(std::move(payload));
    event.acknowledge = [&answer](json::array result, std::vector<core::ByteVector>) {
      answer = result.at(0).as_object();
    };
    relayed.answer(event);
    io.run();
    return answer;
  }
  KeyBook open{"dev:dev:anna", KeyBook::FirstSight::remember};
  KeyBook paired{"local:x:owner", KeyBook::FirstSight::refuse};
};

json::object request(json::object data) {
  return {{"requestId", "r"}, {"fromUserId", "old-desk"}, {"fromSocketId", "s1"}, {"data", std::move(data)}};
}

TEST_F(RelayedRequestsTest, AnUnprovenPeerIsServedWhereThoseAreLetIn) {
  const auto answer = ask(echo_data, open, request({{"type", "get_models"}}));
  EXPECT_EQ(answer.at("success"), true);
  EXPECT_EQ(answer.at("data").at("type"), "get_models");
  EXPECT_EQ(answer.at("data").at("from"), "old-desk");
  EXPECT_EQ(answer.at("data").at("proven"), false);
}

TEST_F(RelayedRequestsTest, AChatRequestMayStandThereItselfOrAsData) {
  const json::object chat{{"model", "m"}};
  for (const auto& data : {json::object{{"model", "m"}}, json::object{{"type", "chat"}, {"model", "m"}},
                           json::object{{"type", "chat"}, {"data", chat}}}) {
    const auto answer = ask(echo_data, open, request(data));
    EXPECT_EQ(answer.at("data").at("type"), "chat");
    EXPECT_EQ(answer.at("data").at("data"), json::value(chat));
  }
}

TEST_F(RelayedRequestsTest, APairedAccountServesNobodyUnproven) {
  const auto answer = ask(echo_data, paired, request({{"type", "get_models"}}));
  EXPECT_EQ(answer.at("success"), false);
  EXPECT_EQ(answer.at("code"), "pinned_peer_over_json");
}

TEST_F(RelayedRequestsTest, ADeviceWhoseKeyIsKnownIsNotServedInTheClear) {
  const auto key = identity::DeviceKey::generate();
  ASSERT_TRUE(open.pin("old-desk", key.public_key()));
  EXPECT_EQ(ask(echo_data, open, request({{"type", "get_models"}})).at("code"), "pinned_peer_over_json");
}

TEST_F(RelayedRequestsTest, WithoutAHandlerNothingIsServed) {
  EXPECT_EQ(ask({}, open, request({{"type", "get_models"}})).at("success"), false);
}

TEST_F(RelayedRequestsTest, AFaultOfTheHandlerIsAnsweredWithACode) {
  const auto answer = ask(throwing, open, request({{"type", "get_models"}}));
  ASSERT_TRUE(answer.contains("code")) << "nothing was answered";
  EXPECT_EQ(answer.at("code"), "internal");
}

TEST_F(RelayedRequestsTest, MalformedEventsGetACodedAnswer) {
  for (const auto& payload :
       {json::value(), json::value(7), json::value(json::array()), json::value(json::object()),
        json::value{{"fromUserId", "a"}}, json::value{{"fromUserId", "a"}, {"data", "x"}},
        json::value{{"fromUserId", std::string(200, 'x')}, {"data", json::object()}}}) {
    EXPECT_EQ(ask(echo_data, open, payload).at("code"), "bad_json_message") << payload;
  }
}

TEST_F(RelayedRequestsTest, ARequestThatTakesTooLongIsCancelled) {
  asio::io_context io;
  core::TaskGroup tasks(io.get_executor());
  int cancelled = 0;
  const JsonRequestHandler handler = [&cancelled](std::string, json::value, PeerIdentity) {
    return wait_long(cancelled);
  };
  RelayedRequests relayed(tasks, handler, open, std::chrono::milliseconds(20));
  relayed.answer(event_of(request({{"type", "chat"}})));
  io.run_for(std::chrono::seconds(2));
  EXPECT_EQ(cancelled, 1);
  EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(RelayedRequestsTest, WhoseServerIsGoneIsCancelled) {
  asio::io_context io;
  core::TaskGroup tasks(io.get_executor());
  int cancelled = 0;
  const JsonRequestHandler handler = [&cancelled](std::string, json::value, PeerIdentity) {
    return wait_long(cancelled);
  };
  RelayedRequests relayed(tasks, handler, open);
  for (int n = 0; n < 2; ++n) relayed.answer(event_of(request({{"type", "chat"}})));
  io.poll();
  relayed.cancel();
  io.restart();
  io.run_for(std::chrono::seconds(2));
  EXPECT_EQ(cancelled, 2);
  EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(RelayedRequestsTest, AnAnswerThatIsTooLargeForTheServerIsAnError) {
  for (const auto& handler : {large, deep})
    EXPECT_EQ(ask(handler, open, request({{"type", "get_models"}})).at("code"), "too_large");
}

}  // namespace
}  // namespace pantheon::session
