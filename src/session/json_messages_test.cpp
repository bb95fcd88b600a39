#include "session/json_messages.hpp"

#include <gtest/gtest.h>

#include "session/error.hpp"

namespace pantheon::session {
namespace {

TEST(JsonRequest, IsReadAsDeployedClientsSendIt) {
  const auto request = parse_json_request(R"({"type":"chat","requestId":"r1","data":{"model":"m"}})").value();
  EXPECT_EQ(request.type, "chat");
  EXPECT_EQ(request.request_id, "r1");
  EXPECT_EQ(request.data.at("model").as_string(), "m");
}

TEST(JsonRequest, MayHaveANumberAsId) {
  EXPECT_EQ(parse_json_request(R"({"type":"ping","requestId":17})").value().request_id, "17");
}

TEST(JsonRequest, AnythingElseIsACodedError) {
  for (const char* text : {"", "[]", "{}", "{\"type\":3}", "{\"type\":\"\"}", "\x01\x02"}) {
    EXPECT_TRUE(parse_json_request(text).error().is(SessionError::bad_json_message)) << text;
  }
}

TEST(JsonRequest, ATooLargeOneIsRefusedUnread) {
  const std::string text(kLargestJsonMessage.count + 1, ' ');
  EXPECT_TRUE(parse_json_request(text).error().is(core::CommonError::too_large));
}

TEST(JsonError, EchoesTheIdAndNamesTheCode) {
  const auto text = json_error_message("r\"1", core::Error(SessionError::pinned_peer_over_json));
  const auto object = core::parse_json_object(text).value();
  EXPECT_EQ(core::get_string(object, "requestId"), "r\"1");
  EXPECT_EQ(core::get_string(object, "type"), "error");
  EXPECT_EQ(core::get_string(object, "code"), "pinned_peer_over_json");
}

}  // namespace
}  // namespace pantheon::session
