#include "socketio/dispatcher.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace pantheon::socketio {
namespace {

Event event(std::string name) {
  Event made;
  made.name = std::move(name);
  return made;
}

struct DispatcherTest : testing::Test {
  EventHandler note(std::string word) {
    return [this, word = std::move(word)](const Event& event) { heard.push_back(word + " " + event.name); };
  }
  Dispatcher dispatcher{4};
  std::vector<std::string> heard;
};

TEST_F(DispatcherTest, HandlersOfAllEventsRunBeforeThoseOfOneInTheOrderTheyCame) {
  dispatcher.on("a", note("first"));
  dispatcher.on("a", note("second"));
  dispatcher.on_any(note("any"));
  dispatcher.dispatch(event("a"));
  dispatcher.dispatch(event("b"));
  EXPECT_EQ(heard, (std::vector<std::string>{"any a", "first a", "second a", "any b"}));
}

TEST_F(DispatcherTest, AHandlerThatThrowsKeepsNoOtherFromRunning) {
  dispatcher.on("a", [](const Event&) { throw std::runtime_error("broken"); });
  dispatcher.on("a", note("next"));
  dispatcher.dispatch(event("a"));
  EXPECT_EQ(heard, std::vector<std::string>{"next a"});
}

TEST_F(DispatcherTest, AHandlerMayAddHandlersAndClearThemWhileItRuns) {
  dispatcher.on("a", [this](const Event&) { dispatcher.on("a", note("late")); });
  dispatcher.dispatch(event("a"));
  EXPECT_TRUE(heard.empty());
  dispatcher.on_any([this](const Event&) { dispatcher.clear(); });
  dispatcher.dispatch(event("a"));
  dispatcher.dispatch(event("a"));
  EXPECT_TRUE(heard.empty());
}

TEST_F(DispatcherTest, MoreHandlersThanItsLimitAreIgnored) {
  for (int n = 0; n < 6; ++n) dispatcher.on("a", note(std::to_string(n)));
  dispatcher.dispatch(event("a"));
  EXPECT_EQ(heard.size(), 4U);
}

}  // namespace
}  // namespace pantheon::socketio
