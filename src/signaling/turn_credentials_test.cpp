#include "signaling/turn_credentials.hpp"

#include <gtest/gtest.h>

namespace pantheon::signaling {
namespace {

const std::vector<std::string> kUrls{"turn:turn.example.org:3478"};
const core::WallTime kIssued{std::chrono::seconds(1'700'000'000)};

TEST(TurnCredentials, AreNamedByTheirEndAndSignedWithTheSecret) {
  // The credential was computed with: printf %s "$username" | openssl dgst -sha1 -hmac north -binary | base64
  const auto server = make_turn_credentials(kUrls, "north", "dev:x:anna", kIssued, std::chrono::hours(1));
  EXPECT_EQ(server.urls, kUrls);
  EXPECT_EQ(server.username, "1700003600:2HIxtcS2zYt78mLX");
  EXPECT_EQ(server.credential, "PDdvWkstFcuRsV9baEv2an8q5yE=");
}

TEST(TurnCredentials, CountForAnAccountAndDoNotSayWhichItIs) {
  const auto id = [](std::string_view secret, std::string_view account) {
    const auto server = make_turn_credentials(kUrls, secret, account, kIssued, std::chrono::hours(1));
    return server.username.substr(server.username.find(':'));
  };
  EXPECT_EQ(id("north", "dev:x:anna"), id("north", "dev:x:anna"));
  EXPECT_NE(id("north", "dev:x:anna"), id("north", "dev:x:bob"));
  EXPECT_NE(id("north", "dev:x:anna"), id("south", "dev:x:anna"));
  EXPECT_EQ(id("north", "dev:x:anna").find("anna"), std::string::npos);
}

}  // namespace
}  // namespace pantheon::signaling
