#include "app/shown_origins.hpp"

#include <gtest/gtest.h>

namespace pantheon::app {
namespace {

using Origins = std::vector<std::string>;

const Origins kLoopback = {"http://127.0.0.1:3001"};
const Origins kHome = {"http://192.168.1.20:3001"};
const Origins kCafe = {"http://10.0.0.7:3001"};

TEST(ShownOrigins, ChangeInAnotherNetwork) {
  ShownOrigins shown;
  EXPECT_TRUE(shown.note(kHome));
  EXPECT_FALSE(shown.note(kHome));
  EXPECT_TRUE(shown.note(kCafe));
  EXPECT_EQ(shown.list(), kCafe);
}

TEST(ShownOrigins, StayWhileThereIsNoNetwork) {
  ShownOrigins shown;
  EXPECT_TRUE(shown.note(kLoopback)) << "there was none from the start";
  EXPECT_TRUE(shown.note(kHome));
  EXPECT_FALSE(shown.note(kLoopback));
  EXPECT_EQ(shown.list(), kHome);
}

}  // namespace
}  // namespace pantheon::app
