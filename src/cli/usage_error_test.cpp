#include "cli/usage_error.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "cli/verbs.hpp"

namespace pantheon::cli {
namespace {

/// All verbs. They own what the options of the program are read into.
std::vector<Verb> add_verbs(CLI::App& program) {
  return {add_up(program), add_host(program), add_signal(program)};
}

/// What is said of a command line.
std::string said_of(std::vector<std::string> words) {
  CLI::App program;
  program.require_subcommand(1);
  const auto verbs = add_verbs(program);
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  try {
    program.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return usage_error(program, error);
  }
  return "nothing";
}

TEST(UsageError, NamesTheVerbThatWasMeant) {
  EXPECT_EQ(said_of({"upp"}), "there is no verb 'upp'; did you mean up? `pantheon --help` says more.");
  EXPECT_EQ(said_of({"frobnicate"}),
            "there is no verb 'frobnicate'; there are up, host and signal. `pantheon --help` says more.");
}

TEST(UsageError, WantsTheVerbBeforeItsOptions) {
  EXPECT_EQ(
      said_of({"--server", "http://x"}),
      "the first word must be a verb: up, host or signal; options follow it. `pantheon --help` says more.");
  EXPECT_EQ(said_of({"--server=http://x", "up"}),
            "--server must stand behind the verb. `pantheon up --help` lists its options.");
}

TEST(UsageError, NamesTheOptionThatWasMeant) {
  EXPECT_EQ(said_of({"signal", "--prot", "3002"}),
            "pantheon signal has no option --prot; did you mean --port? `pantheon signal --help` lists its "
            "options.");
  EXPECT_EQ(said_of({"up", "--wrong"}),
            "pantheon up has no option --wrong. `pantheon up --help` lists its options.");
}

TEST(UsageError, RepeatsNoValueOfAnUnknownOption) {
  EXPECT_EQ(said_of({"up", "--auth-kye=secret"}).find("secret"), std::string::npos);
}

TEST(UsageError, SaysWhatIsNoOption) {
  EXPECT_EQ(said_of({"signal", "--dev", "now"}),
            "'now' is not expected here; pantheon signal takes options only. "
            "`pantheon signal --help` lists its options.");
}

TEST(UsageError, SaysWhatIsWrongWithAValue) {
  EXPECT_EQ(said_of({"up", "--name"}), "--name needs a value. `pantheon up --help` lists its options.");
  EXPECT_EQ(said_of({"up", "--parallel", "100"}),
            "--parallel: Value 100 not in range 1 to 64. `pantheon up --help` lists its options.");
  EXPECT_EQ(said_of({"up", "--token", "a", "--token-file", "b"}),
            "--token excludes --token-file. `pantheon up --help` lists its options.");
}

TEST(UsageError, NamesTheVariableThatAValueCameFrom) {
  setenv("PORT", "abc", 1);
  EXPECT_EQ(said_of({"up"}), "PORT: 'abc' cannot be used. `pantheon up --help` lists its options.");
  EXPECT_EQ(said_of({"up", "--port", "abd"}),
            "--port: 'abd' cannot be used. `pantheon up --help` lists its options.");
  unsetenv("PORT");
}

TEST(UsageError, HelpShowsTheOptionsAsTheyAreTyped) {
  CLI::App program;
  const auto verbs = add_verbs(program);
  for (const auto* verb : program.get_subcommands([](const CLI::App*) { return true; })) {
    const auto help = verb->help();
    EXPECT_EQ(help.find("{"), std::string::npos) << help;
    EXPECT_EQ(help.find(" in ["), std::string::npos) << help;
  }
}

}  // namespace
}  // namespace pantheon::cli
