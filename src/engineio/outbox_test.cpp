#include "engineio/outbox.hpp"

#include <gtest/gtest.h>

namespace pantheon::engineio {
namespace {

Frame frame(std::string text) {
  return {std::make_shared<const std::string>(std::move(text)), true};
}

TEST(Outbox, GivesFramesBackInOrder) {
  Outbox outbox;
  EXPECT_TRUE(outbox.empty());
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 500; ++i) outbox.push(frame(std::to_string(i)));
    for (int i = 0; i < 500; ++i) {
      ASSERT_EQ(*outbox.front().data, std::to_string(i));
      ASSERT_EQ(*outbox.pop().data, std::to_string(i));
    }
    EXPECT_TRUE(outbox.empty());
  }
}

TEST(Outbox, KeepsItsOrderWhileItIsFilledAndEmptied) {
  Outbox outbox;
  int in = 0;
  int out = 0;
  while (in < 2000) {
    for (int i = 0; i < 3; ++i) outbox.push(frame(std::to_string(in++)));
    for (int i = 0; i < 2; ++i) ASSERT_EQ(*outbox.pop().data, std::to_string(out++));
  }
  EXPECT_EQ(outbox.size(), static_cast<std::size_t>(in - out));
}

TEST(Outbox, CountsItsBytes) {
  Outbox outbox;
  outbox.push(frame("abc"));
  outbox.push(frame("de"));
  EXPECT_EQ(outbox.bytes(), core::Bytes{5});
  outbox.pop();
  EXPECT_EQ(outbox.bytes(), core::Bytes{2});
  outbox.clear();
  EXPECT_EQ(outbox.bytes(), core::Bytes{0});
  EXPECT_TRUE(outbox.empty());
}

}  // namespace
}  // namespace pantheon::engineio
