#include "cli/up_options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "cli/error.hpp"

namespace pantheon::cli {
namespace {

/// Reads a command line as `pantheon up`, or `pantheon host`, does.
class UpOptionsTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"AUTH_KEY", "PANTHEON_TOKEN", "PANTHEON_TOKEN_FILE", "PORT"}) unsetenv(name);
  }
  void TearDown() override {
    for (const char* name : {"AUTH_KEY", "PORT", "PANTHEON_ENGINE_KEY"}) unsetenv(name);
  }

  static core::Result<app::UpOptions> read(std::vector<std::string> words, bool host_only = false) {
    CLI::App verb;
    return up_options(*parse(verb, std::move(words), host_only));
  }
  static std::vector<std::string> warnings(std::vector<std::string> words) {
    CLI::App verb;
    return up_warnings(*parse(verb, std::move(words), true));
  }

 private:
  static std::shared_ptr<UpArguments> parse(CLI::App& verb, std::vector<std::string> words, bool host_only) {
    auto arguments = add_up_options(verb, host_only);
    std::reverse(words.begin(), words.end());  // as CLI11 takes them
    verb.parse(std::move(words));
    return arguments;
  }
};

TEST_F(UpOptionsTest, TheServerIsTakenByItsOrigin) {
  const auto options = read({"--server", "http://127.0.0.1:3988/", "--pair", "link"});
  EXPECT_EQ(options.value().server, "http://127.0.0.1:3988");
  EXPECT_EQ(options.value().pair_link, "link");
}

TEST_F(UpOptionsTest, AServerThatIsNoAddressIsRefused) {
  for (const char* text : {"foo", "ftp://x", ""}) {
    const auto options = read({"--server", text});
    ASSERT_FALSE(options) << text;
    EXPECT_EQ(options.error().code(), "server_address_invalid") << text;
  }
}

TEST_F(UpOptionsTest, TheOwnerNamesWhatIsSharedAndWhoManagesIt) {
  const auto nothing = read({}).value();
  EXPECT_TRUE(nothing.shared_models.empty());
  EXPECT_TRUE(nothing.managers.empty());
  const auto options =
      read({"--share", "a:1b", "--share", "b:2b", "--share-cloud", "c:cloud", "--manager", "d_one"}).value();
  EXPECT_EQ(options.shared_models, (std::set<std::string>{"a:1b", "b:2b"}));
  EXPECT_EQ(options.cloud_models, std::set<std::string>{"c:cloud"});
  EXPECT_EQ(options.managers, std::set<std::string>{"d_one"});
}

TEST_F(UpOptionsTest, TheKeyOfEnginesIsBestKeptOutOfTheCommandLine) {
  EXPECT_EQ(read({"--engine", "http://127.0.0.1:8000", "--engine-key", "k"}).value().engine_key, "k");
  EXPECT_EQ(warnings({"--server", "https://x.example", "--engine", "x:1", "--engine-key", "k"}).size(), 1U);
  setenv("PANTHEON_ENGINE_KEY", "secret", 1);
  EXPECT_EQ(read({}).value().engine_key, "secret");
  EXPECT_TRUE(warnings({"--server", "https://x.example", "--engine", "x:1"}).empty());
  const std::vector<std::string> unused = {
      "the key of engines is given to none: it is for those that are named with --engine URL"};
  EXPECT_EQ(warnings({"--server", "https://x.example"}), unused);
}

TEST_F(UpOptionsTest, ANameThatNoServerTakesIsRefusedAtOnce) {
  for (const auto& name : {std::string("\xff\xfe"), std::string(129, 'a'), std::string("caf\xe9")}) {
    const auto options = read({"--name", name});
    ASSERT_FALSE(options) << name;
    EXPECT_TRUE(options.error().is(CliError::bad_option)) << name;
  }
  EXPECT_EQ(read({"--name", std::string(128, 'a')}).value().name, std::string(128, 'a'));
  EXPECT_EQ(read({"--name", "Café"}).value().name, "Café");
}

TEST_F(UpOptionsTest, TheOwnerSaysHowManyMinutesAnEngineMayBeSilent) {
  EXPECT_EQ(read({}).value().engine_silence, std::chrono::minutes(15));
  EXPECT_EQ(read({"--engine-silence", "90"}).value().engine_silence, std::chrono::minutes(90));
  for (const char* text : {"0", "1441", "soon"})
    EXPECT_THROW((void)read({"--engine-silence", text}), CLI::ValidationError) << text;
}

TEST_F(UpOptionsTest, AHostNeedsAServer) {
  EXPECT_EQ(read({}, true).error().code(), "missing_option");
  EXPECT_TRUE(read({"--server", "http://x"}, true));
}

TEST_F(UpOptionsTest, WhatIsForAServerElsewhereNeedsOne) {
  for (const char* name : {"--pair", "--token", "--token-file", "--auth-key"}) {
    const auto options = read({name, "x"});
    ASSERT_FALSE(options) << name;
    EXPECT_TRUE(options.error().is(CliError::bad_option));
    EXPECT_NE(options.error().message().find(std::string(name) + " is for"), std::string::npos)
        << options.error().message();
    EXPECT_TRUE(read({"--server", "http://x", name, "x"})) << name;
  }
}

TEST_F(UpOptionsTest, WhatIsForTheServerOfThisMachineNeedsNoOther) {
  const std::vector<std::vector<std::string>> home = {{"--port", "1"}, {"--bind", "127.0.0.1"}, {"--dev"}};
  for (const auto& words : home) {
    EXPECT_TRUE(read(words)) << words.front();
    auto elsewhere = words;
    elsewhere.insert(elsewhere.end(), {"--server", "http://x"});
    const auto options = read(elsewhere);
    ASSERT_FALSE(options) << words.front();
    EXPECT_TRUE(options.error().is(CliError::bad_option));
    EXPECT_NE(options.error().message().find(words.front() + " is for the server of this machine"),
              std::string::npos)
        << options.error().message();
  }
  setenv("PORT", "1", 1);
  EXPECT_TRUE(read({"--server", "http://x"})) << "the variable may be there for another program";
}

TEST_F(UpOptionsTest, AVariableForAServerElsewhereDoesNotDisturbAtHome) {
  setenv("AUTH_KEY", "key", 1);
  EXPECT_TRUE(read({}));
  EXPECT_EQ(read({"--server", "http://x"}).value().auth_key, "key");
  EXPECT_FALSE(read({"--auth-key", "another"}));
}

TEST_F(UpOptionsTest, ASecretThatIsTypedIsWarnedOf) {
  const std::vector<std::string> expected = {
      "--token shows its secret to everyone who can list processes; use --token-file or PANTHEON_TOKEN",
      "--auth-key shows its secret to everyone who can list processes; use AUTH_KEY"};
  EXPECT_EQ(warnings({"--server", "http://x", "--token", "t", "--auth-key", "k"}), expected);
  setenv("AUTH_KEY", "key", 1);
  EXPECT_TRUE(warnings({"--server", "http://x", "--token-file", "file"}).empty());
}

TEST_F(UpOptionsTest, PeerConnectionsAreBoundToAnIpAddress) {
  EXPECT_EQ(read({"--rtc-bind", "127.0.0.1"}).value().rtc_bind_address, "127.0.0.1");
  EXPECT_EQ(read({"--rtc-bind", "::1"}).value().rtc_bind_address, "::1");
  EXPECT_EQ(read({}).value().rtc_bind_address, std::nullopt);
  for (const char* text : {"foo", "127.0.0.1:1", ""})
    EXPECT_THROW(read({"--rtc-bind", text}), CLI::ValidationError) << text;
}

}  // namespace
}  // namespace pantheon::cli
