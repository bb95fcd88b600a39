#include "signaling/event_router.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <stdexcept>

#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

struct EventRouterTest : testing::Test {
  Limits limits;
  MemberPointer member = std::make_shared<Member>();
  core::json::object acknowledged;
  socketio::Event event{
      "webrtc-signal", {}, {}, nullptr, [this](core::json::array args, std::vector<core::ByteVector>) {
        acknowledged = args.at(0).as_object();
      }};
};

TEST_F(EventRouterTest, AcknowledgesSuccess) {
  EventRouter router(limits);
  router.on("webrtc-signal", [](const MemberPointer&, const socketio::Event&) -> EventResult {
    return core::json::object{{"n", 1}};
  });
  router.dispatch(member, event);
  EXPECT_EQ(acknowledged, (core::json::object{{"n", 1}, {"ok", true}}));
}

TEST_F(EventRouterTest, AcknowledgesFailureWithItsCodeAndDetails) {
  EventRouter router(limits);
  router.on("webrtc-signal", [](const MemberPointer&, const socketio::Event&) -> EventResult {
    return tl::unexpected(
        EventFailure(core::Error(SignalingError::peer_unavailable), {{"targetUserId", "x"}}));
  });
  router.dispatch(member, event);
  EXPECT_EQ(acknowledged.at("ok"), false);
  EXPECT_EQ(acknowledged.at("code"), "peer_unavailable");
  EXPECT_EQ(acknowledged.at("targetUserId"), "x");
}

TEST_F(EventRouterTest, AnswersWhatTakesTimeWhenItIsDone) {
  boost::asio::io_context io;
  core::TaskGroup tasks(io.get_executor());
  EventRouter router(limits);
  bool ready = false;
  router.on_slow("webrtc-signal", tasks,
                 [&](MemberPointer, socketio::Event) -> boost::asio::awaitable<EventResult> {
                   const bool awake = co_await core::sleep_for(std::chrono::milliseconds(1));
                   if (!awake || !ready) co_return core::failure(SignalingError::peer_unavailable);
                   co_return core::json::object{{"n", 1}};
                 });
  router.dispatch(member, event);
  EXPECT_TRUE(acknowledged.empty());
  io.run();
  EXPECT_EQ(acknowledged.at("code"), "peer_unavailable");
  ready = true;
  router.dispatch(member, event);
  io.restart();
  io.run();
  EXPECT_EQ(acknowledged, (core::json::object{{"n", 1}, {"ok", true}}));
}

TEST_F(EventRouterTest, TakesNoHandlerOfAnEventWithoutAClass) {
  boost::asio::io_context io;
  core::TaskGroup tasks(io.get_executor());
  EventRouter router(limits);
  EXPECT_THROW(router.on("ask", [](const auto&, const auto&) { return core::json::object(); }),
               std::logic_error);
  EXPECT_THROW(router.on_slow("ask", tasks, {}), std::logic_error);
}

TEST_F(EventRouterTest, SaysThatAnEventIsUnknown) {
  EventRouter(limits).dispatch(member, event);
  EXPECT_EQ(acknowledged.at("code"), "unknown_event");
}

TEST_F(EventRouterTest, LimitsTheRateOfEachMember) {
  limits.events_per_second = 0.5;
  EventRouter router(limits);
  int handled = 0;
  router.on("webrtc-signal", [&](const MemberPointer&, const socketio::Event&) -> EventResult {
    ++handled;
    return core::json::object();
  });
  for (int i = 0; i < 5; ++i) router.dispatch(member, event);
  EXPECT_EQ(handled, 2);
  EXPECT_EQ(acknowledged.at("code"), "rate_limited");
  EXPECT_GT(acknowledged.at("retryAfterMs").to_number<int>(), 0);
  router.dispatch(std::make_shared<Member>(), event);
  EXPECT_EQ(handled, 3);
}

TEST_F(EventRouterTest, AnArgumentMustBeAnObjectWithoutBinary) {
  EXPECT_FALSE(object_argument(event));
  event.args = {1};
  EXPECT_FALSE(object_argument(event));
  event.args = {core::json::object{{"a", 1}}};
  EXPECT_TRUE(object_argument(event));
  event.attachments.emplace_back();
  EXPECT_FALSE(object_argument(event));
}

}  // namespace
}  // namespace pantheon::signaling
