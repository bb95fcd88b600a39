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

TEST(ParseJson, WhatItReadsCanBeWrittenAndReadAgain) {
  const auto value = parse_json(R"({"a":[1e400,-1e999,1e308],"b":{"c":1E+4000}})");
  ASSERT_TRUE(value);
  EXPECT_EQ(json::serialize(*value), R"({"a":[null,null,1E308],"b":{"c":null}})");
}

TEST(ParseJson, HalfACharacterBecomesAReplacementCharacter) {
  const auto text_of = [](std::string_view document) {
    const auto value = parse_json(document);
    return value && value->is_string() ? std::string(value->get_string()) : "(refused)";
  };
  EXPECT_EQ(text_of(R"("cut \ud83d")"), "cut \xEF\xBF\xBD");
  EXPECT_EQ(text_of(R"("\ude00 cut")"), "\xEF\xBF\xBD cut");
  EXPECT_EQ(text_of(R"("\ud83d\ud83d\ude00")"), "\xEF\xBF\xBD\xF0\x9F\x98\x80");
  EXPECT_EQ(text_of(R"("\ud83d\n")"), "\xEF\xBF\xBD\n");
  EXPECT_EQ(text_of(R"("\\ud83d\ud83d")"), "\\ud83d\xEF\xBF\xBD");
  EXPECT_EQ(text_of(R"("\ud83d)"), "(refused)");
  EXPECT_EQ(text_of(R"("\ud83d\u12")"), "(refused)");
  EXPECT_EQ(text_of(R"("\uD83D\)"), "(refused)");
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
