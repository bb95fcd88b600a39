#include "host/forward.hpp"

#include <gmock/gmock.h>

#include "host/testing/host_fixture.hpp"

namespace pantheon::host {
namespace {

using namespace std::chrono_literals;
using engine::testing::recorded;
using testing::Connection;
using testing::HostFixture;
using testing::RecordedExchange;
using testing::run;
using testing::run_until;

constexpr const char* kChat =
    R"({"model":"gemma3-270m","messages":[{"role":"user","content":"hi"}],"stream":true})";

class ForwardTest : public HostFixture {};

asio::awaitable<void> stream_two(Connection connection) {
  co_await connection->start_stream();
  co_await connection->chunk("data: {\"a\":1}\n\n");
  co_await core::sleep_for(20ms);
  co_await connection->chunk("data: {\"a\":2}\n\n");
  co_await connection->chunk("");
}

TEST_F(ForwardTest, BytesPassAsTheyCome) {
  llama.on("POST /v1/chat/completions", stream_two);
  const auto answer = ask("POST", "/v1/chat/completions", kChat);
  EXPECT_EQ(answer->status(), 200U);
  EXPECT_THAT(answer->final_heads[0].headers,
              ::testing::ElementsAre(::testing::Pair("content-type", "text/event-stream")));
  EXPECT_THAT(answer->pieces, ::testing::ElementsAre("data: {\"a\":1}\n\n", "data: {\"a\":2}\n\n"));
  EXPECT_TRUE(answer->ended);
  EXPECT_EQ(llama.requests.back().body(), kChat);
  const auto* finished = last_event<RequestFinished>();
  ASSERT_NE(finished, nullptr);
  EXPECT_EQ(finished->outcome, Outcome::served);
  EXPECT_EQ(finished->tokens.answer, 2U);
  EXPECT_EQ(finished->device_name, "Phone");
  EXPECT_EQ(host->statistics().devices().at("phone").requests, 1U);
}

TEST_F(ForwardTest, HeadersOfThePeerDoNotReachTheEngine) {
  llama.reply("POST /v1/chat/completions", "{}");
  auto exchange = std::make_shared<RecordedExchange>("POST", "/v1/chat/completions?x=1", kChat);
  exchange->head_.headers = {{"authorization", "Bearer peer"},
                             {"origin", "https://page"},
                             {"cookie", "c"},
                             {"host", "evil"},
                             {"content-type", "text/plain"}};
  ask(exchange);
  const auto& request = llama.requests.back();
  EXPECT_EQ(request.count("authorization") + request.count("origin") + request.count("cookie"), 0U);
  EXPECT_EQ(request["host"], "127.0.0.1:" + std::to_string(llama.port()));
  EXPECT_EQ(request["accept-encoding"], "identity");
  EXPECT_EQ(request["content-type"], "application/json");
  EXPECT_EQ(request.target(), "/v1/chat/completions");
}

TEST_F(ForwardTest, AHeaderThatHttpCannotCarryDoesNotPutTheEngineDown) {
  llama.reply("POST /v1/chat/completions", "{}");
  auto exchange = std::make_shared<RecordedExchange>("POST", "/v1/chat/completions", kChat);
  exchange->head_.headers = {{"accept", "\x01"}, {"openai-beta", "\x7F"}};
  EXPECT_EQ(ask(exchange)->status(), 200U);
  EXPECT_EQ(last_event<EngineDown>(), nullptr);
}

TEST_F(ForwardTest, OwnerSettingsAreKeptOutOfReach) {
  ollama.reply("POST /api/chat", "{}");
  ask("POST", "/api/chat",
      R"({"model":"gemma3:270m","keep_alive":0,"options":{"num_ctx":100000000,"num_gpu":5000,"seed":1}})");
  EXPECT_EQ(
      ollama.requests.back().body(),
      R"({"model":"gemma3:270m","keep_alive":null,"options":{"num_ctx":131072,"num_gpu":999,"seed":1}})");
}

TEST_F(ForwardTest, ADeviceWithManagementIsNotHeldBack) {
  SharingRules sharing;
  sharing.devices["phone"].management = true;
  host->set_sharing(sharing);
  ollama.reply("POST /api/chat", "{}");
  ollama.reply("POST /api/pull", R"({"status":"success"})");
  const std::string body = R"({"model":"gemma3:270m","keep_alive":0})";
  ask("POST", "/api/chat", body);
  EXPECT_EQ(ollama.requests.back().body(), body);
  ollama.seen.clear();
  EXPECT_EQ(ask("POST", "/api/pull", R"({"model":"x"})")->status(), 200U);
  EXPECT_NE(std::ranges::find(ollama.seen, "POST /api/pull"), ollama.seen.end());
  EXPECT_NE(std::ranges::find(ollama.seen, "GET /api/tags"), ollama.seen.end())
      << "which models there are now";
}

TEST_F(ForwardTest, OnlyTheBytesOfTheModelBecomeTheEnginesName) {
  llama.reply("POST /v1/chat/completions", "{}");
  ask("POST", "/v1/chat/completions", R"({"x": 1, "model" : "gemma3-270m@llama-server" ,"y":[ ]})");
  EXPECT_EQ(llama.requests.back().body(), R"({"x": 1, "model" : "gemma3-270m" ,"y":[ ]})");
}

TEST_F(ForwardTest, ADialectTheEngineDoesNotSpeakIsNamed) {
  const auto answer = ask("POST", "/api/chat", kChat);
  EXPECT_EQ(answer->status(), 400U);
  EXPECT_EQ(answer->json().at("code"), "dialect_unsupported");
  EXPECT_NE(answer->text().find("/v1/chat/completions"), std::string::npos);
}

TEST_F(ForwardTest, AnErrorOfTheEngineIsPassedOnAsItIs) {
  llama.reply("POST /v1/chat/completions", R"({"error":{"message":"no"}})", 400);
  const auto answer = ask("POST", "/v1/chat/completions", kChat);
  EXPECT_EQ(answer->status(), 400U);
  EXPECT_EQ(answer->text(), R"({"error":{"message":"no"}})");
}

asio::awaitable<void> break_off(Connection connection) {
  co_await connection->start_stream();
  co_await connection->chunk("data: {\"a\":1}\n\n");
}

TEST_F(ForwardTest, AnEngineThatDiesMidAnswerResetsTheStream) {
  llama.on("POST /v1/chat/completions", break_off);
  const auto answer = ask("POST", "/v1/chat/completions", kChat);
  EXPECT_EQ(answer->text(), "data: {\"a\":1}\n\n");
  EXPECT_EQ(answer->reset_code, "engine_failed");
  EXPECT_GT(answer->reset_message.size(), 20U);
  EXPECT_FALSE(answer->ended);
  EXPECT_EQ(last_event<RequestFinished>()->error_code, "engine_failed");
}

asio::awaitable<void> begin_only(Connection connection) {
  co_await break_off(connection);
  co_await connection->closed();
}

TEST_F(ForwardTest, AnEngineThatDiedMidAnswerIsNotedBeforeAnybodyAsksAgain) {
  catalogue->start();
  llama.on("POST /v1/chat/completions", begin_only);
  auto exchange = std::make_shared<RecordedExchange>("POST", "/v1/chat/completions", kChat);
  core::TaskGroup link(io.get_executor());
  link.spawn(host->exchange_handler()(exchange));
  ASSERT_TRUE(run_until(io, [&] { return !exchange->pieces.empty(); }));
  llama.die();
  ASSERT_TRUE(run_until(io, [&] { return last_event<EngineDown>() != nullptr; }));
  EXPECT_EQ(last_event<EngineDown>()->engine.id, "llama-server");
  EXPECT_EQ(exchange->reset_code, "engine_failed");
  run(io, catalogue->stop());
}

TEST_F(ForwardTest, AnEngineThatOnlyBrokeAnAnswerOffIsNotSaidToBeDown) {
  catalogue->start();
  llama.on("POST /v1/chat/completions", break_off);
  const auto looks = [this] { return std::ranges::count(llama.seen, "GET /v1/models"); };
  EXPECT_EQ(ask("POST", "/v1/chat/completions", kChat)->reset_code, "engine_failed");
  const auto before = looks();
  ASSERT_TRUE(run_until(io, [&] { return looks() > before; }));
  run(io, catalogue->refresh());
  EXPECT_EQ(last_event<EngineDown>(), nullptr);
  run(io, catalogue->stop());
}

class ImpatientForwardTest : public HostFixture {
 protected:
  static constexpr auto kSilence = 1000ms;
  static HostOptions impatient() {
    HostOptions options;
    options.engine_silence = kSilence;
    return options;
  }
  ImpatientForwardTest() : HostFixture(impatient()) {}
};

TEST_F(ImpatientForwardTest, AnEngineThatFallsSilentMidAnswerGivesItsPlaceToTheNextInLine) {
  int asked = 0;
  ollama.on("POST /api/chat", [&asked](const Connection& connection) {
    if (++asked == 1) return begin_only(connection);
    return connection->send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
  });
  core::TaskGroup link(io.get_executor());
  const auto ask_on = [&] {
    auto exchange = std::make_shared<RecordedExchange>("POST", "/api/chat", R"({"model":"gemma3:270m"})");
    link.spawn(host->exchange_handler()(exchange));
    return exchange;
  };
  const auto first = ask_on();
  ASSERT_TRUE(run_until(io, [&] { return !first->pieces.empty(); }));
  const auto second = ask_on();
  ASSERT_TRUE(run_until(io, [&] { return !second->interim.empty(); })) << "Ollama answers one at a time";
  EXPECT_TRUE(run_until(io, [&] { return second->ended; }));
  EXPECT_EQ(first->reset_code, "engine_failed");
  EXPECT_NE(first->reset_message.find("said nothing for too long"), std::string::npos);
  link.cancel();
  run(io, link.join());
}

TEST_F(ImpatientForwardTest, APeerThatTakesNothingOfItsAnswerGivesItsPlaceToTheNextInLine) {
  int asked = 0;
  ollama.on("POST /api/chat", [&asked](const Connection& connection) {
    return ++asked == 1 ? begin_only(connection) : stream_two(connection);
  });
  core::TaskGroup link(io.get_executor());
  const auto ask_on = [&](bool takes_nothing) {
    auto exchange = std::make_shared<RecordedExchange>("POST", "/api/chat", R"({"model":"gemma3:270m"})");
    exchange->takes_nothing = takes_nothing;
    link.spawn(host->exchange_handler()(exchange));
    return exchange;
  };
  const auto first = ask_on(true);
  ASSERT_TRUE(run_until(io, [&] { return !first->final_heads.empty(); }));
  const auto second = ask_on(false);
  ASSERT_TRUE(run_until(io, [&] { return !second->interim.empty(); }));
  EXPECT_TRUE(run_until(io, [&] { return second->ended; }));
  EXPECT_EQ(first->reset_code, "timed_out");
  link.cancel();
  run(io, link.join());
}

asio::awaitable<void> say_nothing(Connection connection) {
  co_await connection->closed();
}

TEST_F(ImpatientForwardTest, AnEngineThatSaysNothingToAnOlderClientsRequestFailsAfterTheSameTime) {
  llama.on("POST /v1/chat/completions", say_nothing);
  const auto began = std::chrono::steady_clock::now();
  const auto answer = run(io, host->json_handler()("chat", core::json::value{{"model", "gemma3-270m"}},
                                                   {"old", "Old phone", "s", false}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code(), "engine_timeout");
  EXPECT_LT(std::chrono::steady_clock::now() - began, 30s);
}

asio::awaitable<void> take_its_time(Connection connection) {
  co_await connection->start_stream();
  for (int i = 0; i < 3; ++i) {
    co_await core::sleep_for(400ms);
    co_await connection->chunk("data: {}\n\n");
  }
  co_await connection->chunk("");
}

TEST_F(ImpatientForwardTest, AnEngineThatSaysSomethingNowAndThenMayTakeLonger) {
  llama.on("POST /v1/chat/completions", take_its_time);
  const auto began = std::chrono::steady_clock::now();
  const auto answer = ask("POST", "/v1/chat/completions", kChat);
  EXPECT_TRUE(answer->ended) << answer->reset_code;
  EXPECT_GT(std::chrono::steady_clock::now() - began, kSilence);
}

TEST_F(ForwardTest, AnEngineThatIsDownIsACodedErrorAndNoted) {
  ask("GET", "/v1/models");
  llama.die();
  const auto answer = ask("POST", "/v1/chat/completions", kChat);
  EXPECT_EQ(answer->status(), 503U);
  EXPECT_EQ(answer->json().at("error").at("code"), "engine_unavailable");
  EXPECT_NE(last_event<EngineDown>(), nullptr);
  EXPECT_TRUE(catalogue->current()->find_model("gemma3-270m")->stale);
}

struct Watched {
  bool began = false;
  std::chrono::steady_clock::time_point closed_at{};
};

TEST_F(ForwardTest, CancellingClosesTheEnginesConnectionWithin50Ms) {
  Watched watched;
  llama.on("POST /v1/chat/completions", [&watched](Connection connection) {
    return [](Connection inner, Watched& seen) -> asio::awaitable<void> {
      co_await inner->start_stream();
      co_await inner->chunk("data: {\"a\":1}\n\n");
      seen.began = true;
      co_await inner->closed();
      seen.closed_at = std::chrono::steady_clock::now();
    }(connection, watched);
  });
  auto exchange = std::make_shared<RecordedExchange>("POST", "/v1/chat/completions", kChat);
  core::TaskGroup link(io.get_executor());
  link.spawn(host->exchange_handler()(exchange));
  ASSERT_TRUE(run_until(io, [&] { return watched.began && !exchange->pieces.empty(); }));
  const auto cancelled_at = std::chrono::steady_clock::now();
  link.cancel();
  ASSERT_TRUE(run_until(io, [&] { return watched.closed_at != std::chrono::steady_clock::time_point(); }));
  EXPECT_LT(watched.closed_at - cancelled_at, 50ms);
  EXPECT_EQ(link.size(), 0U);
  EXPECT_EQ(last_event<RequestFinished>()->outcome, Outcome::cancelled);
  EXPECT_EQ(host->statistics().totals().active, 0U);
}

TEST_F(ForwardTest, CancellingBeforeTheAnswerBeginsClosesTheConnectionToo) {
  Watched watched;
  llama.on("POST /v1/chat/completions", [&watched](Connection connection) {
    return [](Connection inner, Watched& seen) -> asio::awaitable<void> {
      seen.began = true;
      co_await inner->closed();
      seen.closed_at = std::chrono::steady_clock::now();
    }(connection, watched);
  });
  auto exchange = std::make_shared<RecordedExchange>("POST", "/v1/chat/completions", kChat);
  core::TaskGroup link(io.get_executor());
  link.spawn(host->exchange_handler()(exchange));
  ASSERT_TRUE(run_until(io, [&] { return watched.began; }));
  const auto cancelled_at = std::chrono::steady_clock::now();
  link.cancel();
  ASSERT_TRUE(run_until(io, [&] { return watched.closed_at != std::chrono::steady_clock::time_point(); }));
  EXPECT_LT(watched.closed_at - cancelled_at, 50ms);
}

TEST_F(ForwardTest, UnprovenPeersAreServedOneAtATimeAndToldTheirPosition) {
  bool release = false;
  int running = 0;
  llama.on("POST /v1/chat/completions", [&](Connection connection) {
    return [](Connection inner, bool& go, int& count) -> asio::awaitable<void> {
      ++count;
      while (!go) co_await core::sleep_for(5ms);
      co_await inner->send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
    }(connection, release, running);
  });
  core::TaskGroup link(io.get_executor());
  std::vector<std::shared_ptr<RecordedExchange>> exchanges;
  for (int i = 0; i < 2; ++i) {
    exchanges.push_back(std::make_shared<RecordedExchange>("POST", "/v1/chat/completions", kChat));
    exchanges.back()->peer_ = {"claimed" + std::to_string(i), "x", "s", false};
    link.spawn(host->exchange_handler()(exchanges.back()));
  }
  ASSERT_TRUE(run_until(io, [&] { return running == 1 && !exchanges[1]->interim.empty(); }));
  EXPECT_EQ(exchanges[1]->interim[0].info.at("queue").at("position"), 1);
  EXPECT_EQ(running, 1) << "llama-server has two slots, but the two are one lane";
  release = true;
  EXPECT_TRUE(run_until(io, [&] { return link.size() == 0; }));
  EXPECT_TRUE(exchanges[0]->ended);
  EXPECT_TRUE(exchanges[1]->ended);
}

TEST_F(ForwardTest, AnAnswerWithOurOwnMarkIsALoop) {
  llama.reply("POST /v1/chat/completions", "{}", 200, "X-Pantheon-Gateway: 1\r\n");
  EXPECT_EQ(ask("POST", "/v1/chat/completions", kChat)->status(), 508U);
}

}  // namespace
}  // namespace pantheon::host
