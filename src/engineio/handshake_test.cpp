#include "engineio/handshake.hpp"

#include <gtest/gtest.h>

namespace pantheon::engineio {
namespace {

using namespace std::chrono_literals;

TEST(Opening, ComesBackTheSame) {
  const Opening opening{"abc", {"websocket"}, 300ms, 200ms, core::Bytes{1'000'000}};
  EXPECT_EQ(
      encode_opening(opening),
      R"({"sid":"abc","upgrades":["websocket"],"pingInterval":300,"pingTimeout":200,"maxPayload":1000000})");
  const auto back = decode_opening(encode_opening(opening)).value();
  EXPECT_EQ(back.sid, "abc");
  EXPECT_EQ(back.upgrades, opening.upgrades);
  EXPECT_EQ(back.ping_interval, 300ms);
  EXPECT_EQ(back.ping_timeout, 200ms);
  EXPECT_EQ(back.max_payload, opening.max_payload);
}

TEST(Opening, NamesAnyNumberOfUpgrades) {
  const auto upgrades = [](std::vector<std::string> names) {
    return decode_opening(encode_opening({"abc", std::move(names)})).value().upgrades;
  };
  EXPECT_TRUE(upgrades({}).empty());
  EXPECT_EQ(upgrades({"a", "b\""}), (std::vector<std::string>{"a", "b\""}));
}

TEST(Opening, RefusesWhatNoServerSends) {
  for (const char* text :
       {"", "[]", "{}", R"({"sid":"","pingInterval":1,"pingTimeout":1})",
        R"({"sid":1,"pingInterval":1,"pingTimeout":1})", R"({"sid":"a","pingInterval":0,"pingTimeout":1})",
        R"({"sid":"a","pingInterval":1,"pingTimeout":-1})",
        R"({"sid":"a","pingInterval":1e300,"pingTimeout":1})"}) {
    EXPECT_FALSE(decode_opening(text)) << text;
  }
}

TEST(Handshake, ChecksInTheOrderOfTheOfficialServer) {
  EXPECT_EQ(check_handshake("GET", "EIO=4", true).error().code(), "transport_unknown");
  EXPECT_EQ(check_handshake("POST", "transport=abc", true).error().code(), "transport_unknown");
  EXPECT_EQ(check_handshake("POST", "EIO=3&transport=websocket", true).error().code(),
            "bad_handshake_method");
  EXPECT_EQ(check_handshake("GET", "EIO=3&transport=websocket", false).error().code(), "bad_handshake");
  EXPECT_EQ(check_handshake("GET", "EIO=3&transport=websocket", true).error().code(), "unsupported_protocol");
  EXPECT_EQ(check_handshake("GET", "transport=websocket&sid=a", true).value().sid, "a");
  EXPECT_EQ(check_handshake("PUT", "EIO=4&transport=polling", false).error().code(), "bad_handshake_method");
  EXPECT_EQ(check_handshake("GET", "EIO=4&transport=polling", true).error().code(), "bad_handshake");
  EXPECT_EQ(check_handshake("GET", "transport=polling", false).error().code(), "unsupported_protocol");
  EXPECT_EQ(check_handshake("POST", "transport=polling&sid=a", false).value().transport, "polling");
  EXPECT_TRUE(check_handshake("GET", "EIO=4&transport=polling", false));
  EXPECT_TRUE(check_handshake("GET", "EIO=4&transport=websocket", true));
}

TEST(Handshake, ErrorsHaveTheNumbersAndTextsOfTheOfficialServer) {
  const auto response = handshake_error(EngineioError::session_unknown);
  EXPECT_EQ(response.status, 400U);
  EXPECT_EQ(response.body, R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(handshake_error(EngineioError::forbidden).status, 403U);
  EXPECT_EQ(handshake_error(EngineioError::unsupported_protocol).body,
            R"({"code":5,"message":"Unsupported protocol version"})");
}

}  // namespace
}  // namespace pantheon::engineio
