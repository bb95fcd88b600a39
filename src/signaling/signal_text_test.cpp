#include "signaling/signal_text.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"
#include "signaling/nesting.hpp"

namespace pantheon::signaling {
namespace {

std::string event(const std::string& payload) {
  return R"(["webrtc-signal",)" + payload + "]";
}

TEST(SignalText, FindsTheTargetAndLeavesTheSignalAsItIs) {
  SignalTextReader reader;
  const auto text = event(R"({"to":"host","signal": {"sdp":"v=0\r\n \u00e4","n":[1, -20]} })");
  const auto signal = reader.read(text);
  ASSERT_TRUE(signal);
  EXPECT_EQ(signal->device_id, "host");
  EXPECT_FALSE(signal->socket_id);
  EXPECT_EQ(signal->signal, R"({"sdp":"v=0\r\n \u00e4","n":[1, -20]})");
}

TEST(SignalText, TakesTheOlderNamesAndASocket) {
  SignalTextReader reader;
  const auto older = event(R"({"data":"text","targetUserId":"a\u0062","toSocketId":"s1"})");
  const auto signal = reader.read(older);
  ASSERT_TRUE(signal);
  EXPECT_EQ(signal->device_id, "ab");
  EXPECT_EQ(signal->socket_id, "s1");
  EXPECT_EQ(signal->signal, R"("text")");
  const auto both = event(R"({"data":1,"signal":2,"targetUserId":"older","to":"newer"})");
  const auto newer = reader.read(both);
  ASSERT_TRUE(newer);
  EXPECT_EQ(newer->device_id, "newer");
  EXPECT_EQ(newer->signal, "2");
}

TEST(SignalText, LeavesWhatIsMalformedOrUnusualToOthers) {
  SignalTextReader reader;
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  for (const std::string& payload :
       {std::string(), std::string("1"), std::string("{}"), std::string(R"({"to":"a"})"),
        std::string(R"({"signal":1})"), std::string(R"({"to":1,"signal":1})"),
        std::string(R"({"to":"a","signal":})"), std::string(R"({"to":"a","signal":tru})"),
        std::string(R"({"to":"a","signal":"\x01"})"), std::string("{\"to\":\"a\",\"signal\":\"\xff\"}"),
        std::string(R"({"to":"a","signal":1},2)"), R"({"to":"a","signal":)" + deep + "}",
        std::string(R"({"to":"a","signal":1}] trailing)")}) {
    EXPECT_FALSE(reader.read(event(payload))) << payload;
  }
}

// Whoever receives a signal may read fewer numbers than this reader does.
TEST(SignalText, LeavesNumbersThatAreNotWholeToOthers) {
  SignalTextReader reader;
  for (const char* number : {"1e-3000000000", "-0.0E+99999999999", "1e400", "2.5", "1E2",
                             "123456789012345678901234567890", "1e-400"}) {
    for (const std::string& around : {std::string(number), "[{\"a\":" + std::string(number) + "}]"}) {
      EXPECT_FALSE(reader.read(event(R"({"to":"a","signal":)" + around + "}"))) << around;
      EXPECT_FALSE(reader.read(event(R"({"to":"a","signal":)" + around + R"(,"signal":1})"))) << around;
      EXPECT_FALSE(reader.read(event(R"({"to":"a","signal":1,"signal":)" + around + "}"))) << around;
    }
  }
}

TEST(SignalText, LeavesWhatIsDeeperThanAnEventMayBeToOthers) {
  SignalTextReader reader;
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_TRUE(reader.read(event(R"({"to":"a","signal":)" + nested(kMaxNesting - 3) + "}")));
  EXPECT_FALSE(reader.read(event(R"({"to":"a","signal":)" + nested(kMaxNesting - 1) + "}")));
}

TEST(SignalText, GrowsWithTheSignal) {
  SignalTextReader reader;
  for (const std::size_t size : {10U, 100'000U, 20U, 1'000'000U}) {
    const auto text = event(R"({"to":"a","signal":")" + std::string(size, 'x') + "\"}");
    const auto signal = reader.read(text);
    ASSERT_TRUE(signal) << size;
    EXPECT_EQ(signal->signal.size(), size + 2);
  }
}

TEST(SignalText, WhatIsPassedOnIsTheEventInJson) {
  const auto text = relayed_signal_text("de\"vice\n", "socket", R"({"type":"offer"})");
  ASSERT_TRUE(text.starts_with("42"));
  const auto event = core::parse_json(text.substr(2));
  ASSERT_TRUE(event);
  const core::json::value expected{
      "webrtc-signal",
      {{"fromUserId", "de\"vice\n"}, {"fromSocketId", "socket"}, {"signal", {{"type", "offer"}}}}};
  EXPECT_EQ(*event, expected);
}

}  // namespace
}  // namespace pantheon::signaling
