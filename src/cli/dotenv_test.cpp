#include "cli/dotenv.hpp"

#include <gmock/gmock.h>

namespace pantheon::cli {
namespace {

using testing::HasSubstr;

std::string value_of(std::string_view text) {
  const auto read = parse_dotenv(text);
  return read && read->size() == 1 ? read->front().value : "(not read)";
}

TEST(Dotenv, ReadsTheGuidesFile) {
  const auto read = parse_dotenv(
      "PORT=3001\nFIREBASE_DATABASE_URL=https://your-project.firebaseio.com\n"
      "CORS_ORIGINS=http://localhost:3000,http://localhost:8100\n");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 3U);
  EXPECT_EQ(read->at(0).name, "PORT");
  EXPECT_EQ(read->at(0).value, "3001");
  EXPECT_EQ(read->at(2).value, "http://localhost:3000,http://localhost:8100");
  EXPECT_EQ(read->at(2).line, 3U);
}

TEST(Dotenv, TakesExportCommentsEmptyLinesAndOtherLineEnds) {
  const auto read = parse_dotenv("\xEF\xBB\xBF# the port\r\n\r\nexport PORT = 3001 # ours\r\nNONE=");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(0).value, "3001");
  EXPECT_EQ(read->at(0).line, 3U);
  EXPECT_EQ(read->at(1).value, "");
}

TEST(Dotenv, QuotesKeepWhatIsInThem) {
  EXPECT_EQ(value_of("A='a # \\n b' # c"), "a # \\n b");
  EXPECT_EQ(value_of("A=\"a # \\n \\\" b\""), "a # \n \" b");
  EXPECT_EQ(value_of("A=pass#word"), "pass#word");
}

TEST(Dotenv, AValueInQuotesMayTakeSeveralLines) {
  const auto read = parse_dotenv(
      "KEY = \"-----BEGIN-----\r\nA=b # \\\"\n\n-----END-----\" # the key\r\nTWO='a\nb'\n# "
      "A=\"\nPORT=\"3001\"\n");
  ASSERT_TRUE(read) << read.error().message();
  ASSERT_EQ(read->size(), 3U);
  EXPECT_EQ(read->at(0).value, "-----BEGIN-----\nA=b # \"\n\n-----END-----");
  EXPECT_EQ(read->at(1).value, "a\nb");
  EXPECT_EQ(read->at(1).line, 5U);
  EXPECT_EQ(read->at(2).value, "3001");
  EXPECT_EQ(read->at(2).line, 8U);
}

TEST(Dotenv, NamesTheLineThatIsNoAssignment) {
  for (const auto* bad : {"A=1\nwhat", "A=1\n1A=2", "A=1\nA='open", "A=1\nA='open\nB=2\n", "A=1\nA='a\nb' c",
                          "A='1'\nA='open\nB=\"2\"", "A=1\nA=\"a\" b", "A=1\n=2"}) {
    const auto read = parse_dotenv(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code(), "bad_config");
    EXPECT_THAT(read.error().detail(), HasSubstr("line 2")) << bad;
  }
}

}  // namespace
}  // namespace pantheon::cli
