#include "core/json.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

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
  EXPECT_EQ(serialize_json(*value), R"({"a":[null,null,1e+308],"b":{"c":null}})");
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

double parsed_double(std::string_view text) {
  const auto value = parse_json(text);
  EXPECT_TRUE(value && value->is_double()) << text;
  return value && value->is_double() ? value->get_double() : std::numeric_limits<double>::quiet_NaN();
}

TEST(ParseJson, ADoubleIsTheNearestOne) {
  EXPECT_EQ(parsed_double("0.9452706955539223"), 0.9452706955539223);
  EXPECT_EQ(parsed_double("9007199254740993.0"), 9007199254740992.0);
  EXPECT_EQ(parsed_double("1.7976931348623158e308"), std::numeric_limits<double>::max());
  EXPECT_EQ(parsed_double("3e-324"), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(parsed_double("0." + std::string(400, '0') + "1E+401"), 1.0);
  EXPECT_EQ(parsed_double("18446744073709551616"), 18446744073709551616.0);
}

TEST(ParseJson, ANumberOutOfRangeIsNullOrZero) {
  for (const char* text : {"1e400", "-1E+400", "1.7976931348623159e308", "1e2147483647"}) {
    const auto value = parse_json(text);
    EXPECT_TRUE(value && value->is_null()) << text;
  }
  for (const char* text : {"1e-400", "-1e-400", "2e-324", "0e999", "-0.0", "1e-2147483647"}) {
    EXPECT_EQ(parsed_double(text), 0.0) << text;
  }
  EXPECT_FALSE(parse_json("1e3000000000"));
}

TEST(ParseJson, WholeNumbersKeepAllTheirDigits) {
  for (const char* text : {"0", "-1", "9007199254740993", "-9223372036854775808", "18446744073709551615"}) {
    const auto value = parse_json(text);
    ASSERT_TRUE(value && !value->is_double()) << text;
    EXPECT_EQ(serialize_json(*value), text);
  }
}

TEST(SerializeJson, ADoubleComesBackAsItWas) {
  std::mt19937_64 random(1);
  std::vector<double> numbers{std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest(),
                              std::numeric_limits<double>::min(), std::numeric_limits<double>::denorm_min()};
  for (int i = 0; i < 1000; ++i) {
    numbers.push_back(std::bit_cast<double>(random()));  // of any exponent
    numbers.push_back(std::ldexp(static_cast<double>(random() >> 11U), -53));
  }
  for (int i = 0; i < 100; ++i) numbers.push_back(std::bit_cast<double>(random() >> 12U));  // subnormal
  for (const double number : numbers) {
    if (!std::isfinite(number)) continue;
    const auto text = serialize_json(json::value(number));
    const auto again = parse_json(text);
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(again->to_number<double>(), number) << text;
    double by_library = 0;
    std::from_chars(text.data(), text.data() + text.size(), by_library);
    EXPECT_EQ(by_library, number) << text;
    std::array<char, 32> shortest{};
    auto* const end = std::to_chars(shortest.data(), shortest.data() + shortest.size(), number).ptr;
    EXPECT_EQ(parse_json({shortest.data(), end})->to_number<double>(), number) << text;
  }
}

TEST(SerializeJson, ADoubleIsSpeltAsInJavaScript) {
  const std::vector<std::pair<double, std::string_view>> spellings{
      {1.5, "1.5"},
      {1, "1"},
      {-100, "-100"},
      {0.0, "0"},
      {-0.0, "0"},
      {-12.25, "-12.25"},
      {1e20, "100000000000000000000"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e21, "1e+21"},
      {-1.5e21, "-1.5e+21"},
      {0.000001, "0.000001"},
      {0.00000123, "0.00000123"},
      {1e-7, "1e-7"},
      {1.23e-7, "1.23e-7"},
      {0.1 + 0.2, "0.30000000000000004"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {std::numeric_limits<double>::infinity(), "null"},
      {std::numeric_limits<double>::quiet_NaN(), "null"},
  };
  for (const auto& [number, text] : spellings) EXPECT_EQ(serialize_json(json::value(number)), text);
}

TEST(SerializeJson, WritesAllElseAsTheLibraryDoes) {
  const auto value =
      parse_json(R"({"":[],"a\"\n":{},"list":[null,true,false,-1,18446744073709551615,"\u0001ü"],)"
                 R"("deep":[[[{"x":["y"]}],""]]})")
          .value();
  const auto text = json::serialize(value);
  EXPECT_EQ(serialize_json(value), text);
  EXPECT_EQ(serialize_json(value.get_object()), text);
  EXPECT_EQ(serialize_json(json::array{value, value}), "[" + text + "," + text + "]");
  std::string appended = "[1,";
  append_json(appended, value);
  EXPECT_EQ(appended, "[1," + text);
  const json::value long_text(std::string(1'000'000, 'x'));
  EXPECT_EQ(serialize_json(long_text), json::serialize(long_text));
  EXPECT_EQ(serialize_json(value), text);
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
