#include "link/control_queue.hpp"

#include <gtest/gtest.h>

namespace pantheon::link {
namespace {

TEST(ControlQueue, FillsAMessageWithWholeFramesOnly) {
  ControlQueue queue;
  for (int i = 0; i < 10; ++i) queue.frame(FrameType::ping, kLink, core::ByteVector(8));  // 11 bytes each
  core::ByteVector message;
  queue.drain(message, 40);
  EXPECT_EQ(message.size(), 33U);
  EXPECT_EQ(queue.size(), core::Bytes{77});
  queue.drain(message, 40);
  EXPECT_EQ(message.size(), 33U);
  message.clear();
  queue.drain(message, 1000);
  EXPECT_EQ(message.size(), 77U);
  EXPECT_TRUE(queue.empty());
}

TEST(ControlQueue, AnEmptyMessageTakesOneFrameHoweverLarge) {
  ControlQueue queue;
  queue.frame(FrameType::auth, kLink, core::ByteVector(2000));
  queue.frame(FrameType::end, StreamId{1}, {});
  core::ByteVector message;
  queue.drain(message, 1024);
  EXPECT_EQ(message.size(), 2004U);
  EXPECT_FALSE(queue.empty());
}

}  // namespace
}  // namespace pantheon::link
