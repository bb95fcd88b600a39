#include "app/shown_link.hpp"

#include <gtest/gtest.h>

namespace pantheon::app {
namespace {

using namespace std::chrono_literals;

class ShownLinkTest : public testing::Test {
 protected:
  const std::string origin_ = "http://192.168.1.20:3001";
  const core::WallTime now_ = core::WallTime(1'000'000s);
  ShownLink shown_;

  ShownLinkTest() { shown_.show(identity::generate_pairing_link(origin_), now_ + 10min); }
};

TEST_F(ShownLinkTest, IsReplacedWhenItsTimeIsOverOrItWasUsed) {
  EXPECT_TRUE(ShownLink().is_due(origin_, now_));
  EXPECT_FALSE(shown_.is_due(origin_, now_ + 9min));
  EXPECT_TRUE(shown_.is_due(origin_, now_ + 10min));
  shown_.use();
  EXPECT_TRUE(shown_.is_due(origin_, now_));
  EXPECT_FALSE(shown_.take()) << "there is nothing to close";
}

TEST_F(ShownLinkTest, IsReplacedWhenTheServerIsFoundElsewhere) {
  EXPECT_TRUE(shown_.is_due("http://192.168.7.3:3001", now_));
  shown_.show(identity::generate_pairing_link("http://192.168.7.3:3001"), now_ + 10min);
  EXPECT_FALSE(shown_.is_due("http://192.168.7.3:3001", now_));
}

TEST_F(ShownLinkTest, IsReplacedWhenTheServerMayHaveForgottenIt) {
  shown_.forget();
  EXPECT_TRUE(shown_.is_due(origin_, now_));
  EXPECT_TRUE(shown_.take());
}

}  // namespace
}  // namespace pantheon::app
