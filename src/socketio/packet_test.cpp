#include "socketio/packet.hpp"

#include <gtest/gtest.h>

namespace pantheon::socketio {
namespace {

std::string error_of(std::string_view text, DecodeLimits limits = {}) {
  const auto packet = decode(text, limits);
  return packet ? "accepted" : std::string(packet.error().code());
}

TEST(Decode, TakesEveryTypeApart) {
  const auto connect = decode(R"(0/admin,{"token":"a"})", {}).value();
  EXPECT_EQ(connect.type, PacketType::connect);
  EXPECT_EQ(connect.nsp, "/admin");
  EXPECT_EQ(connect.payload, R"({"token":"a"})");
  EXPECT_EQ(decode("0", {}).value().nsp, "/");
  EXPECT_EQ(decode("1/admin,", {}).value().type, PacketType::disconnect);
  EXPECT_EQ(decode("1/admin", {}).value().nsp, "/admin");
  const auto event = decode(R"(2/admin,456["project:delete",123])", {}).value();
  EXPECT_EQ(event.id, 456U);
  EXPECT_EQ(event.payload, R"(["project:delete",123])");
  const auto ack = decode(R"(312["a"])", {}).value();
  EXPECT_EQ(ack.id, 12U);
  EXPECT_EQ(decode(R"(4{"message":"no"})", {}).value().type, PacketType::connect_error);
  const auto binary = decode(R"(52-/a,7["x",{"_placeholder":true,"num":1}])", {}).value();
  EXPECT_EQ(binary.attachment_count, 2U);
  EXPECT_EQ(binary.id, 7U);
  EXPECT_EQ(decode(R"(61-3[{"_placeholder":true,"num":0}])", {}).value().type, PacketType::binary_ack);
}

TEST(Decode, KeepsTheTextOfThePayloadAsItCame) {
  EXPECT_EQ(decode("2[ \"a\" ,1.50, \"\\u00fc\"]", {}).value().payload, "[ \"a\" ,1.50, \"\\u00fc\"]");
}

TEST(Decode, AnEncodedPacketComesBack) {
  for (const char* text : {R"(0{"a":1})", "0/x,", "1", R"(2/x,3["a"])", R"(35[])", R"(4{"message":"m"})",
                           R"(51-["a",{"_placeholder":true,"num":0}])"}) {
    auto packet = decode(text, {}).value();
    packet.attachments.resize(packet.attachment_count);
    EXPECT_EQ(encode(packet), text);
  }
}

TEST(Decode, RefusesMalformedText) {
  EXPECT_EQ(error_of(""), "bad_socketio_packet_type");
  EXPECT_EQ(error_of("7"), "bad_socketio_packet_type");
  EXPECT_EQ(error_of("x"), "bad_socketio_packet_type");
  EXPECT_EQ(error_of("5[\"a\"]"), "bad_attachment_count");
  EXPECT_EQ(error_of("51[\"a\"]"), "bad_attachment_count");
  EXPECT_EQ(error_of("5-[\"a\"]"), "bad_attachment_count");
  EXPECT_EQ(error_of("50-[\"a\"]"), "bad_attachment_count");
  EXPECT_EQ(error_of("60-1[]"), "bad_attachment_count");
  EXPECT_EQ(error_of("511-[\"a\"]"), "too_many_attachments");
  EXPECT_EQ(error_of("599999999999999999999999-[\"a\"]"), "too_many_attachments");
  EXPECT_EQ(error_of("0/" + std::string(300, 'x')), "bad_namespace");
  EXPECT_EQ(error_of("3[]"), "bad_ack_id");
  EXPECT_EQ(error_of("299999999999999999999999[\"a\"]"), "bad_ack_id");
  EXPECT_EQ(error_of("01{}"), "bad_ack_id");
  for (const char* text : {"0[]", "0null", "1{}", "2", "2{}", "2[]", "2[{}]", "2[null]", "2[\"a\"",
                           "2[\"a\"]x", "30{}", "4", "4[]", "41"}) {
    EXPECT_NE(error_of(text), "accepted") << text;
  }
  EXPECT_EQ(error_of("2[\"disconnect\"]"), "reserved_event");
  EXPECT_EQ(error_of(R"(51-["a",{"_placeholder":true,"num":1}])"), "missing_attachment");
  EXPECT_EQ(error_of(R"(51-["a",[{"x":{"_placeholder":true,"num":-1}}]])"), "missing_attachment");
  EXPECT_EQ(error_of(R"(51-["a",{"_placeholder":true}])"), "missing_attachment");
}

TEST(Decode, KeepsToItsLimits) {
  DecodeLimits limits;
  limits.max_text = {10};
  EXPECT_EQ(error_of("2[\"aaaaaaaaaaaa\"]", limits), "socketio_packet_too_large");
  EXPECT_EQ(error_of("2[\"a\"," + std::string(100, '[') + std::string(100, ']') + "]"),
            "bad_socketio_payload");
}

TEST(Decoder, PutsAttachmentsToTheirPacket) {
  Decoder decoder;
  EXPECT_FALSE(
      decoder.add_text(R"(52-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}])").value());
  EXPECT_FALSE(decoder.add_binary(core::as_bytes("one")).value());
  const auto packet = decoder.add_binary(core::as_bytes("two")).value();
  ASSERT_TRUE(packet);
  EXPECT_EQ(core::as_text(packet->attachments[1]), "two");
  EXPECT_TRUE(decoder.add_text("2[\"next\"]").value());
}

TEST(Decoder, RefusesAttachmentsOutOfPlace) {
  Decoder first;
  EXPECT_EQ(first.add_binary(core::as_bytes("x")).error().code(), "unexpected_attachment");
  Decoder second;
  static_cast<void>(second.add_text("51-[\"a\"]"));
  EXPECT_EQ(second.add_text("2[\"b\"]").error().code(), "missing_attachment");
}

TEST(Decoder, LimitsTheSizeOfAllAttachmentsTogether) {
  DecodeLimits limits;
  limits.max_attachments_size = {5};
  Decoder decoder(limits);
  static_cast<void>(decoder.add_text("52-[\"a\"]"));
  EXPECT_TRUE(decoder.add_binary(core::as_bytes("xyz")));
  EXPECT_EQ(decoder.add_binary(core::as_bytes("xyz")).error().code(), "socketio_packet_too_large");
}

}  // namespace
}  // namespace pantheon::socketio
