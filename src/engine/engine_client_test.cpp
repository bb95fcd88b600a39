#include "engine/engine_client.hpp"

#include <gtest/gtest.h>

#include "engine/address.hpp"
#include "engine/error.hpp"
#include "engine/testing/run.hpp"
#include "engine/testing/stand_in_engine.hpp"

namespace pantheon::engine {
namespace {

using namespace std::chrono_literals;
using testing::run;
using testing::StandInEngine;

class EngineClientTest : public ::testing::Test {
 protected:
  asio::io_context io;
  StandInEngine stand_in{io};
  EngineClient client{io.get_executor()};
  EngineAddress address = engine_address(stand_in.url()).value();

  EngineCall call(std::string path) {
    EngineCall c;
    c.path = std::move(path);
    return c;
  }
};

asio::awaitable<core::Result<std::string>> read_all(EngineClient& client, EngineAddress address,
                                                    EngineCall call) {
  auto answer = co_await client.send(address, std::move(call));
  if (!answer) co_return core::failure(answer.error());
  std::string text;
  for (;;) {
    const auto bytes = co_await answer->read();
    if (!bytes) co_return core::failure(bytes.error());
    if (bytes->empty()) co_return text;
    text += core::as_text(*bytes);
  }
}

TEST_F(EngineClientTest, SetsAuthorizationAndEncodingItself) {
  stand_in.reply("GET /x", "{}");
  address.api_key = "key";
  const auto text = run(io, read_all(client, address, call("/x")));
  ASSERT_TRUE(text);
  ASSERT_EQ(stand_in.requests.size(), 1U);
  EXPECT_EQ(stand_in.requests[0]["Authorization"], "Bearer key");
  EXPECT_EQ(stand_in.requests[0]["Accept-Encoding"], "identity");
}

TEST_F(EngineClientTest, AddsTheBasePathOfTheAddress) {
  stand_in.reply("GET /api/v1/models", "{}");
  const auto based = engine_address(stand_in.url() + "/api/v1").value();
  EXPECT_TRUE(run(io, read_all(client, based, call("/v1/models"))));
  EXPECT_EQ(stand_in.seen.back(), "GET /api/v1/models");
}

TEST_F(EngineClientTest, NothingThereIsUnavailable) {
  stand_in.die();
  const auto text = run(io, read_all(client, address, call("/x")));
  ASSERT_FALSE(text);
  EXPECT_TRUE(text.error().is(EngineError::unavailable));
}

TEST_F(EngineClientTest, ARequestThatCannotBeWrittenIsNoFaultOfTheEngine) {
  stand_in.reply("GET /x", "{}");
  auto broken = call("/x");
  broken.headers.set("Accept", "\x01");
  const auto text = run(io, read_all(client, address, std::move(broken)));
  ASSERT_FALSE(text);
  EXPECT_TRUE(text.error().is(EngineError::request_invalid)) << text.error().message();
  EXPECT_TRUE(stand_in.seen.empty());
}

asio::awaitable<void> break_off(std::shared_ptr<StandInEngine::Connection> connection) {
  co_await connection->start_stream();
  co_await connection->chunk("data: 1\n\n");
}

TEST_F(EngineClientTest, AnAnswerThatBreaksOffHasFailed) {
  stand_in.on("GET /x", break_off);
  const auto text = run(io, read_all(client, address, call("/x")));
  ASSERT_FALSE(text);
  EXPECT_TRUE(text.error().is(EngineError::failed)) << text.error().message();
}

asio::awaitable<void> fall_silent(std::shared_ptr<StandInEngine::Connection> connection) {
  co_await break_off(connection);
  co_await connection->closed();
}

TEST_F(EngineClientTest, AnAnswerThatFallsSilentForTooLongHasFailed) {
  stand_in.on("GET /x", fall_silent);
  auto silent = call("/x");
  silent.silence_timeout = 50ms;
  const auto text = run(io, read_all(client, address, std::move(silent)));
  ASSERT_FALSE(text);
  EXPECT_TRUE(text.error().is(EngineError::failed)) << text.error().message();
  EXPECT_FALSE(text.error().detail().empty());
}

asio::awaitable<void> say_nothing(std::shared_ptr<StandInEngine::Connection> connection) {
  co_await connection->closed();
}

TEST_F(EngineClientTest, NoAnswerInTimeIsATimeout) {
  stand_in.on("GET /x", say_nothing);
  auto slow = call("/x");
  slow.response_timeout = 20ms;
  const auto text = run(io, read_all(client, address, std::move(slow)));
  ASSERT_FALSE(text);
  EXPECT_TRUE(text.error().is(EngineError::timeout)) << text.error().message();
}

TEST_F(EngineClientTest, ALargerBodyThanWantedIsABadAnswer) {
  stand_in.reply("GET /x", std::string(100, 'x'));
  const auto response = run(io, client.fetch(address, call("/x"), core::Bytes{10}, 1s));
  ASSERT_FALSE(response);
  EXPECT_TRUE(response.error().is(EngineError::bad_answer));
}

}  // namespace
}  // namespace pantheon::engine
