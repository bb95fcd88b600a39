#include "http/websocket_handshake.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace pantheon::http {
namespace {

Request request_with(const std::string& key) {
  Request request;
  request.method = "GET";
  request.headers = {{"Upgrade", "websocket"},
                     {"Connection", "Upgrade"},
                     {"Sec-WebSocket-Version", "13"},
                     {"Sec-WebSocket-Key", key}};
  return request;
}

TEST(WebSocketHandshake, AnswersTheExampleOfTheStandard) {
  const auto answer = accept_websocket(request_with("dGhlIHNhbXBsZSBub25jZQ=="));
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
}

TEST(WebSocketHandshake, TakesWhatHasTheShapeOfAKeyOf16BytesAndNothingElse) {
  for (const char* key : {"AAAAAAAAAAAAAAAAAAAAAA==", "/+9zAAAAAAAAAAAAAAAAAQ==", "AAAAAAAAAAAAAAAAAAAAAg==",
                          "  zzzzzzzzzzzzzzzzzzzzzw== ", "AAAAAAAAAAAAAAAAAAAAAB=="}) {
    EXPECT_TRUE(accept_websocket(request_with(key))) << key;
  }
  for (const char* key :
       {"", "short", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAA===",
        "AAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAA-AAAAAAAAAAA==",
        "AAAAAAAAAA AAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAA====", "\377AAAAAAAAAAAAAAAAAAAAA=="}) {
    EXPECT_FALSE(accept_websocket(request_with(key))) << key;
  }
}

// The subprotocol that is chosen of these fields; nothing: the answer names none.
core::Result<std::optional<std::string>> chosen_of(const std::vector<std::string>& offers) {
  auto request = request_with("dGhlIHNhbXBsZSBub25jZQ==");
  for (const auto& offer : offers) request.headers.add("sec-websocket-protocol", offer);
  const auto answer = accept_websocket(request);
  if (!answer) return core::failure(answer.error());
  constexpr std::string_view kField = "\r\nSec-WebSocket-Protocol: ";
  const auto at = answer->find(kField);
  if (at == std::string::npos) return std::optional<std::string>();
  const auto from = at + kField.size();
  EXPECT_TRUE(answer->ends_with("\r\n\r\n"));
  return answer->substr(from, answer->find("\r\n", from) - from);
}

TEST(WebSocketHandshake, ChoosesTheFirstSubprotocolOfThoseOffered) {
  EXPECT_EQ(chosen_of({"chat"}).value(), "chat");
  EXPECT_EQ(chosen_of({"chat, superchat"}).value(), "chat");
  EXPECT_EQ(chosen_of({"v2.a+b! \t,v1"}).value(), "v2.a+b!");
  EXPECT_EQ(chosen_of({"chat", "superchat, other"}).value(), "chat") << "a list may be on several lines";
}

TEST(WebSocketHandshake, NamesNoSubprotocolWhereNoneIsOffered) {
  EXPECT_EQ(chosen_of({}).value(), std::nullopt);
}

TEST(WebSocketHandshake, RefusesAListOfSubprotocolsThatIsNone) {
  const std::vector<std::vector<std::string>> lists{{""},       {","},      {"a,"},     {",a"},
                                                    {"a,,b"},   {"a b"},    {"a, b c"}, {"a;b"},
                                                    {"a,b, a"}, {"a", "a"}, {"a\r\nb"}};
  for (const auto& list : lists) {
    const auto chosen = chosen_of(list);
    ASSERT_FALSE(chosen) << list[0];
    EXPECT_TRUE(chosen.error().is(HttpError::bad_websocket_request));
  }
}

}  // namespace
}  // namespace pantheon::http
