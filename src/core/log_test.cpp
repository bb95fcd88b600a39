#include "core/log.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"

namespace pantheon::core {
namespace {

TEST(Logging, RefusesAnUnknownLevel) {
  EXPECT_FALSE(configure_logging("loud", LogFormat::text));
}

TEST(Logging, AMessageStaysOnItsLineAndInItsJsonString) {
  ASSERT_TRUE(configure_logging("info", LogFormat::json));
  testing::internal::CaptureStderr();
  logger("log_test")->info("a \"name\"\nwith \\ and \x1b[31m");
  const auto json = testing::internal::GetCapturedStderr();
  EXPECT_NE(json.find(R"("message":"a \"name\"\u000awith \\ and \u001b[31m"})"), std::string::npos) << json;
  EXPECT_TRUE(parse_json_object(json.substr(0, json.size() - 1))) << json;

  ASSERT_TRUE(configure_logging("info", LogFormat::text));
  testing::internal::CaptureStderr();
  logger("log_test")->info("a \"name\"\nnext");
  const auto text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("log_test: a \"name\"\\u000anext\n"), std::string::npos) << text;
}

TEST(Logging, APartHasOneLogger) {
  EXPECT_EQ(logger("a_part"), logger("a_part"));
}

}  // namespace
}  // namespace pantheon::core
