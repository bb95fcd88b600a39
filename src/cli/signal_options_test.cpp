#include "cli/signal_options.hpp"

#include <gmock/gmock.h>

#include <set>

#include "cli/option_reference.hpp"
#include "core/random.hpp"
#include "platform/paths.hpp"

namespace pantheon::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class SignalOptions : public testing::Test {
 protected:
  void SetUp() override {
    settings_.data = (std::filesystem::path(testing::TempDir()) / core::random_id()).string();
  }
  void TearDown() override { std::filesystem::remove_all(settings_.data); }
  SignalSettings settings_;
};

TEST_F(SignalOptions, NamesAndVariablesAreUnique) {
  std::set<std::string> names;
  std::set<std::string> variables;
  for (const auto& group : signal_options(settings_)) {
    for (const auto& row : group.rows) {
      EXPECT_TRUE(names.insert(row.name).second) << row.name;
      EXPECT_TRUE(row.variable.empty() || variables.insert(row.variable).second) << row.variable;
    }
  }
}

TEST_F(SignalOptions, EveryDefaultIsAValueThatItsRowTakes) {
  for (const auto& group : signal_options(settings_)) {
    for (const auto& row : group.rows) {
      if (row.value.default_text.empty()) continue;
      EXPECT_TRUE(row.value.set({row.value.default_text})) << row.name;
    }
  }
}

TEST_F(SignalOptions, TheReferenceInDocsIsUpToDate) {
  SignalSettings fresh;
  const auto page = platform::read_file(PANTHEON_SOURCE_DIR "/docs/configuration.md");
  ASSERT_TRUE(page);
  EXPECT_EQ(*page, option_reference(signal_options(fresh)))
      << "run build/dev/src/cli/pantheon signal --reference > docs/configuration.md";
}

TEST_F(SignalOptions, WhatIsServedOfGenerationOne) {
  EXPECT_EQ(server_options(settings_)->signaling.legacy, signaling::LegacyMode::relay);
  settings_.legacy = "signal";
  EXPECT_EQ(server_options(settings_)->signaling.legacy, signaling::LegacyMode::signal);
  settings_.legacy = "off";
  EXPECT_EQ(server_options(settings_)->signaling.legacy, signaling::LegacyMode::off);
}

TEST_F(SignalOptions, CertificateAndKeyGoTogether) {
  settings_.certificate = "cert.pem";
  EXPECT_EQ(server_options(settings_).error().code(), "bad_option");
  settings_.private_key = "key.pem";
  const auto options = server_options(settings_);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->tls->private_key, "key.pem");
}

TEST_F(SignalOptions, ProxiesOfThisMachineAreTrustedUnlessOthersOrNoneAreNamed) {
  const auto local = boost::asio::ip::make_address("127.0.0.1");
  EXPECT_TRUE(server_options(settings_)->signaling.proxies.trusts(local));
  settings_.trusted_proxies = {"none"};
  EXPECT_FALSE(server_options(settings_)->signaling.proxies.trusts(local));
  settings_.trusted_proxies = {"10.0.0.0/8", "nginx"};
  const auto refused = server_options(settings_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("nginx"));
}

TEST_F(SignalOptions, TurnSecretAndServersGoTogether) {
  settings_.server.signaling.turn_secret = "north";
  EXPECT_EQ(server_options(settings_).error().code(), "bad_option");
  settings_.server.signaling.turn_urls = {"turn:relay.example.org"};
  EXPECT_TRUE(server_options(settings_));
}

TEST_F(SignalOptions, OfServersForStunAndTurnOnlyTheirUrlsAreTaken) {
  settings_.ice.stun = {"stun:a,stun:b"};
  EXPECT_EQ(server_options(settings_).error().code(), "bad_option");
  settings_.ice.stun.clear();
  settings_.server.signaling.turn_secret = "north";
  settings_.server.signaling.turn_urls = {"turn:relay.example.org", "relay:3478"};
  const auto refused = server_options(settings_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("turn-urls"));
}

TEST_F(SignalOptions, ClientsAreToldTheGuidesStunServerUnlessThereIsAnother) {
  EXPECT_THAT(server_options(settings_)->signaling.ice_servers.at(0).urls,
              ElementsAre("stun:stun.l.google.com:19302"));
  settings_.ice.stun = {"stun:stun.example.org:3478"};
  EXPECT_THAT(server_options(settings_)->signaling.ice_servers.at(0).urls,
              ElementsAre("stun:stun.example.org:3478"));
}

TEST_F(SignalOptions, TheDatabaseIsInTheDataFolder) {
  EXPECT_THAT(server_options(settings_)->database.string(), HasSubstr(settings_.data));
}

TEST_F(SignalOptions, AreReadWithoutMakingTheDataFolder) {
  ASSERT_TRUE(server_options(settings_));
  EXPECT_FALSE(std::filesystem::exists(settings_.data)) << "who asks whether a server is well may not write";
}

TEST_F(SignalOptions, AnOriginThatNoPageHasIsRefusedByName) {
  settings_.server.signaling.cors_origins = {"http://localhost:3000", "https://*.example.org"};
  const auto refused = server_options(settings_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), "bad_option");
  EXPECT_THAT(refused.error().message(), HasSubstr("cors-origins: 'https://*.example.org'"));
  settings_.server.signaling.cors_origins = {"http://LocalHost:3000", "https://example.org/", "app://page",
                                             "*"};
  EXPECT_TRUE(server_options(settings_));
}

TEST_F(SignalOptions, TheSendQueueHoldsAllListsOfAnAccountAndMore) {
  auto& limits = settings_.server.signaling.limits;
  EXPECT_TRUE(server_options(settings_));
  limits.max_models_per_account.count = limits.max_send_queue.count / 2 + 1;
  const auto refused = server_options(settings_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(),
              AllOf(HasSubstr("max-send-queue"), HasSubstr("max-models-size-per-account")));
  limits.max_send_queue.count = 2 * limits.max_models_per_account.count;
  EXPECT_TRUE(server_options(settings_));
}

}  // namespace
}  // namespace pantheon::cli
