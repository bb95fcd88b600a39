#include "engineio/packet.hpp"

#include <gtest/gtest.h>

namespace pantheon::engineio {
namespace {

TEST(Frame, EachTypeComesBack) {
  for (const char type : std::string("0123456")) {
    const auto packet = decode_frame(std::string(1, type) + "data", true).value();
    EXPECT_EQ(static_cast<char>(packet.type), type);
    EXPECT_EQ(packet.data, "data");
    EXPECT_EQ(*encode_frame(packet).data, std::string(1, type) + "data");
  }
}

TEST(Frame, BinaryIsAMessageWithoutAType) {
  const auto packet = decode_frame(std::string("\x00\xFF", 2), false).value();
  EXPECT_TRUE(packet.binary);
  EXPECT_EQ(packet.type, PacketType::message);
  const auto frame = encode_frame(packet);
  EXPECT_FALSE(frame.is_text);
  EXPECT_EQ(*frame.data, std::string("\x00\xFF", 2));
  EXPECT_TRUE(decode_frame("", false));
}

TEST(Frame, RefusesWhatHasNoType) {
  EXPECT_EQ(decode_frame("", true).error().code(), "empty_packet");
  EXPECT_EQ(decode_frame("7", true).error().code(), "bad_packet_type");
}

TEST(Payload, IsWhatTheSpecificationShows) {
  const std::vector<Packet> packets{{PacketType::message, "hello", false},
                                    {PacketType::ping, "", false},
                                    {PacketType::message, "\x01\x02\x03\x04", true}};
  const std::string payload = encode_payload(packets);
  EXPECT_EQ(payload,
            "4hello\x1e"
            "2\x1e"
            "bAQIDBA==");
  const auto back = decode_payload(payload, 10).packets;
  ASSERT_EQ(back.size(), 3U);
  EXPECT_EQ(back[0].data, "hello");
  EXPECT_EQ(back[1].type, PacketType::ping);
  EXPECT_EQ(back[2].data, "\x01\x02\x03\x04");
  EXPECT_TRUE(back[2].binary);
}

TEST(Payload, RefusesMalformedOnes) {
  const auto error_of = [](std::string_view payload, std::size_t most) {
    return std::string(decode_payload(payload, most).error.value().code());
  };
  EXPECT_EQ(error_of("", 10), "empty_payload");
  EXPECT_EQ(error_of("4a\x1e", 10), "empty_packet");
  EXPECT_EQ(error_of("\x1e"
                     "4a",
                     10),
            "empty_packet");
  EXPECT_EQ(error_of("abc", 10), "bad_packet_type");
  EXPECT_EQ(error_of("b!!", 10), "bad_packet_base64");
  EXPECT_EQ(error_of("4a\x1e"
                     "4b\x1e"
                     "4c",
                     2),
            "too_many_packets");
}

TEST(Payload, GivesWhatStandsBeforeAMalformedPacket) {
  const auto payload = decode_payload(
      "4a\x1e"
      "4b\x1e"
      "xyz",
      10);
  ASSERT_EQ(payload.packets.size(), 2U);
  EXPECT_EQ(payload.packets[1].data, "b");
  EXPECT_TRUE(payload.error);
}

TEST(Frame, BinaryMayComeAsBase64Text) {
  std::string decoded;
  const auto view = view_frame("bAQIDBA==", true, decoded).value();
  EXPECT_EQ(view.data, "\x01\x02\x03\x04");
  EXPECT_TRUE(view.binary);
  EXPECT_EQ(view.type, PacketType::message);
  EXPECT_EQ(decode_frame("bAQIDBA==", true)->data, view.data);
  EXPECT_EQ(base64_frame(view.data), "bAQIDBA==");
  EXPECT_EQ(decode_frame("b!!", true).error().code(), "bad_packet_base64");
  EXPECT_EQ(view_frame("b!!", true, decoded).error().code(), "bad_packet_base64");
}

}  // namespace
}  // namespace pantheon::engineio
