#include "cluster/message.hpp"

#include <gtest/gtest.h>

#include "cluster/error.hpp"
#include "cluster/msgpack.hpp"
#include "socketio/event.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;

core::ByteView bytes(std::string_view text) {
  return core::as_bytes(text);
}
core::ByteVector packed(std::string_view text) {
  return to_msgpack(core::parse_json(text).value());
}
/// The request, written and read again.
Request again(const Request& request) {
  auto decoded = decode_request(encode(request));
  EXPECT_TRUE(decoded);
  return decoded ? std::move(*decoded) : Request();
}
Response again(const Response& response) {
  auto decoded = decode_response(encode(response));
  EXPECT_TRUE(decoded);
  return decoded ? std::move(*decoded) : Response();
}

TEST(BroadcastMessage, ReadsWhatTheOfficialAdapterSends) {
  const auto broadcast = decode_broadcast(packed(
      R"(["AbCdEf",{"type":2,"data":["hello",1,{"a":null}],"nsp":"/chat"},
          {"rooms":["r1",42],"except":["x"],"flags":{"volatile":true,"compress":false}}])"));
  ASSERT_TRUE(broadcast);
  EXPECT_EQ(broadcast->uid, "AbCdEf");
  EXPECT_EQ(broadcast->nsp, "/chat");
  EXPECT_EQ(core::serialize_json(broadcast->event.data), R"(["hello",1,{"a":null}])");
  EXPECT_EQ(broadcast->to, (Targets{{"r1", "42"}, {"x"}}));
  EXPECT_TRUE(broadcast->is_volatile);
}

TEST(BroadcastMessage, TheEmitterLeavesFieldsOut) {
  const auto broadcast =
      decode_broadcast(packed(R"(["emitter",{"type":2,"data":["e"]},{"rooms":[],"flags":{},"except":[]}])"));
  ASSERT_TRUE(broadcast);
  EXPECT_EQ(broadcast->nsp, "/");
  EXPECT_EQ(broadcast->to, Targets());
  EXPECT_FALSE(broadcast->is_volatile);
}

TEST(BroadcastMessage, IsWrittenAsItIsRead) {
  const Broadcast broadcast{"uid", "/", {{"e", socketio::placeholder(0)}, {{1, 2}}}, {{"r"}, {"x"}}, true};
  const auto read = decode_broadcast(encode(broadcast));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->uid, "uid");
  EXPECT_EQ(read->event.data, broadcast.event.data);
  EXPECT_EQ(read->event.attachments, broadcast.event.attachments);
  EXPECT_EQ(read->to, broadcast.to);
  EXPECT_TRUE(read->is_volatile);
}

TEST(BroadcastMessage, RefusesWhatIsNone) {
  for (const auto* text :
       {"null", "[]", R"(["u",{"type":2,"data":["e"]}])", R"(["u",{"type":2,"data":["e"]},[]])",
        R"(["u",{"type":0,"data":["e"]},{}])", R"(["u",{"type":2,"data":[]},{}])",
        R"(["u",{"type":2,"data":[{}]},{}])", R"(["u",{"type":2,"data":["connect"]},{}])",
        R"(["u",{"type":2,"data":"e"},{}])", R"(["u",{"type":2,"data":["e"]},{"rooms":"r"}])",
        R"(["u",{"type":2,"data":["e"]},{"except":[[]]}])", R"([{},{"type":2,"data":["e"]},{}])"}) {
    const auto broadcast = decode_broadcast(packed(text));
    ASSERT_FALSE(broadcast) << text;
    EXPECT_TRUE(broadcast.error().is(ClusterError::bad_message)) << text;
  }
  const auto huge = decode_broadcast(core::ByteVector(kMaxMessage.count + 1));
  ASSERT_FALSE(huge);
  EXPECT_TRUE(huge.error().is(ClusterError::message_too_large));
}

TEST(RequestMessage, ReadsEveryTypeOfTheOfficialAdapter) {
  const auto sockets = decode_request(bytes(R"({"uid":"u","requestId":"i","type":0,"rooms":["r"]})"));
  ASSERT_TRUE(sockets);
  EXPECT_EQ(std::get<SocketsRequest>(sockets->body).rooms, std::vector<std::string>{"r"});
  EXPECT_EQ(sockets->uid, "u");
  EXPECT_EQ(sockets->id, "i");
  EXPECT_TRUE(std::holds_alternative<AllRoomsRequest>(
      decode_request(bytes(R"({"uid":"u","requestId":"i","type":1})"))->body));
  const auto fetch =
      decode_request(bytes(R"({"uid":"u","requestId":"i","type":5,"opts":{"rooms":["r"],"except":["x"]}})"));
  EXPECT_EQ(std::get<FetchRequest>(fetch->body).to, (Targets{{"r"}, {"x"}}));
  const auto emit = decode_request(bytes(R"({"uid":"u","type":6,"data":["event",1]})"));
  EXPECT_EQ(emit->id, "");
  EXPECT_EQ(std::get<ServerSideEmitRequest>(emit->body).data.size(), 2U);
}

TEST(RequestMessage, CommandsNameRoomsOrOneSocket) {
  const auto join = decode_request(bytes(R"({"type":2,"opts":{"rooms":["r"],"except":[]},"rooms":["new"]})"));
  ASSERT_TRUE(join);
  EXPECT_EQ(std::get<JoinRequest>(join->body).to, (Targets{{"r"}, {}}));
  EXPECT_EQ(std::get<JoinRequest>(join->body).rooms, std::vector<std::string>{"new"});
  const auto leave = decode_request(bytes(R"({"uid":"u","requestId":"i","type":3,"sid":"s","room":"old"})"));
  ASSERT_TRUE(leave);
  EXPECT_EQ(std::get<LeaveRequest>(leave->body).socket_id, "s");
  EXPECT_EQ(std::get<LeaveRequest>(leave->body).rooms, std::vector<std::string>{"old"});
  const auto disconnect = decode_request(bytes(R"({"type":4,"opts":{"rooms":[],"except":[]},"close":true})"));
  ASSERT_TRUE(disconnect);
  EXPECT_TRUE(std::get<DisconnectRequest>(disconnect->body).close);
}

TEST(RequestMessage, BroadcastsWithAcknowledgementsComeAsMessagePack) {
  const auto request = decode_request(
      packed(R"({"uid":"u","requestId":"i","type":7,"packet":{"type":2,"data":["e",1],"nsp":"/"},
                 "opts":{"rooms":[],"except":[],"flags":{"timeout":1500,"expectSingleResponse":false}}})"));
  ASSERT_TRUE(request);
  const auto& body = std::get<BroadcastRequest>(request->body);
  EXPECT_EQ(body.timeout, std::chrono::milliseconds(1500));
  EXPECT_EQ(body.event.data.size(), 2U);
}

TEST(RequestMessage, IsWrittenAsItIsRead) {
  const Targets to{{"r"}, {"x"}};
  EXPECT_EQ(std::get<SocketsRequest>(again(Request{"u", "i", SocketsRequest{{"r"}}}).body).rooms.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<AllRoomsRequest>(again(Request{"u", "i", AllRoomsRequest{}}).body));
  EXPECT_EQ(std::get<JoinRequest>(again(Request{"u", "", JoinRequest{to, "", {"n"}}}).body).to, to);
  EXPECT_EQ(std::get<LeaveRequest>(again(Request{"u", "i", LeaveRequest{{}, "s", {"n"}}}).body).socket_id,
            "s");
  EXPECT_TRUE(
      std::get<DisconnectRequest>(again(Request{"u", "", DisconnectRequest{to, "", true}}).body).close);
  EXPECT_EQ(std::get<FetchRequest>(again(Request{"u", "i", FetchRequest{to}}).body).to, to);
  EXPECT_EQ(std::get<ServerSideEmitRequest>(again(Request{"u", "", ServerSideEmitRequest{{"e"}}}).body).data,
            (json::array{"e"}));
  const BroadcastRequest broadcast{
      "/", {{"e", socketio::placeholder(0)}, {{9}}}, to, std::chrono::seconds(2)};
  const auto read = std::get<BroadcastRequest>(again(Request{"u", "i", broadcast}).body);
  EXPECT_EQ(read.event.attachments, broadcast.event.attachments);
  EXPECT_EQ(read.timeout, broadcast.timeout);
  EXPECT_EQ(read.to, to);
}

TEST(RequestMessage, RefusesWhatIsNone) {
  for (const auto* text :
       {"{", "{}", R"({"type":"0"})", R"({"type":2})", R"({"type":2,"opts":[]})", R"({"type":5})",
        R"({"type":6})", R"({"type":6,"data":[]})", R"({"type":6,"data":[[]]})",
        R"({"type":0,"rooms":[null]})", R"({"type":0,"uid":{}})", R"({"type":7,"packet":{}})",
        R"({"type":7,"packet":{"type":2,"data":["e"]},"opts":{"rooms":1}})"}) {
    const auto request = decode_request(bytes(text));
    ASSERT_FALSE(request) << text;
    EXPECT_TRUE(request.error().is(ClusterError::bad_message)) << text;
  }
  for (const auto* text : {R"({"type":8})", R"({"type":-1})", R"({"type":99})"}) {
    EXPECT_TRUE(decode_request(bytes(text)).error().is(ClusterError::unknown_request)) << text;
  }
}

TEST(ResponseMessage, IsWrittenAsItIsRead) {
  EXPECT_TRUE(std::holds_alternative<DoneResponse>(again(Response{"i", DoneResponse{}}).body));
  EXPECT_EQ(std::get<SocketsResponse>(again(Response{"i", SocketsResponse{{"a", "b"}}}).body).sockets.size(),
            2U);
  EXPECT_EQ(std::get<RoomsResponse>(again(Response{"i", RoomsResponse{{"a"}}}).body).rooms.front(), "a");
  EXPECT_EQ(std::get<ServerSideEmitResponse>(again(Response{"i", ServerSideEmitResponse{7}}).body).data,
            json::value(7));
  EXPECT_EQ(std::get<ClientCountResponse>(again(Response{"i", ClientCountResponse{3}}).body).count, 3U);
  const ClientAckResponse ack{socketio::placeholder(0), {{5, 6}}};
  EXPECT_EQ(std::get<ClientAckResponse>(again(Response{"i", ack}).body).attachments, ack.attachments);
  EXPECT_EQ(again(Response{"i", ack}).id, "i");
}

TEST(ResponseMessage, ReadsAnswersOfServersWithoutAListener) {
  const auto response = decode_response(bytes(R"({"type":6,"requestId":"i"})"));
  ASSERT_TRUE(response);
  EXPECT_TRUE(std::get<ServerSideEmitResponse>(response->body).data.is_null());
}

TEST(ResponseMessage, RefusesWhatIsNone) {
  for (const auto* text :
       {"{", "{}", R"({"requestId":{}})", R"({"requestId":"i","type":4})",
        R"({"requestId":"i","sockets":{}})", R"({"requestId":"i","rooms":[{}]})",
        R"({"requestId":"i","type":8})", R"({"requestId":"i","type":8,"clientCount":-1})"}) {
    const auto response = decode_response(bytes(text));
    ASSERT_FALSE(response) << text;
    EXPECT_TRUE(response.error().is(ClusterError::bad_message)) << text;
  }
}

}  // namespace
}  // namespace pantheon::cluster
