#include "cli/option_sources.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace pantheon::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class OptionSources : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              ("options-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name) << content;
    return folder_ / name;
  }
  core::Result<std::vector<std::string>> resolve(Layer flags = {}) {
    return resolve_options(
        table_, std::move(flags), [this](const std::string& name) { return environment_[name]; },
        folder_ / ".env");
  }

  std::filesystem::path folder_;
  std::map<std::string, std::string> environment_;
  std::string config_;
  std::uint16_t port_ = 3001;
  std::string key_;
  std::vector<std::string> origins_;
  std::vector<std::string> turn_;
  OptionTable table_{{"All",
                      {{"config", "CONFIG", "File", text(config_, "FILE")},
                       {"port", "PORT", "Port", number(port_, std::uint16_t{1}, std::uint16_t{9999})},
                       {"auth-key", "AUTH_KEY", "Key", text(key_, "KEY"), true},
                       {"origins", "CORS_ORIGINS", "Origins", list(origins_, "ORIGIN,...")},
                       {"turn", "TURN", "Relays", list(turn_, "RELAY", ' '), true}}}};
};

TEST_F(OptionSources, AFlagWinsOverEnvironmentThatOverDotenvThatOverTheFile) {
  const auto toml = write("signal.toml", "port = 4\n");
  environment_["CONFIG"] = toml.string();
  ASSERT_TRUE(resolve());
  EXPECT_EQ(port_, 4);
  write(".env", "PORT=3\n");
  ASSERT_TRUE(resolve());
  EXPECT_EQ(port_, 3);
  environment_["PORT"] = "2";
  ASSERT_TRUE(resolve());
  EXPECT_EQ(port_, 2);
  ASSERT_TRUE(resolve({{"port", {{"1"}, "--port"}}}));
  EXPECT_EQ(port_, 1);
}

TEST_F(OptionSources, ListsAreSplitInVariablesAndTakenAsTheyAreFromArrays) {
  environment_["CORS_ORIGINS"] = "http://a, http://b";
  ASSERT_TRUE(resolve());
  EXPECT_THAT(origins_, ElementsAre("http://a", "http://b"));
  environment_.clear();
  environment_["CONFIG"] = write("signal.toml", "origins = ['http://c,d', 'http://e']\n").string();
  ASSERT_TRUE(resolve());
  EXPECT_THAT(origins_, ElementsAre("http://c,d", "http://e"));
}

TEST_F(OptionSources, AVariableThatIsSetToNothingIsNotSet) {
  environment_["PORT"] = "";
  write(".env", "PORT=\n");
  ASSERT_TRUE(resolve());
  EXPECT_EQ(port_, 3001);
}

TEST_F(OptionSources, ABadValueOfEachSourceNamesItsPlace) {
  environment_["PORT"] = "x";
  EXPECT_THAT(resolve().error().detail(), HasSubstr("PORT: \"x\""));
  environment_.clear();
  const auto dotenv = write(".env", "\nPORT=y\n").string();
  EXPECT_THAT(resolve().error().detail(), HasSubstr(dotenv + ":2: PORT: \"y\""));
  write(".env", "");
  const auto toml = write("signal.toml", "port = 70000\n").string();
  environment_["CONFIG"] = toml;
  EXPECT_THAT(resolve().error().detail(), HasSubstr(toml + ":1: port: \"70000\""));
}

TEST_F(OptionSources, AnUnknownKeyOfTheFileIsAnErrorWithASuggestion) {
  const auto toml = write("signal.toml", "# comment\nauth_key-file = 'x'\n").string();
  environment_["CONFIG"] = toml;
  const auto resolved = resolve();
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().code(), "bad_config");
  EXPECT_THAT(resolved.error().detail(),
              HasSubstr(toml + ":2: auth_key-file is no option; is auth-key-file meant?"));
}

TEST_F(OptionSources, OneValueIsNotAList) {
  environment_["CONFIG"] = write("signal.toml", "port = [1, 2]\n").string();
  EXPECT_THAT(resolve().error().detail(), HasSubstr("port takes one value"));
}

TEST_F(OptionSources, TheFileOfASecretIsOneAlsoWhereTheSecretIsAList) {
  for (const auto* line : {"turn-file = []\n", "turn-file = ['a', 'b']\n"}) {
    environment_["CONFIG"] = write("signal.toml", line).string();
    const auto resolved = resolve();
    ASSERT_FALSE(resolved) << line;
    EXPECT_EQ(resolved.error().code(), "bad_config");
    EXPECT_THAT(resolved.error().detail(), HasSubstr("turn-file takes one value"));
  }
  environment_["CONFIG"] = write("signal.toml", "turn = ['a', 'b']\n").string();
  ASSERT_TRUE(resolve());
  EXPECT_THAT(turn_, ElementsAre("a", "b"));
}

TEST_F(OptionSources, AFileThatIsNotThereIsAnError) {
  environment_["CONFIG"] = (folder_ / "none.toml").string();
  EXPECT_EQ(resolve().error().code(), "bad_config");
}

TEST_F(OptionSources, DotenvMayHoldVariablesOfOtherPrograms) {
  write(".env", "NODE_ENV=production\nHTTP_PORT=80\nHOST=a\nFIREBASE_API_KEY=b\nPORT=5\n");
  const auto warnings = resolve();
  ASSERT_TRUE(warnings);
  EXPECT_THAT(*warnings, IsEmpty());
  EXPECT_EQ(port_, 5);
}

TEST_F(OptionSources, AVariableOfDotenvThatIsOneEditAwayIsAnErrorWithASuggestion) {
  for (const auto* name : {"CORS_ORIGIN", "CORS_ORIGNIS", "cors_origins"}) {
    const auto dotenv = write(".env", "NODE_ENV=production\n" + std::string(name) + "=http://a\n").string();
    const auto resolved = resolve();
    ASSERT_FALSE(resolved) << name;
    EXPECT_EQ(resolved.error().code(), "bad_config");
    EXPECT_EQ(resolved.error().detail(),
              dotenv + ":2: " + name + " is not known here; CORS_ORIGINS must be meant");
  }
}

TEST_F(OptionSources, AVariableOfDotenvThatIsFurtherAwayButNearIsWarnedOf) {
  write(".env", "COR_ORIGIN=http://a\n");
  const auto warnings = resolve();
  ASSERT_TRUE(warnings);
  EXPECT_THAT(*warnings, ElementsAre(HasSubstr(":1: COR_ORIGIN is not known here; is CORS_ORIGINS meant?")));
}

TEST_F(OptionSources, ASecretsFileCanBeNamedByAnySource) {
  const auto secret = write("key", "open sesame\n").string();
  environment_["AUTH_KEY_FILE"] = secret;
  EXPECT_THAT(*resolve(), IsEmpty());
  EXPECT_EQ(key_, "open sesame");
  key_.clear();
  environment_.clear();
  environment_["CONFIG"] = write("signal.toml", "auth-key-file = '" + secret + "'\n").string();
  ASSERT_TRUE(resolve());
  EXPECT_EQ(key_, "open sesame");
}

}  // namespace
}  // namespace pantheon::cli
