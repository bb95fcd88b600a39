#include "cli/toml.hpp"

#include <gmock/gmock.h>

namespace pantheon::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Toml, ReadsTextsNumbersTruthsAndListsWithTheirLines) {
  const auto read =
      parse_toml("# server\nport = 3001\ncors-origins = ['a', \"b\"]\ndev = false\nrate = 0.5\n");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 4U);
  EXPECT_EQ(read->at(0).key, "port");
  EXPECT_THAT(read->at(0).texts, ElementsAre("3001"));
  EXPECT_EQ(read->at(0).line, 2U);
  EXPECT_TRUE(read->at(1).is_list);
  EXPECT_THAT(read->at(1).texts, ElementsAre("a", "b"));
  EXPECT_THAT(read->at(2).texts, ElementsAre("false"));
  EXPECT_THAT(read->at(3).texts, ElementsAre("0.5"));
}

TEST(Toml, NamesTheLineThatIsWrong) {
  for (const auto* bad : {"a = 1\nb = what", "a = 1\na = 2", "a = 1\n[table]\nb = 1", "a = 1\nb = [[1]]",
                          "a = 1\nb = 2026-01-01"}) {
    const auto read = parse_toml(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code(), "bad_config");
    EXPECT_THAT(read.error().detail(), HasSubstr("line 2")) << bad;
  }
}

}  // namespace
}  // namespace pantheon::cli
