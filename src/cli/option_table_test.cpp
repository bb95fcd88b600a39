#include "cli/option_table.hpp"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>
#include <fstream>

namespace pantheon::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Settings {
  std::uint16_t port = 3001;
  bool dev = false;
  std::string key;
  std::vector<std::string> origins;
  OptionTable table() {
    return {{"Network", {{"port", "PORT", "Port", number(port, std::uint16_t{1}, std::uint16_t{9999})}}},
            {"Others",
             {{"dev", "", "Development", flag(dev)},
              {"key", "KEY", "Key", text(key, "KEY"), true},
              {"origins", "ORIGINS", "Origins", list(origins, "ORIGIN,...")}}}};
  }
};

Layer parsed(const OptionTable& table, std::vector<std::string> arguments) {
  CLI::App command;
  add_flags(command, table);
  std::reverse(arguments.begin(), arguments.end());
  command.parse(arguments);
  return given_flags(command, table);
}

TEST(OptionTable, FlagsAreReadByName) {
  Settings settings;
  const auto table = settings.table();
  const auto flags = parsed(table, {"--port", "80", "--dev", "--origins", "a,b", "--origins", "c"});
  ASSERT_TRUE(apply_layers(table, {flags}));
  EXPECT_EQ(settings.port, 80);
  EXPECT_TRUE(settings.dev);
  EXPECT_THAT(settings.origins, ElementsAre("a", "b", "c"));
}

TEST(OptionTable, TheFirstLayerThatHasAnOptionWins) {
  Settings settings;
  const auto table = settings.table();
  const std::vector<Layer> layers{{}, {{"port", {{"81"}, "PORT"}}}, {{"port", {{"82"}, "file"}}}};
  ASSERT_TRUE(apply_layers(table, layers));
  EXPECT_EQ(settings.port, 81);
}

TEST(OptionTable, ABadValueSaysWhereItStands) {
  Settings settings;
  const auto applied = apply_layers(settings.table(), {{{"port", {{"abc"}, "signal.toml:3: port"}}}});
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code(), "bad_option");
  EXPECT_EQ(applied.error().detail(), "signal.toml:3: port: \"abc\" is not a number from 1 to 9999");
}

TEST(OptionTable, ASecretComesFromAFileWithoutItsLineBreak) {
  const auto file = std::filesystem::path(testing::TempDir()) / "pantheon-secret";
  std::ofstream(file) << "open sesame\n";
  Settings settings;
  const auto table = settings.table();
  ASSERT_TRUE(apply_layers(table, {parsed(table, {"--key-file", file.string()})}));
  EXPECT_EQ(settings.key, "open sesame");
  std::filesystem::remove(file);
  const auto gone = apply_layers(table, {parsed(table, {"--key-file", file.string()})});
  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error().detail(), HasSubstr("--key-file"));
}

TEST(OptionTable, ASecretAndItsFileExcludeEachOtherInOneSource) {
  Settings settings;
  const auto table = settings.table();
  const auto applied = apply_layers(table, {parsed(table, {"--key", "a", "--key-file", "b"})});
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error().detail(), HasSubstr("exclude each other"));
}

TEST(OptionTable, ASecretAsAFlagIsWarnedOfWithoutShowingIt) {
  Settings settings;
  const auto table = settings.table();
  const auto warnings = apply_layers(table, {parsed(table, {"--key", "sesame"})});
  ASSERT_TRUE(warnings);
  EXPECT_THAT(*warnings, ElementsAre(HasSubstr("--key-file or KEY")));
  EXPECT_THAT(warnings->front(), Not(HasSubstr("sesame")));
  EXPECT_TRUE(apply_layers(table, {{}, {{"key", {{"sesame"}, "KEY"}}}})->empty());
}

TEST(OptionTable, HelpShowsVariableAndDefaultButNoSecret) {
  Settings settings;
  settings.key = "sesame";
  CLI::App command;
  add_flags(command, settings.table());
  const auto help = command.help();
  EXPECT_THAT(help, HasSubstr("[PORT]"));
  EXPECT_THAT(help, HasSubstr("3001"));
  EXPECT_THAT(help, HasSubstr("--key-file"));
  EXPECT_THAT(help, Not(HasSubstr("sesame")));
}

TEST(OneEditApart, AreOneLetterTwoSwappedNeighboursAndTheCase) {
  for (const auto* near : {"PORTS", "PRT", "ORT", "POR", "PORK", "SPORT", "PROT", "OPRT", "port"})
    EXPECT_TRUE(one_edit_apart(near, "PORT")) << near;
  for (const auto* far : {"PORT", "HOST", "PORTAL", "TROP", "P", "", "PO", "HTTP_PORT", "TPRO"})
    EXPECT_FALSE(one_edit_apart(far, "PORT")) << far;
}

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string> names{"port", "cors-origins", "tls-cert"};
  EXPECT_EQ(nearest("prot", names), "port");
  EXPECT_EQ(nearest("drop", names), std::nullopt);
  EXPECT_EQ(nearest("ports", names), "port");
  EXPECT_EQ(nearest("cors_origin", names), "cors-origins");
  EXPECT_EQ(nearest("something-else", names), std::nullopt);
}

}  // namespace
}  // namespace pantheon::cli
