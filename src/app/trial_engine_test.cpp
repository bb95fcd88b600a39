#include "app/trial_engine.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <vector>

#include "app/error.hpp"
#include "app/test_scripts.hpp"
#include "core/async_event.hpp"
#include "core/task_group.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::app {
namespace {

class TrialEngineTest : public testing::Test {
 protected:
  ~TrialEngineTest() override { loop_.run(engine_.stop()); }

  core::Result<std::string> start() {
    return loop_.run(engine_.start([this](const TrialEngine::Progress& progress) { note(progress); }));
  }
  void note(const TrialEngine::Progress& progress) {
    said_.push_back(std::to_string(progress.done.count) + "/" + std::to_string(progress.total.count) + " " +
                    progress.what);
    changed_.notify();
  }
  std::string note_pid() const { return "echo $$ >" + scripts_.quoted("pid") + "\n"; }
  /// Whether the process that noted itself still runs.
  bool runs() const { return ::kill(std::stoi(scripts_.content("pid")), 0) == 0; }

  test::Scripts scripts_;
  http::TestLoop loop_;
  core::AsyncEvent changed_{loop_.executor()};
  TrialEngine engine_{loop_.executor()};
  std::vector<std::string> said_;
};

TEST_F(TrialEngineTest, SaysHowFarItIsAndWhereItServes) {
  scripts_.set_up_by(
      "echo 'progress 5 10 the model'; echo 'progress five ten'; echo 'a word'; echo 'progress 10 10 the "
      "model'\n" +
      scripts_.ready());
  scripts_.serve_by(
      "printf '%s\\n' \"$@\" >" + scripts_.quoted("arguments") +
      "; echo loading; echo listening; echo 'listening 1 2'; echo listening 4711; exec cat >/dev/null");
  const auto url = start();
  ASSERT_TRUE(url) << url.error().message();
  EXPECT_EQ(*url, "http://127.0.0.1:4711");
  ASSERT_EQ(said_.size(), 3U);
  EXPECT_EQ(said_[0], "5/10 the model");
  EXPECT_EQ(said_[1], "10/10 the model");
  EXPECT_TRUE(said_[2].starts_with("1/1 starting ")) << said_[2];
  EXPECT_EQ(scripts_.content("arguments"), "--port\n0\n--model\n/the model.gguf\n");
}

TEST_F(TrialEngineTest, EndsTheEngineWhenItIsStopped) {
  scripts_.set_up_by(scripts_.ready());
  scripts_.serve_by(note_pid() + "echo listening 4711; exec cat >/dev/null");
  ASSERT_TRUE(start());
  EXPECT_TRUE(runs());
  loop_.run(engine_.stop());
  EXPECT_FALSE(runs());
}

TEST_F(TrialEngineTest, ASetUpThatFailsIsSaidAndStartsNothing) {
  for (const char* script :
       {"echo 'progress 1 2 the model'; exit 1", "echo ready", "printf 'ready\\ta\\tb\\n'",
        "printf 'ready\\ta\\tb\\tc\\td\\n'", "echo ready a b c", "kill -9 $$"}) {
    said_.clear();
    scripts_.set_up_by(script);
    const auto url = start();
    ASSERT_FALSE(url) << script;
    EXPECT_TRUE(url.error().is(AppError::setup_failed)) << script;
    EXPECT_LE(said_.size(), 1U) << script;
  }
}

TEST_F(TrialEngineTest, WithoutItsScriptItIsNotSetUp) {
  EXPECT_FALSE(TrialEngine::is_available());
  EXPECT_TRUE(start().error().is(AppError::setup_unavailable));
  scripts_.set_up_by("exit 1");
  EXPECT_TRUE(TrialEngine::is_available());
}

TEST_F(TrialEngineTest, AnEngineThatEndsBeforeItServesIsSaid) {
  scripts_.set_up_by(scripts_.ready());
  scripts_.serve_by("echo loading; exit 3");
  const auto url = start();
  ASSERT_FALSE(url);
  EXPECT_TRUE(url.error().is(AppError::setup_failed));
  EXPECT_EQ(url.error().detail(), "the engine ended before it answered");
}

asio::awaitable<void> start_only(TrialEngine& engine, std::function<void(const TrialEngine::Progress&)> on) {
  (void)co_await engine.start(std::move(on));
}

TEST_F(TrialEngineTest, MayBeStoppedWhileItIsSetUp) {
  scripts_.set_up_by(note_pid() + "echo 'progress 1 2 the model'; exec sleep 60");
  core::TaskGroup tasks(loop_.executor());
  tasks.spawn(start_only(engine_, [this](const TrialEngine::Progress& progress) { note(progress); }));
  loop_.run(changed_.wait());
  ASSERT_EQ(said_.size(), 1U);
  tasks.cancel();
  loop_.run(tasks.join());
  loop_.run(engine_.stop());
  EXPECT_FALSE(runs());
}

}  // namespace
}  // namespace pantheon::app
