#include "app/model_host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "app/error.hpp"
#include "app/test_scripts.hpp"
#include "engine/testing/run.hpp"
#include "engine/testing/stand_in_engine.hpp"
#include "identity/device_key.hpp"
#include "identity/error.hpp"

namespace pantheon::app {
namespace {

using engine::testing::run;
using engine::testing::StandInEngine;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The engines of a machine that has those a test names, and what is shown of them.
class ModelHostTest : public testing::Test {
 protected:
  ModelHostTest() {
    options_.name = "Tower";
    options_.search_engines = false;
    events_.on_engines = [this](const std::vector<UpEvents::Engine>& engines) { shown_ = engines; };
    events_.on_note = [this](const std::string& note) { notes_.push_back(note); };
    events_.on_trial_progress = [this](const TrialEngine::Progress& progress) {
      said_.push_back(progress.what);
    };
    events_.on_offer_trial = [this] { return offer(); };
    engine_.be_llama_server();
  }
  ~ModelHostTest() override {
    if (host_) run(io_, host_->stop());
    engine_.die();
    io_.restart();
    io_.poll();
  }

  asio::awaitable<bool> offer() {
    ++offers_;
    co_return accept_;
  }
  core::Result<void> start() {
    host_ = std::make_unique<ModelHost>(io_.get_executor(), options_, events_, "d_tower");
    return run(io_, host_->start());
  }
  void name_engine() { options_.engines = {engine_.url()}; }
  /// The scripts set up an engine that is the stand-in.
  void let_trial_work() {
    scripts_.set_up_by(scripts_.ready());
    scripts_.serve_by("echo listening " + std::to_string(engine_.port()) + "; exec cat >/dev/null");
  }

  asio::io_context io_;
  StandInEngine engine_{io_};
  test::Scripts scripts_;
  UpOptions options_;
  UpEvents events_;
  std::unique_ptr<ModelHost> host_;
  std::vector<UpEvents::Engine> shown_;
  std::vector<std::string> notes_;
  std::vector<std::string> said_;
  int offers_ = 0;
  bool accept_ = false;
};

TEST_F(ModelHostTest, ShowsTheEnginesItFoundAndOffersNoOther) {
  name_engine();
  ASSERT_TRUE(start());
  ASSERT_EQ(shown_.size(), 1U);
  EXPECT_EQ(shown_[0].url, engine_.url());
  EXPECT_TRUE(shown_[0].up);
  EXPECT_TRUE(shown_[0].shared);
  EXPECT_THAT(shown_[0].models, ElementsAre("gemma3-270m"));
  EXPECT_EQ(offers_, 0);
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(ModelHostTest, OffersTheTrialWhereThereIsNoneAndGoesOnWithoutIt) {
  let_trial_work();
  ASSERT_TRUE(start());
  EXPECT_EQ(offers_, 1);
  EXPECT_THAT(shown_, IsEmpty());
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(ModelHostTest, SetsTheTrialUpWhenThePersonWantsItAndServesIt) {
  accept_ = true;
  let_trial_work();
  ASSERT_TRUE(start());
  ASSERT_EQ(shown_.size(), 1U);
  EXPECT_THAT(shown_[0].models, ElementsAre("gemma3-270m"));
  EXPECT_THAT(said_, ElementsAre(HasSubstr("starting")));
}

TEST_F(ModelHostTest, WithTryItAsksNobodyAndWithoutItNever) {
  let_trial_work();
  options_.trial = Trial::never;
  ASSERT_TRUE(start());
  EXPECT_THAT(shown_, IsEmpty());
  run(io_, host_->stop());
  options_.trial = Trial::if_no_engine;
  ASSERT_TRUE(start());
  EXPECT_EQ(shown_.size(), 1U);
  EXPECT_EQ(offers_, 0);
}

TEST_F(ModelHostTest, TheKeyOfNamedEnginesIsNotGivenToTheTrial) {
  accept_ = true;
  let_trial_work();
  options_.engine_key = "secret";
  ASSERT_TRUE(start());
  EXPECT_EQ(shown_.size(), 1U);
  for (const auto& request : engine_.requests) EXPECT_EQ(request.count("Authorization"), 0U);
}

TEST_F(ModelHostTest, NoTrialIsSetUpInPlaceOfANamedEngineThatWantsAKey) {
  let_trial_work();
  StandInEngine locked(io_);
  locked.reply("GET /v1/models", "{}", 401);
  options_.engines = {locked.url()};
  for (const auto trial : {Trial::ask, Trial::if_no_engine}) {
    options_.trial = trial;
    ASSERT_TRUE(start());
    ASSERT_EQ(shown_.size(), 1U);
    EXPECT_TRUE(shown_[0].wants_key);
    EXPECT_EQ(offers_, 0);
    EXPECT_THAT(said_, IsEmpty());
    run(io_, host_->stop());
  }
  locked.die();
}

TEST_F(ModelHostTest, WhatWasFoundAndWantsAKeyIsSaidOnce) {
  StandInEngine locked(io_);
  locked.reply("GET /v1/models", "{}", 401);
  setenv("OLLAMA_HOST", locked.url().c_str(), 1);
  options_.search_engines = true;
  name_engine();
  const auto started = start();
  unsetenv("OLLAMA_HOST");
  ASSERT_TRUE(started);
  const auto told = std::ranges::count_if(notes_, [&](const std::string& note) {
    return note.find("--engine " + locked.url()) != std::string::npos &&
           note.find("PANTHEON_ENGINE_KEY") != std::string::npos;
  });
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(std::ranges::none_of(shown_, [&](const auto& engine) { return engine.url == locked.url(); }));
  run(io_, host_->stop());
  locked.die();
}

TEST_F(ModelHostTest, ATrialThatCannotBeSetUpIsSaid) {
  options_.trial = Trial::if_no_engine;
  scripts_.set_up_by("exit 1");
  const auto started = start();
  ASSERT_FALSE(started);
  EXPECT_TRUE(started.error().is(AppError::setup_failed));
}

TEST_F(ModelHostTest, ATrialThatIsNotThereIsNotOffered) {
  ASSERT_TRUE(start());
  EXPECT_EQ(offers_, 0);
  run(io_, host_->stop());
  options_.trial = Trial::if_no_engine;
  const auto started = start();
  ASSERT_FALSE(started);
  EXPECT_THAT(std::string(started.error().code()), "setup_unavailable");
}

TEST_F(ModelHostTest, WhatAnswersAsNoEngineIsShownAndIsNone) {
  options_.trial = Trial::never;
  engine_.forget("GET /props");
  engine_.forget("GET /v1/models");
  name_engine();
  ASSERT_TRUE(start());
  ASSERT_EQ(shown_.size(), 1U);
  EXPECT_TRUE(shown_[0].unrecognised);
  EXPECT_FALSE(shown_[0].up);
}

TEST_F(ModelHostTest, ShowsOnlyModelsThatAreSharedAndSaysWhichAreMissing) {
  name_engine();
  options_.shared_models = {"another:1b"};
  options_.cloud_models = {"one:cloud"};
  ASSERT_TRUE(start());
  ASSERT_EQ(shown_.size(), 1U);
  EXPECT_THAT(shown_[0].models, IsEmpty());
  EXPECT_THAT(notes_, ElementsAre(HasSubstr(" another:1b "), HasSubstr(" one:cloud ")));
  run(io_, host_->stop());
  notes_.clear();
  options_.shared_models = {"gemma3-270m"};
  options_.cloud_models.clear();
  ASSERT_TRUE(start());
  EXPECT_THAT(shown_.at(0).models, ElementsAre("gemma3-270m"));
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(ModelHostTest, AManagerThatIsNoDeviceIsRefused) {
  name_engine();
  options_.managers = {"not a device id, which has no spaces"};
  EXPECT_FALSE(start());
  EXPECT_THAT(engine_.seen, IsEmpty()) << "before any engine is asked";
}

TEST_F(ModelHostTest, AManagerWhoseIdNoPageShowsIsSaid) {
  name_engine();
  const auto key = identity::DeviceKey::generate();
  options_.managers = {"Phone", key.device_id()};
  ASSERT_TRUE(start());
  EXPECT_THAT(notes_, ElementsAre(HasSubstr("--manager Phone ")));
}

TEST_F(ModelHostTest, AnEngineWhoseAddressIsNoneIsRefused) {
  options_.engines = {"not a url"};
  EXPECT_FALSE(start());
}

}  // namespace
}  // namespace pantheon::app
