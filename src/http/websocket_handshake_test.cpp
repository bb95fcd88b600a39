#include "http/websocket_handshake.hpp"

#include <gtest/gtest.h>

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

TEST(WebSocketHandshake, TakesAKeyOf16BytesAndNothingElse) {
  for (const char* key : {"AAAAAAAAAAAAAAAAAAAAAA==", "/+9zAAAAAAAAAAAAAAAAAQ==", "AAAAAAAAAAAAAAAAAAAAAg==",
                          "  zzzzzzzzzzzzzzzzzzzzzw== "}) {
    EXPECT_TRUE(accept_websocket(request_with(key))) << key;
  }
  for (const char* key : {"", "short", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA=",
                          "AAAAAAAAAAAAAAAAAAAAAA===", "AAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAA",
                          "AAAAAAAAAAAAAAAAAAAAAB==", "AAAAAAAAAA-AAAAAAAAAAA==", "AAAAAAAAAA AAAAAAAAAAA==",
                          "AAAAAAAAAAAAAAAAAAAA====", "\377AAAAAAAAAAAAAAAAAAAAA=="}) {
    EXPECT_FALSE(accept_websocket(request_with(key))) << key;
  }
}

}  // namespace
}  // namespace pantheon::http
