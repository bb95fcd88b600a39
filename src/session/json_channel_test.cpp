#include "session/json_channel.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/async_event.hpp"
#include "rtc/error.hpp"
#include "session/error.hpp"
#include "session/json_messages.hpp"

namespace pantheon::session {
namespace {

constexpr std::size_t kMostServed = 8;

/// A channel whose handler waits where a test wants it to, and all that it sends.
class JsonChannelTest : public testing::Test {
 protected:
  JsonChannelTest() { open(); }
  ~JsonChannelTest() override {
    channel_.reset();
    tasks_.cancel();
    settle();
  }

  void open() {
    const JsonRequestHandler handler = [this](std::string type, core::json::value data, PeerIdentity peer) {
      return serve(std::move(type), std::move(data), std::move(peer));
    };
    channel_ = std::make_unique<JsonChannel>(tasks_, handler, PeerIdentity{"d_phone", "Phone", "s1", false},
                                             [this](std::string_view text) { return send(text); });
  }
  core::Result<void> send(std::string_view text) {
    if (send_fails_) return core::failure(core::CommonError::unavailable);
    if (text.size() > largest_) return core::failure(rtc::RtcError::message_too_large);
    sent_.push_back(core::parse_json_object(text).value());
    return {};
  }
  asio::awaitable<core::Result<core::json::value>> serve(std::string type, core::json::value data,
                                                         PeerIdentity peer) {
    served_.push_back(type);
    peer_ = std::move(peer);
    if (type == "throw") throw std::runtime_error("a fault of the handler");
    if (type == "fail") co_return core::failure(SessionError::peer_unavailable);
    bool alive = true;
    while (type == "wait" && !let_go_ && alive) alive = co_await changed_.wait();
    if (!alive) ++cancelled_;
    co_return data;
  }

  void ask(const std::string& type, const std::string& id, core::json::value data = nullptr) {
    const core::json::object request{{"type", type}, {"requestId", id}, {"data", std::move(data)}};
    channel_->receive(core::serialize_json(request));
    settle();
  }
  void settle() {
    io_.restart();
    io_.poll();
  }
  std::string last(const char* field) const {
    return std::string(sent_.empty() ? "nothing" : core::get_string(sent_.back(), field).value_or("none"));
  }

  asio::io_context io_;
  core::TaskGroup tasks_{io_.get_executor()};
  core::AsyncEvent changed_{io_.get_executor()};
  std::unique_ptr<JsonChannel> channel_;
  std::vector<core::json::object> sent_;
  std::vector<std::string> served_;  ///< types
  PeerIdentity peer_;
  bool let_go_ = false;
  bool send_fails_ = false;
  std::size_t largest_ = 1024;  ///< message that is sent
  int cancelled_ = 0;
};

TEST_F(JsonChannelTest, AnswersWithWhatTheHandlerGives) {
  ask("chat", "r1", {{"model", "m"}});
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0],
            (core::json::object{{"type", "response"}, {"requestId", "r1"}, {"data", {{"model", "m"}}}}));
  EXPECT_EQ(served_, std::vector<std::string>{"chat"});
  EXPECT_EQ(peer_.device_id, "d_phone");
  EXPECT_FALSE(peer_.proven) << "nothing proves who speaks here";
}

TEST_F(JsonChannelTest, AnErrorOfTheHandlerIsToldWithItsCode) {
  ask("fail", "r1");
  EXPECT_EQ(last("type"), "error");
  EXPECT_EQ(last("requestId"), "r1");
  EXPECT_EQ(last("code"), "peer_unavailable");
}

TEST_F(JsonChannelTest, WhatIsNoRequestGetsACodeAndReachesNoHandler) {
  for (const char* text : {"", "{", "[]", "{\"type\":3}", "\xFF\xFE"}) {
    channel_->receive(text);
    EXPECT_EQ(last("code"), "bad_json_message") << text;
  }
  channel_->receive(std::string(kLargestJsonMessage.count + 1, ' '));
  EXPECT_EQ(last("code"), "too_large");
  settle();
  EXPECT_TRUE(served_.empty());
  ask("ping", "r1");
  EXPECT_EQ(last("type"), "response") << "the channel goes on";
}

TEST_F(JsonChannelTest, ServesEightAtATime) {
  for (std::size_t n = 0; n < kMostServed; ++n) ask("wait", std::to_string(n));
  EXPECT_TRUE(sent_.empty());
  ask("ping", "one too many");
  EXPECT_EQ(last("requestId"), "one too many");
  EXPECT_EQ(last("code"), "too_many_requests");
  EXPECT_EQ(served_.size(), kMostServed);
  sent_.clear();
  let_go_ = true;
  changed_.notify();
  settle();
  EXPECT_EQ(sent_.size(), kMostServed);
  ask("ping", "next");
  EXPECT_EQ(last("requestId"), "next");
  EXPECT_EQ(last("type"), "response");
}

TEST_F(JsonChannelTest, AFaultOfTheHandlerIsToldAndTakesNoPlaceForEver) {
  for (std::size_t n = 0; n <= kMostServed; ++n) {
    ask("throw", std::to_string(n));
    EXPECT_EQ(last("requestId"), std::to_string(n));
    EXPECT_EQ(last("code"), "internal");
  }
  EXPECT_EQ(served_.size(), kMostServed + 1);
  ask("ping", "after");
  EXPECT_EQ(last("requestId"), "after");
  EXPECT_EQ(last("type"), "response");
}

TEST_F(JsonChannelTest, ItsEndCancelsWhatItServesAndSaysNothingMore) {
  ask("wait", "r1");
  ask("wait", "r2");
  channel_.reset();
  settle();
  EXPECT_EQ(cancelled_, 2);
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(tasks_.size(), 0U);
}

TEST_F(JsonChannelTest, AnAnswerThatCannotBeSentDoesNoHarm) {
  send_fails_ = true;
  ask("ping", "r1");
  channel_->receive("no request");
  send_fails_ = false;
  ask("ping", "r2");
  EXPECT_EQ(sent_.size(), 1U);
  EXPECT_EQ(last("requestId"), "r2");
}

TEST_F(JsonChannelTest, AnAnswerThatIsLargerThanOneMessageIsToldToBe) {
  ask("chat", "r1", core::json::string(largest_, 'x'));
  EXPECT_EQ(last("type"), "error");
  EXPECT_EQ(last("requestId"), "r1");
  EXPECT_EQ(last("code"), "answer_too_large");
}

TEST_F(JsonChannelTest, TellsModelsUnasked) {
  channel_->push_models({{{"id", "m"}}});
  ASSERT_EQ(sent_.size(), 1U);
  EXPECT_EQ(sent_[0], (core::json::object{{"type", "models_available"},
                                          {"models", core::json::array{core::json::object{{"id", "m"}}}}}));
}

}  // namespace
}  // namespace pantheon::session
