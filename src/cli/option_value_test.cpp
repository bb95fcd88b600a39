#include "cli/option_value.hpp"

#include <gmock/gmock.h>

namespace pantheon::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(OptionValue, TheDefaultIsWhatThePlaceHolds) {
  std::uint16_t port = 3001;
  EXPECT_EQ(number(port, std::uint16_t{1}, std::uint16_t{9999}).default_text, "3001");
  std::chrono::hours session{12};
  EXPECT_EQ(duration(session, 1h, 100h).default_text, "12h");
  core::Bytes signal{64 * 1024};
  EXPECT_EQ(size(signal, core::Bytes{1}, core::Bytes{1 << 20}).default_text, "64KiB");
}

TEST(OptionValue, ANumberOutsideItsLimitsIsRefusedAndChangesNothing) {
  std::uint16_t port = 3001;
  const auto value = number(port, std::uint16_t{1}, std::uint16_t{9999});
  for (const auto* bad : {"0", "10000", "70000", "-1", "12x", "", " 12", "1.5"}) {
    const auto set = value.set({bad});
    ASSERT_FALSE(set) << bad;
    EXPECT_THAT(set.error(), HasSubstr("1 to 9999"));
  }
  EXPECT_EQ(port, 3001);
  EXPECT_TRUE(value.set({"443"}));
  EXPECT_EQ(port, 443);
}

TEST(OptionValue, ATimeNeedsItsUnit) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("10m"), 10min);
  EXPECT_EQ(parse_duration("90d"), 90 * 24h);
  EXPECT_EQ(parse_duration("0"), 0ms);
  for (const auto* bad : {"10", "10 m", "m", "-1s", "99999999999999999999d", "1000000000000d"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(OptionValue, ATimeFinerThanItsPlaceCanHoldIsRefused) {
  std::chrono::hours session{12};
  const auto value = duration(session, 1h, 100h);
  EXPECT_FALSE(value.set({"90m"}));
  EXPECT_TRUE(value.set({"120m"}));
  EXPECT_EQ(session, 2h);
}

TEST(OptionValue, ASizeMayHaveAUnit) {
  core::Bytes place{1};
  const auto value = size(place, core::Bytes{1}, core::Bytes{1 << 20});
  EXPECT_TRUE(value.set({"4KiB"}));
  EXPECT_EQ(place.count, 4096U);
  EXPECT_TRUE(value.set({"100"}));
  EXPECT_EQ(place.count, 100U);
  EXPECT_FALSE(value.set({"2MiB"}));
  EXPECT_FALSE(value.set({"4kb"}));
}

TEST(OptionValue, AFolderHasAName) {
  std::string place = "before";
  const auto value = folder(place);
  EXPECT_FALSE(value.set({""}));
  EXPECT_EQ(place, "before");
  EXPECT_TRUE(value.set({"."}));
  EXPECT_EQ(place, ".");
}

TEST(OptionValue, AFlagTakesTheUsualWords) {
  bool place = false;
  const auto value = flag(place);
  EXPECT_TRUE(value.set({"Yes"}));
  EXPECT_TRUE(place);
  EXPECT_TRUE(value.set({"0"}));
  EXPECT_FALSE(place);
  EXPECT_FALSE(value.set({"maybe"}));
}

TEST(OptionValue, AChoiceNamesWhatThereIs) {
  std::string place = "info";
  const auto value = choice(place, {"debug", "info"});
  EXPECT_THAT(value.set({"verbose"}).error(), HasSubstr("debug, info"));
  EXPECT_EQ(place, "info");
}

TEST(Split, LeavesOutBlanksAndEmptyItems) {
  EXPECT_THAT(split(" a , b,,\tc ,", ','), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(split("", ',').empty());
}

}  // namespace
}  // namespace pantheon::cli
