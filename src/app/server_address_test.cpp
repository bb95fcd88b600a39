#include "app/server_address.hpp"

#include <gtest/gtest.h>

#include "app/error.hpp"

namespace pantheon::app {
namespace {

TEST(ServerOrigin, IsTheSameHoweverTheAddressIsWritten) {
  for (const char* text : {"https://signal.example.org", "https://signal.example.org/",
                           "https://signal.example.org:443", "HTTPS://Signal.Example.Org/"})
    EXPECT_EQ(server_origin(text).value(), "https://signal.example.org") << text;
}

TEST(ServerOrigin, KeepsPortAndBrackets) {
  EXPECT_EQ(server_origin("http://127.0.0.1:3988/").value(), "http://127.0.0.1:3988");
  EXPECT_EQ(server_origin("http://[::1]:3001").value(), "http://[::1]:3001");
}

TEST(ServerOrigin, IsNothingButAnHttpAddress) {
  for (const char* text : {"", "foo", "signal.example.org", "127.0.0.1:3001", "ftp://x", "ws://x", "http://",
                           "http://x:99999", "http:///x"}) {
    const auto origin = server_origin(text);
    ASSERT_FALSE(origin) << text;
    EXPECT_TRUE(origin.error().is(AppError::server_address_invalid)) << text;
    EXPECT_EQ(origin.error().exit_code(), 64) << text;
    EXPECT_NE(origin.error().message().find("'" + std::string(text) + "' is not an http(s) address"),
              std::string::npos)
        << origin.error().message();
  }
}

TEST(ServerOrigin, HasNoPathAndSaysWhereTheServerIs) {
  for (const char* text : {"http://x:3001/a", "http://x:3001/?a=b", "http://x:3001?a=b", "http://x:3001//"}) {
    const auto origin = server_origin(text);
    ASSERT_FALSE(origin) << text;
    EXPECT_NE(origin.error().message().find("the server is at http://x:3001)"), std::string::npos)
        << origin.error().message();
  }
}

TEST(ServerOrigin, ARefusalRepeatsNoSecret) {
  for (const char* text : {"http://alice:secret@x", "http://x/#pair=secret", "alice:secret@x"}) {
    const auto origin = server_origin(text);
    ASSERT_FALSE(origin) << text;
    EXPECT_EQ(origin.error().message().find("secret"), std::string::npos) << origin.error().message();
  }
}

}  // namespace
}  // namespace pantheon::app
