#include "engine/catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/detached.hpp>

#include "core/async_event.hpp"
#include "engine/address.hpp"
#include "engine/testing/run.hpp"
#include "engine/testing/stand_in_engine.hpp"

namespace pantheon::engine {
namespace {

using namespace std::chrono_literals;
using testing::recorded;
using testing::run;
using testing::run_until;
using testing::StandInEngine;

class CatalogueTest : public ::testing::Test {
 protected:
  asio::io_context io;
  StandInEngine ollama{io};
  StandInEngine llama{io};
  EngineClient client{io.get_executor()};

  EngineAddress found(const StandInEngine& engine) {
    auto address = engine_address(engine.url()).value();
    address.approved = false;
    return address;
  }
  CatalogueOptions both() {
    ollama.be_ollama();
    llama.be_llama_server();
    CatalogueOptions options;
    options.candidates = {found(ollama), found(llama)};
    return options;
  }
  static long asked(const StandInEngine& engine, const std::string& what) {
    return std::count(engine.seen.begin(), engine.seen.end(), what);
  }
};

TEST_F(CatalogueTest, ListsTheModelsOfAllEngines) {
  Catalogue catalogue(io.get_executor(), client, both());
  const auto snapshot = run(io, catalogue.get());
  ASSERT_EQ(snapshot->engines.size(), 2U);
  ASSERT_EQ(snapshot->models.size(), 2U) << "the cloud model is hidden";
  EXPECT_EQ(snapshot->models[0].id, "gemma3:270m");
  EXPECT_EQ(snapshot->models[0].engine_id, "ollama");
  EXPECT_EQ(snapshot->models[1].id, "gemma3-270m");
  EXPECT_EQ(snapshot->find_model("gemma3-270m@llama-server"), &snapshot->models[1]);
  EXPECT_EQ(snapshot->find_model("nothing"), nullptr);
}

TEST_F(CatalogueTest, IsEmptyAndAnswersWithoutAnyCandidate) {
  Catalogue catalogue(io.get_executor(), client, {});
  EXPECT_TRUE(run(io, catalogue.refresh())->engines.empty());
}

TEST_F(CatalogueTest, WhoKnowsOfAChangeIsNotToldWhatWasAskedBefore) {
  Catalogue catalogue(io.get_executor(), client, both());
  asio::co_spawn(io, catalogue.refresh(), asio::detached);
  EXPECT_TRUE(run_until(io, [&] { return asked(ollama, "GET /api/tags") == 1; }));
  run(io, catalogue.refresh());
  EXPECT_EQ(asked(ollama, "GET /api/tags"), 1) << "joins the asking that is under way";
  asio::co_spawn(io, catalogue.refresh(), asio::detached);
  EXPECT_TRUE(run_until(io, [&] { return asked(ollama, "GET /api/tags") == 2; }));
  run(io, catalogue.ask_anew());
  EXPECT_EQ(asked(ollama, "GET /api/tags"), 3);
}

TEST_F(CatalogueTest, LearnsWhatOllamasListLeavesOut) {
  Catalogue catalogue(io.get_executor(), client, both());
  run(io, catalogue.get());
  EXPECT_TRUE(run_until(io, [&] { return catalogue.current()->models[0].context == 32768; }));
  run(io, catalogue.refresh());
  EXPECT_EQ(catalogue.current()->models[0].context, 32768U);
  EXPECT_EQ(asked(ollama, "POST /api/show"), 2) << "once for each model, remembered by digest";
}

TEST_F(CatalogueTest, WhileOllamaIsSlowToTellNobodyAsksTheSameAgain) {
  const auto options = both();
  core::AsyncEvent told(io.get_executor());
  bool may_tell = false;
  ollama.on("POST /api/show", [&](std::shared_ptr<StandInEngine::Connection> connection) {
    return [](std::shared_ptr<StandInEngine::Connection> inner, core::AsyncEvent& event,
              const bool& now) -> asio::awaitable<void> {
      while (!now) (void)co_await event.wait();
      const auto details = recorded("ollama_show.json");
      co_await inner->send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " +
                           std::to_string(details.size()) + "\r\n\r\n" + details);
    }(std::move(connection), told, may_tell);
  });
  Catalogue catalogue(io.get_executor(), client, options);
  for (int i = 0; i < 5; ++i) run(io, catalogue.refresh());
  may_tell = true;
  told.notify();
  EXPECT_TRUE(run_until(io, [&] { return catalogue.current()->models[0].context == 32768; }));
  run(io, catalogue.refresh());
  EXPECT_EQ(asked(ollama, "POST /api/show"), 2) << "once for each model";
}

TEST_F(CatalogueTest, ACloudModelIsSharedOnlyByName) {
  auto options = both();
  options.shared_remote_models = {"gpt-oss:120b-cloud"};
  Catalogue catalogue(io.get_executor(), client, options);
  EXPECT_NE(run(io, catalogue.get())->find_model("gpt-oss:120b-cloud"), nullptr);
}

TEST_F(CatalogueTest, AsksOnceWithinTheCacheTime) {
  Catalogue catalogue(io.get_executor(), client, both());
  const auto first = run(io, catalogue.get());
  EXPECT_EQ(run(io, catalogue.get()), first);
  EXPECT_EQ(asked(llama, "GET /v1/models"), 1);
}

TEST_F(CatalogueTest, WhatIsRecentIsNotAskedForAgain) {
  auto options = both();
  Catalogue patient(io.get_executor(), client, options);
  run(io, patient.get());
  run(io, patient.get_recent());
  EXPECT_EQ(asked(llama, "GET /v1/models"), 1);
  options.recent_time = 0ms;
  Catalogue eager(io.get_executor(), client, options);
  run(io, eager.get());
  run(io, eager.get_recent());
  EXPECT_EQ(asked(llama, "GET /v1/models"), 3);
}

asio::awaitable<void> get_it(Catalogue& catalogue, int& answered) {
  co_await catalogue.get();
  ++answered;
}

TEST_F(CatalogueTest, ManyWhoAskAtOnceShareOneAnswer) {
  Catalogue catalogue(io.get_executor(), client, both());
  core::TaskGroup tasks(io.get_executor());
  int answered = 0;
  for (int i = 0; i < 10; ++i) tasks.spawn(get_it(catalogue, answered));
  EXPECT_TRUE(run_until(io, [&] { return answered == 10; }));
  EXPECT_EQ(asked(llama, "GET /v1/models"), 1);
}

TEST_F(CatalogueTest, OneWhoGivesUpDoesNotStopTheAskingOfOthers) {
  Catalogue catalogue(io.get_executor(), client, both());
  core::TaskGroup impatient(io.get_executor());
  core::TaskGroup patient(io.get_executor());
  int gone = 0;
  int answered = 0;
  impatient.spawn(get_it(catalogue, gone));
  patient.spawn(get_it(catalogue, answered));
  io.poll();
  impatient.cancel();
  EXPECT_TRUE(run_until(io, [&] { return answered == 1; }));
  EXPECT_EQ(impatient.size(), 0U);
}

TEST_F(CatalogueTest, TheSameNameInTwoEnginesGetsASuffix) {
  ollama.be_llama_server();
  llama.be_llama_server();
  CatalogueOptions options;
  options.candidates = {found(ollama), found(llama)};
  Catalogue catalogue(io.get_executor(), client, options);
  const auto snapshot = run(io, catalogue.get());
  ASSERT_EQ(snapshot->models.size(), 2U);
  EXPECT_EQ(snapshot->models[0].id, "gemma3-270m");
  EXPECT_EQ(snapshot->models[1].id, "gemma3-270m@llama-server-2");
  EXPECT_EQ(snapshot->find_model("gemma3-270m@llama-server"), &snapshot->models[0]);
}

TEST_F(CatalogueTest, LatestMayBeLeftAway) {
  ollama.be_ollama();
  ollama.reply("GET /api/tags", R"({"models":[{"model":"llama2:latest"}]})");
  CatalogueOptions options;
  options.candidates = {found(ollama)};
  Catalogue catalogue(io.get_executor(), client, options);
  const auto* model = run(io, catalogue.get())->find_model("llama2");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->id, "llama2:latest");
}

TEST_F(CatalogueTest, ADeadEngineLeavesStaleModelsAndIsNoticed) {
  auto options = both();
  options.search_interval = 10ms;
  Catalogue catalogue(io.get_executor(), client, options);
  int changes = 0;
  catalogue.on_change([&](const SnapshotPtr&) { ++changes; });
  catalogue.start();
  ASSERT_TRUE(run_until(io, [&] { return catalogue.current()->models.size() == 2; }));
  ASSERT_GE(changes, 1);
  llama.die();
  catalogue.report_down("llama-server");
  const auto snapshot = catalogue.current();
  EXPECT_FALSE(snapshot->find_engine("llama-server")->up);
  EXPECT_TRUE(snapshot->find_model("gemma3-270m")->stale);
  EXPECT_GE(changes, 2);
  run(io, catalogue.stop());
}

TEST_F(CatalogueTest, AfterABrokenAnswerTheEnginesSayWhetherTheyAreDown) {
  auto options = both();
  options.recent_time = 0ms;
  Catalogue catalogue(io.get_executor(), client, options);
  catalogue.start();
  ASSERT_TRUE(run_until(io, [&] { return catalogue.current()->models.size() == 2; }));
  llama.die();
  catalogue.report_broken_answer();
  EXPECT_TRUE(catalogue.current()->find_engine("llama-server")->up) << "nobody has looked";
  EXPECT_TRUE(run_until(io, [&] { return !catalogue.current()->find_engine("llama-server")->up; }));
  EXPECT_TRUE(catalogue.current()->find_engine("ollama")->up);
  run(io, catalogue.stop());
}

TEST_F(CatalogueTest, ManyBrokenAnswersHaveTheEnginesAskedOnceEachRecentTime) {
  auto options = both();
  options.recent_time = 200ms;
  Catalogue catalogue(io.get_executor(), client, options);
  catalogue.start();
  ASSERT_TRUE(run_until(io, [&] { return catalogue.current()->models.size() == 2; }));
  const auto looked_at = std::chrono::steady_clock::now();
  const auto asked_again = [&](long times) {
    catalogue.report_broken_answer();
    return asked(llama, "GET /v1/models") > times;
  };
  const auto before = asked(llama, "GET /v1/models");
  EXPECT_TRUE(run_until(io, [&] { return asked_again(before + 2); }));
  EXPECT_GT(std::chrono::steady_clock::now() - looked_at, 2 * options.recent_time);
  run(io, catalogue.stop());
}

TEST_F(CatalogueTest, WhatIsFoundDownIsLookedForFromThenOn) {
  auto options = both();
  options.recent_time = 0ms;
  options.search_interval = 10ms;
  Catalogue catalogue(io.get_executor(), client, options);
  catalogue.start();
  ASSERT_TRUE(run_until(io, [&] { return catalogue.current()->models.size() == 2; }));
  llama.die();
  run(io, catalogue.get_recent());
  ASSERT_FALSE(catalogue.current()->find_engine("llama-server")->up);
  StandInEngine again(io, llama.port());
  again.be_llama_server();
  EXPECT_TRUE(run_until(io, [&] { return catalogue.current()->find_engine("llama-server")->up; }));
  run(io, catalogue.stop());
}

TEST_F(CatalogueTest, AnEngineThatComesLaterIsFound) {
  auto options = both();
  options.search_interval = 10ms;
  options.candidates = {found(llama)};
  llama.forget("GET /props");
  llama.forget("GET /v1/models");
  Catalogue catalogue(io.get_executor(), client, options);
  catalogue.start();
  ASSERT_TRUE(run_until(io, [&] { return asked(llama, "GET /v1/models") > 0; }));
  EXPECT_TRUE(catalogue.current()->engines.empty());
  llama.be_llama_server();
  EXPECT_TRUE(run_until(io, [&] { return catalogue.current()->models.size() == 1; }));
  run(io, catalogue.stop());
}

TEST_F(CatalogueTest, AnEngineIsPublishedOnceItHasAnId) {
  const auto options = both();
  llama.forget("GET /props");
  llama.forget("GET /v1/models");
  Catalogue catalogue(io.get_executor(), client, options);
  ASSERT_EQ(run(io, catalogue.refresh())->engines.size(), 1U);

  core::AsyncEvent told(io.get_executor());
  bool may_tell = false;
  bool llama_is_known = false;
  const auto send = [](StandInEngine::Connection& connection,
                       const std::string& body) -> asio::awaitable<void> {
    co_await connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " +
                             std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  ollama.on("GET /api/tags", [&](std::shared_ptr<StandInEngine::Connection> connection) {
    return [](std::shared_ptr<StandInEngine::Connection> inner, core::AsyncEvent& event, const bool& now,
              const auto& answer) -> asio::awaitable<void> {
      while (!now) (void)co_await event.wait();
      const auto tags = recorded("ollama_tags.json");
      co_await answer(*inner, tags);
    }(std::move(connection), told, may_tell, send);
  });
  llama.be_llama_server();
  llama.on("GET /v1/models", [&](std::shared_ptr<StandInEngine::Connection> connection) {
    return [](std::shared_ptr<StandInEngine::Connection> inner, bool& known,
              const auto& answer) -> asio::awaitable<void> {
      const auto models = recorded("llama_server_models.json");
      co_await answer(*inner, models);
      co_await inner->closed();
      known = true;
    }(std::move(connection), llama_is_known, send);
  });
  asio::co_spawn(io, catalogue.refresh(), asio::detached);
  ASSERT_TRUE(run_until(io, [&] { return llama_is_known; }));
  ASSERT_TRUE(catalogue.approve("ollama")) << "publishes what is known";
  for (const auto& engine : catalogue.current()->engines) EXPECT_EQ(engine.id, "ollama");
  for (const auto& model : catalogue.current()->models) EXPECT_EQ(model.engine_id, "ollama");
  may_tell = true;
  told.notify();
  EXPECT_EQ(run(io, catalogue.refresh())->engines.size(), 2U);
}

TEST_F(CatalogueTest, AnUnknownEngineWaitsForTheOwnersYes) {
  llama.reply("GET /v1/models", R"({"object":"list","data":[{"id":"paid"}]})");
  CatalogueOptions options;
  options.candidates = {found(llama)};
  Catalogue catalogue(io.get_executor(), client, options);
  const auto before = run(io, catalogue.get());
  ASSERT_EQ(before->engines.size(), 1U);
  EXPECT_FALSE(before->engines[0].shared);
  EXPECT_TRUE(before->models.empty());
  EXPECT_TRUE(catalogue.approve(before->engines[0].id));
  EXPECT_FALSE(catalogue.approve("nobody"));
  EXPECT_NE(catalogue.current()->find_model("paid"), nullptr);
}

TEST_F(CatalogueTest, WithoutAnyEngineTheCatalogueIsEmpty) {
  ollama.die();
  CatalogueOptions options;
  options.candidates = {found(llama)};
  llama.die();
  Catalogue catalogue(io.get_executor(), client, options);
  const auto snapshot = run(io, catalogue.get());
  EXPECT_TRUE(snapshot->engines.empty());
  EXPECT_TRUE(snapshot->models.empty());
}

}  // namespace
}  // namespace pantheon::engine
