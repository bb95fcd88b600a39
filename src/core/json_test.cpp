#include "core/json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pantheon::core {
namespace {

TEST(ParseJson, RefusesWhatIsNotADocument) {
  for (const char* text : {"", "{", "{}x", "nul", "{\"a\":}", "\xff"}) EXPECT_FALSE(parse_json(text)) << text;
}

TEST(ParseJson, RefusesNestingThatWouldExhaustTheStack) {
  EXPECT_FALSE(parse_json(std::string(10'000, '[')));
}

TEST(ParseJsonObject, RefusesOtherKinds) {
  EXPECT_FALSE(parse_json_object("[]"));
}

TEST(Members, AreNothingWhenAbsentOrOfAnotherType) {
  const auto object = parse_json_object(R"({"s":"x","n":3,"b":true,"o":{},"a":[]})").value();
  EXPECT_EQ(get_string(object, "s"), "x");
  EXPECT_FALSE(get_string(object, "n"));
  EXPECT_EQ(get_integer(object, "n"), 3);
  EXPECT_EQ(get_bool(object, "b"), true);
  EXPECT_NE(get_object(object, "o"), nullptr);
  EXPECT_NE(get_array(object, "a"), nullptr);
  EXPECT_EQ(get_array(object, "missing"), nullptr);
}

}  // namespace
}  // namespace pantheon::core
