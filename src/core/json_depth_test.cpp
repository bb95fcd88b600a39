#include "core/json_depth.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pantheon::core {
namespace {

TEST(JsonDepth, CountsArraysAndObjects) {
  EXPECT_FALSE(is_deeper(json::value("text"), 0));
  EXPECT_TRUE(is_deeper(json::value(json::array()), 0));
  const auto value = parse_json(R"({"a":1,"b":[{"c":{}},2]})").value();
  EXPECT_FALSE(is_deeper(value, 4));
  EXPECT_TRUE(is_deeper(value, 3));
}

TEST(JsonDepth, TheDeepestDocumentThatIsRead) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_FALSE(is_deeper(parse_json(nested(kMaxJsonDepth)).value(), kMaxJsonDepth));
  EXPECT_TRUE(is_deeper(parse_json(nested(kMaxJsonDepth)).value(), kMaxJsonDepth - 1));
  EXPECT_FALSE(parse_json(nested(kMaxJsonDepth + 1)));
}

}  // namespace
}  // namespace pantheon::core
