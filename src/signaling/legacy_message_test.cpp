#include "signaling/legacy_message.hpp"

#include <gtest/gtest.h>

namespace pantheon::signaling {
namespace {

namespace json = core::json;

constexpr core::Bytes kMaxSignal{1024};

auto parse(std::string_view text) {
  return parse_legacy_message(text, kMaxSignal);
}

/// The code and detail with which a message is refused.
std::string refused(std::string_view text) {
  const auto message = parse(text);
  if (message) return "accepted";
  const auto& error = message.error().error;
  return std::string(error.code()) + (error.detail().empty() ? "" : " " + error.detail());
}

template <class T>
T expect(std::string_view text) {
  auto message = parse(text);
  EXPECT_TRUE(message) << text;
  EXPECT_TRUE(message && std::holds_alternative<T>(*message)) << text;
  return std::get<T>(std::move(*message));
}

TEST(LegacyMessage, ReadsEveryMessageOfAClient) {
  const auto auth = expect<LegacyAuth>(R"({"type":"auth","token":"dev:anna","peer_id":"desk"})");
  EXPECT_EQ(auth.token, "dev:anna");
  EXPECT_EQ(auth.peer_id, "desk");
  const auto registration = expect<LegacyRegister>(
      R"({"type":"register","platform":"darwin","public_ip":"203.0.113.9","local_ips":["10.0.0.2"],)"
      R"("nat_type":"full","endpoint":{"port":1},"capabilities":["ollama"],"user_id":"anna"})");
  EXPECT_EQ(registration.platform, "darwin");
  EXPECT_EQ(core::serialize_json(registration.capabilities), R"(["ollama"])");
  expect<LegacyGetPeers>(R"({"type":"get_peers"})");
  expect<LegacyHeartbeat>(R"({"type":"heartbeat","peer_id":"desk"})");
  const auto request = expect<LegacyRequest>(
      R"({"type":"peer_request","to_peer_id":"b","request_id":"r1","data":{"type":"get_models"}})");
  EXPECT_EQ(request.to_peer_id, "b");
  EXPECT_EQ(answer_kind(request.data), LegacyAnswerKind::models);
  const auto response = expect<LegacyResponse>(
      R"({"type":"peer_response","to_peer_id":"a","request_id":7,"success":true,"data":{"x":1}})");
  EXPECT_EQ(response.request_id, json::value(7));
  EXPECT_EQ(response.answer.kind, LegacyAnswerKind::chat);
  EXPECT_EQ(core::serialize_json(response.answer.data), R"({"x":1})");
  const auto failed = expect<LegacyResponse>(
      R"({"type":"models_response","to_peer_id":"a","request_id":"r","success":false,"error":"off"})");
  EXPECT_EQ(failed.answer.kind, LegacyAnswerKind::models);
  EXPECT_EQ(failed.answer.error, "off");
  for (const auto* type : {"offer", "answer", "ice_candidate"}) {
    const auto text = std::string(R"({"type":")") + type + R"(","to_peer_id":"b","sdp":"v=0"})";
    EXPECT_EQ(expect<LegacySignal>(text).to_peer_id, "b");
  }
}

TEST(LegacyMessage, SaysWhatIsWrongWithAMalformedOne) {
  for (const auto* text : {"", "{", "[]", "null", "7", "\"auth\"", "{\"type\":\"auth\"", "\xff"}) {
    EXPECT_EQ(refused(text), "invalid_json") << text;
  }
  EXPECT_EQ(refused("{}"), "unknown_event");
  EXPECT_EQ(refused(R"({"type":7})"), "unknown_event");
  EXPECT_EQ(refused(R"({"type":"format_disk"})"), "unknown_event");
  EXPECT_EQ(refused(R"({"type":"auth","token":7})"), "invalid_argument token");
  EXPECT_EQ(refused(R"({"type":"auth","token":"t","peer_id":{}})"), "invalid_argument peer_id");
  EXPECT_EQ(refused(R"({"type":"peer_request"})"), "invalid_argument to_peer_id");
  EXPECT_EQ(refused(R"({"type":"peer_request","to_peer_id":"b"})"), "invalid_argument request_id");
  EXPECT_EQ(refused(R"({"type":"peer_request","to_peer_id":"b","request_id":""})"),
            "invalid_argument request_id");
  EXPECT_EQ(refused(R"({"type":"peer_request","to_peer_id":"b","request_id":1.5})"),
            "invalid_argument request_id");
  EXPECT_EQ(refused(R"({"type":"peer_request","to_peer_id":"b","request_id":"r","data":"x"})"),
            "invalid_argument data");
  EXPECT_EQ(refused(R"({"type":"peer_response","to_peer_id":"a","request_id":"r"})"),
            "invalid_argument success");
  EXPECT_EQ(refused(R"({"type":"offer","sdp":"v=0"})"), "invalid_argument to_peer_id");
}

TEST(LegacyMessage, RefusesWhatIsTooLarge) {
  const std::string text(2000, 'x');
  EXPECT_EQ(refused(R"({"type":"offer","to_peer_id":"b","sdp":")" + text + R"("})"), "too_large signal");
  EXPECT_EQ(refused(R"({"type":"auth","token":")" + std::string(9000, 'x') + R"("})"),
            "invalid_argument token");
  EXPECT_EQ(refused(R"({"type":"peer_request","to_peer_id":")" + text + R"(","request_id":"r","data":{}})"),
            "invalid_argument to_peer_id");
  EXPECT_EQ(refused(std::string(100, '[')), "invalid_json") << "too deep";
}

/// What a host says went wrong: its error, and a code.
LegacyAnswer failure_of(json::value error, json::value code = nullptr) {
  const json::object response{{"type", "peer_response"}, {"to_peer_id", "a"}, {"request_id", "r"},
                              {"success", false},        {"error", error},    {"code", code}};
  return expect<LegacyResponse>(core::serialize_json(response)).answer;
}

TEST(LegacyMessage, WhateverAHostSaysWentWrongIsTakenAsText) {
  EXPECT_EQ(failure_of("off").error, "off");
  EXPECT_EQ(failure_of(nullptr).error, "");
  EXPECT_EQ(failure_of(json::object{{"message", "out of memory"}}).error, R"({"message":"out of memory"})");
  EXPECT_EQ(failure_of(7, 500).error, "7");
  EXPECT_EQ(failure_of(7, 500).error_code, "500");
  std::string trace = "x";
  while (trace.size() <= kMaxLegacyError) trace += "\u00fc";
  EXPECT_EQ(failure_of(json::value(trace), json::value(trace)).error, trace.substr(0, kMaxLegacyError - 1));
  EXPECT_EQ(failure_of(json::value(trace), json::value(trace)).error_code,
            trace.substr(0, kMaxLegacyText - 1));
}

LegacyRegister registration_of(json::object said) {
  said["type"] = "register";
  return expect<LegacyRegister>(core::serialize_json(said));
}

TEST(LegacyMessage, WhatNobodyReadsOfARegistrationIsNoReasonToRefuseIt) {
  for (const json::value& odd : {json::value(7), json::value(json::array{1}), json::value(json::object()),
                                 json::value(std::string(9000, 'x'))}) {
    const auto registration = registration_of({{"platform", "darwin"},
                                               {"public_ip", odd},
                                               {"nat_type", odd},
                                               {"user_id", odd},
                                               {"local_ips", odd}});
    EXPECT_EQ(registration.platform, "darwin");
  }
}

TEST(LegacyMessage, ALongPlatformIsCutAndOneThatIsNoTextIsNone) {
  EXPECT_EQ(registration_of({{"platform", std::string(200, 'x')}}).platform,
            std::string(kMaxLegacyText, 'x'));
  EXPECT_EQ(registration_of({{"platform", json::array{"web"}}}).platform, "");
}

TEST(LegacyMessage, CapabilitiesMayListManyModelsAndALongerListIsCut) {
  json::array models;
  for (int i = 0; i < 80; ++i) models.emplace_back("model:" + std::to_string(i) + std::string(150, 'x'));
  EXPECT_EQ(registration_of({{"capabilities", models}}).capabilities, json::value(models));
  for (int i = 80; i < 1000; ++i) models.emplace_back(std::string(150, 'y'));
  const auto cut = registration_of({{"capabilities", models}}).capabilities;
  EXPECT_GE(cut.as_array().size(), 80U);
  EXPECT_EQ(cut.as_array().at(79), models.at(79));
  EXPECT_LE(core::serialize_json(cut).size(), kMaxLegacyCapabilities);
  const json::object object{{"models", models}};
  EXPECT_EQ(registration_of({{"capabilities", object}}).capabilities, json::value(json::array()));
}

TEST(LegacyMessage, ARefusalNamesTheMessageItIsAbout) {
  const auto message = parse(R"({"type":"peer_request","request_id":"r9","data":{"type":"get_models"}})");
  ASSERT_FALSE(message);
  const auto told = core::parse_json_object(legacy_error(message.error(), {{"retryAfterMs", 5}})).value();
  EXPECT_EQ(told.at("type"), "error");
  EXPECT_EQ(told.at("event"), "peer_request");
  EXPECT_EQ(told.at("request_id"), "r9");
  EXPECT_EQ(told.at("code"), "invalid_argument");
  EXPECT_EQ(told.at("retryAfterMs"), 5);
  EXPECT_EQ(message.error().kind, LegacyAnswerKind::models);
}

TEST(LegacyMessage, ARefusalNamesALongTypeUpToAWholeCharacter) {
  std::string type = "x";
  while (type.size() <= kMaxLegacyText) type += "\u00fc";
  const auto message = parse(core::serialize_json(json::object{{"type", type}}));
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().type, type.substr(0, kMaxLegacyText - 1));
}

TEST(LegacyMessage, WritesWhatGenerationOneExpects) {
  EXPECT_EQ(legacy_auth_response("desk", "dev:dev:anna"),
            R"({"type":"auth_response","success":true,"peer_id":"desk","account_id":"dev:dev:anna"})");
  EXPECT_EQ(legacy_registered("desk"), R"({"type":"registered","peer_id":"desk"})");
  EXPECT_EQ(legacy_peer_list({}), R"({"type":"peer_list","peers":[]})");
  EXPECT_EQ(legacy_peer_request("a", "r1", {{"type", "get_models"}}),
            R"({"type":"peer_request","from_peer_id":"a","request_id":"r1","data":{"type":"get_models"}})");
  EXPECT_EQ(legacy_response("h", 7, {LegacyAnswerKind::models, true, json::array(), {}, {}, {}}),
            R"({"type":"models_response","from_peer_id":"h","request_id":7,"success":true,"data":[]})");
  EXPECT_EQ(
      legacy_response("h", "r", {LegacyAnswerKind::chat, false, nullptr, "no", "busy", {}}),
      R"({"type":"chat_response","from_peer_id":"h","request_id":"r","success":false,"error":"no","code":"busy"})");
}

TEST(LegacyMessage, ASignalIsPassedOnAsItIsWithItsSenderInsteadOfItsTarget) {
  auto signal = expect<LegacySignal>(
      R"({"type":"offer","to_peer_id":"b","from_peer_id":"somebody else","sdp":"v=0","more":[1]})");
  EXPECT_EQ(core::parse_json_object(legacy_signal("a", std::move(signal))).value(),
            core::parse_json_object(R"({"type":"offer","from_peer_id":"a","sdp":"v=0","more":[1]})").value());
}

}  // namespace
}  // namespace pantheon::signaling
