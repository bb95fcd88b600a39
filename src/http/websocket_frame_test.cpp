#include "http/websocket_frame.hpp"

#include <gtest/gtest.h>

namespace pantheon::http {
namespace {

constexpr core::Bytes kLimit{1000};

std::string client_frame(std::uint8_t first, std::string payload) {
  const std::array<std::uint8_t, 4> mask{1, 2, 3, 4};
  const auto header = encode_frame_header(Opcode::text, {payload.size()}, mask);
  apply_mask(payload, mask);
  std::string frame = std::string(header.view()) + payload;
  frame[0] = static_cast<char>(first);
  return frame;
}

// All messages of some bytes, or the code of the error that ended them.
struct Read {
  std::vector<std::string> messages;
  std::string error;
};
Read read(std::string_view bytes, WebSocketRole role = WebSocketRole::server, std::size_t step = 100'000) {
  FrameReader reader(role, kLimit);
  Read result;
  while (!bytes.empty()) {
    auto input = core::as_bytes(bytes.substr(0, step));
    bytes.remove_prefix(input.size());
    while (!input.empty()) {
      const auto frame = reader.next(input);
      if (!frame) return {result.messages, std::string(frame.error().code())};
      if (frame->has_value()) result.messages.push_back(frame->value().data);
    }
  }
  return result;
}

Read read_in_place(std::string_view text, WebSocketRole role = WebSocketRole::server,
                   std::size_t step = 100'000) {
  FrameReader reader(role, kLimit);
  Read result;
  std::string storage;
  while (!text.empty()) {
    std::string bytes(text.substr(0, step));
    text.remove_prefix(bytes.size());
    std::span<std::uint8_t> input(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
    while (!input.empty()) {
      const auto frame = reader.next_in_place(input, storage);
      if (!frame) return {result.messages, std::string(frame.error().code())};
      if (frame->has_value()) result.messages.emplace_back(frame->value().data);
    }
  }
  return result;
}

TEST(FrameReader, ReadsAMaskedMessageOfAClient) {
  EXPECT_EQ(read(client_frame(0x81, "hello")).messages, std::vector<std::string>{"hello"});
}

TEST(FrameReader, ReadsEachLengthForm) {
  for (const std::size_t length : {0U, 125U, 126U, 999U}) {
    const auto result = read(client_frame(0x82, std::string(length, 'x')));
    ASSERT_EQ(result.messages.size(), 1U) << length;
    EXPECT_EQ(result.messages[0].size(), length);
  }
}

TEST(FrameReader, GivesTheSameHoweverTheBytesAreCut) {
  const std::string bytes = client_frame(0x01, "ab") + client_frame(0x89, "ping") + client_frame(0x80, "cd") +
                            client_frame(0x82, std::string(300, 'y'));
  const std::vector<std::string> expected{"ping", "abcd", std::string(300, 'y')};
  for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U}) {
    EXPECT_EQ(read(bytes, WebSocketRole::server, step).messages, expected) << step;
    EXPECT_EQ(read_in_place(bytes, WebSocketRole::server, step).messages, expected) << step;
  }
}

TEST(FrameReader, LeavesAWholeMessageWhereItIs) {
  std::string bytes = client_frame(0x81, "hello") + client_frame(0x81, "again");
  std::span<std::uint8_t> input(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size());
  FrameReader reader(WebSocketRole::server, kLimit);
  std::string storage;
  for (const std::string_view expected : {"hello", "again"}) {
    const auto frame = reader.next_in_place(input, storage);
    ASSERT_TRUE(frame && *frame);
    EXPECT_EQ((*frame)->data, expected);
    EXPECT_GE((*frame)->data.data(), bytes.data());
    EXPECT_LT((*frame)->data.data(), bytes.data() + bytes.size());
  }
  EXPECT_TRUE(storage.empty());
}

TEST(FrameReader, RefusesInPlaceWhatItRefusesElsewhere) {
  for (const auto& bytes :
       {client_frame(0x81, "\xff"), client_frame(0x82, std::string(1001, 'x')), client_frame(0x80, "alone"),
        client_frame(0xC1, "reserved"), client_frame(0x01, "begun") + client_frame(0x81, "not ended")}) {
    const auto elsewhere = read(bytes);
    EXPECT_FALSE(elsewhere.error.empty());
    EXPECT_EQ(read_in_place(bytes).error, elsewhere.error);
  }
}

TEST(FrameReader, RefusesWhatTheProtocolForbids) {
  EXPECT_EQ(read(client_frame(0xC1, "x")).error, "bad_frame") << "reserved bit";
  EXPECT_EQ(read(client_frame(0x83, "x")).error, "bad_frame") << "unknown opcode";
  EXPECT_EQ(read(client_frame(0x09, "x")).error, "bad_frame") << "fragmented ping";
  EXPECT_EQ(read(client_frame(0x89, std::string(126, 'x'))).error, "bad_frame") << "long ping";
  EXPECT_EQ(read(client_frame(0x80, "x")).error, "bad_frame") << "continuation of nothing";
  EXPECT_EQ(read(client_frame(0x01, "x") + client_frame(0x81, "y")).error, "bad_frame")
      << "message in a message";
  EXPECT_EQ(read("\x81\x01x").error, "bad_frame") << "not masked";
  EXPECT_EQ(read(client_frame(0x81, "x"), WebSocketRole::client).error, "bad_frame") << "masked by a server";
  EXPECT_EQ(read(std::string("\x81\xFE\x00\x01", 4) + std::string(5, 'x')).error, "bad_frame")
      << "length not shortest";
}

TEST(FrameReader, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(read(client_frame(0x81, "\xC3\x28")).error, "bad_utf8");
  EXPECT_EQ(read(client_frame(0x82, "\xC3\x28")).error, "");
}

TEST(FrameReader, RefusesAMessageBeyondTheLimitWhateverItIsCutInto) {
  EXPECT_EQ(read(client_frame(0x81, std::string(1001, 'x'))).error, "too_large");
  EXPECT_EQ(read(client_frame(0x01, std::string(600, 'x')) + client_frame(0x80, std::string(600, 'x'))).error,
            "too_large");
  EXPECT_EQ(read(std::string("\x82\xFF\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF....", 14)).error, "too_large");
}

TEST(FrameHeader, UsesTheShortestLength) {
  EXPECT_EQ(encode_frame_header(Opcode::binary, {125}, std::nullopt).size, 2U);
  EXPECT_EQ(encode_frame_header(Opcode::binary, {126}, std::nullopt).size, 4U);
  EXPECT_EQ(encode_frame_header(Opcode::binary, {65'536}, std::nullopt).size, 10U);
}

TEST(Close, CodesAndReasonsComeBack) {
  const auto reason = decode_close(encode_close({1001, "bye"})).value();
  EXPECT_EQ(reason.code, 1001);
  EXPECT_EQ(reason.reason, "bye");
  EXPECT_EQ(decode_close("").value().code, 1005);
}

TEST(Close, LongReasonsAreCutBetweenCharacters) {
  const auto payload = encode_close({1000, std::string(122, 'x') + "ü"});
  EXPECT_EQ(payload.size(), 124U);
  EXPECT_TRUE(decode_close(payload));
}

TEST(Close, RefusesCodesThatMayNotBeSent) {
  for (const int code : {0, 999, 1004, 1005, 1006, 1015, 2999, 5000}) {
    const std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
    EXPECT_FALSE(decode_close(payload)) << code;
  }
  EXPECT_FALSE(decode_close("x"));
}

TEST(Handshake, AcceptsTheKeyOfTheSpecification) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace pantheon::http
