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
  EXPECT_EQ(decode_frame("b", true).error().code(), "bad_packet_type");
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
  const auto back = decode_payload(payload, 10).value();
  ASSERT_EQ(back.size(), 3U);
  EXPECT_EQ(back[0].data, "hello");
  EXPECT_EQ(back[1].type, PacketType::ping);
  EXPECT_EQ(back[2].data, "\x01\x02\x03\x04");
  EXPECT_TRUE(back[2].binary);
}

TEST(Payload, RefusesMalformedOnes) {
  EXPECT_EQ(decode_payload("", 10).error().code(), "empty_payload");
  EXPECT_EQ(decode_payload("4a\x1e", 10).error().code(), "empty_packet");
  EXPECT_EQ(decode_payload("\x1e"
                           "4a",
                           10)
                .error()
                .code(),
            "empty_packet");
  EXPECT_EQ(decode_payload("abc", 10).error().code(), "bad_packet_type");
  EXPECT_EQ(decode_payload("b!!", 10).error().code(), "bad_packet_base64");
  EXPECT_EQ(decode_payload("4a\x1e"
                           "4b\x1e"
                           "4c",
                           2)
                .error()
                .code(),
            "too_many_packets");
}

}  // namespace
}  // namespace pantheon::engineio
