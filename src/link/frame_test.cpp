#include "link/frame.hpp"

#include <gtest/gtest.h>

#include "link/control.hpp"
#include "link/testing/vectors.hpp"

namespace pantheon::link {
namespace {

using testing::bytes_of;
using testing::text_of;

std::string type_name(FrameType type) {
  switch (type) {
    case FrameType::hello:
      return "HELLO";
    case FrameType::auth:
      return "AUTH";
    case FrameType::head:
      return "HEAD";
    case FrameType::data:
      return "DATA";
    case FrameType::end:
      return "END";
    case FrameType::reset:
      return "RESET";
    case FrameType::credit:
      return "CREDIT";
    case FrameType::ping:
      return "PING";
    case FrameType::pong:
      return "PONG";
    case FrameType::push:
      return "PUSH";
    case FrameType::go_away:
      return "GOAWAY";
    case FrameType::resume:
      return "RESUME";
    case FrameType::stored:
      return "STORED";
  }
  return "unknown";
}

// Compares the fields of a control frame with those of a vector and writes the frame anew.
core::ByteVector check_and_write(const Frame& frame, const core::json::object& want) {
  core::ByteVector again;
  switch (frame.type) {
    case FrameType::reset: {
      const auto fields = parse_reset(frame.payload);
      EXPECT_EQ(error_name(fields->code), text_of(want, "code"));
      EXPECT_EQ(fields->message, text_of(want, "message"));
      append_reset(again, frame.stream, fields->code, fields->message);
      break;
    }
    case FrameType::go_away: {
      const auto fields = parse_go_away(frame.payload);
      EXPECT_EQ(error_name(fields->code), text_of(want, "code"));
      EXPECT_EQ(number(fields->last_stream), want.at("lastStream").to_number<std::uint32_t>());
      EXPECT_EQ(fields->message, text_of(want, "message"));
      append_go_away(again, fields->code, fields->last_stream, fields->message);
      break;
    }
    case FrameType::credit: {
      const auto bytes = parse_credit(frame.payload);
      EXPECT_EQ(bytes->count, want.at("bytes").to_number<std::uint64_t>());
      append_credit(again, frame.stream, *bytes);
      break;
    }
    case FrameType::push: {
      const auto fields = parse_push(frame.payload);
      EXPECT_EQ(fields->kind, text_of(want, "kind"));
      EXPECT_EQ(*core::parse_json(fields->body), want.at("body"));
      append_push(again, fields->kind, fields->body);
      break;
    }
    case FrameType::resume: {
      const auto fields = parse_resume(frame.payload);
      EXPECT_EQ(core::to_hex(fields->key), text_of(want, "key"));
      EXPECT_EQ(fields->offset, want.at("offset").to_number<std::uint64_t>());
      append_resume(again, frame.stream, *fields);
      break;
    }
    case FrameType::stored: {
      const auto offset = parse_stored(frame.payload);
      EXPECT_EQ(*offset, want.at("offset").to_number<std::uint64_t>());
      append_stored(again, frame.stream, *offset);
      break;
    }
    default: {
      const auto* member = want.if_contains("payload");
      if (member == nullptr) member = want.if_contains("opaque");
      EXPECT_EQ(core::to_hex(frame.payload), member == nullptr ? "" : text_of(*member));
      append_frame(again, frame.type, frame.stream, frame.payload);
      EXPECT_EQ(frame_size(frame.stream, frame.payload.size()), again.size());
    }
  }
  return again;
}

TEST(Frame, ReadsAndWritesTheVectors) {
  const auto vectors = testing::read_vectors("frames.json");
  for (const auto& entry : vectors.at("messages").as_array()) {
    const auto& test = entry.as_object();
    SCOPED_TRACE(text_of(test, "name"));
    const auto message = bytes_of(test, "hex");
    FrameReader reader(message);
    core::ByteVector again;
    for (const auto& want : test.at("frames").as_array()) {
      const auto frame = reader.next();
      ASSERT_TRUE(frame);
      EXPECT_EQ(type_name(frame->type), text_of(want.as_object(), "type"));
      EXPECT_EQ(number(frame->stream), want.at("stream").to_number<std::uint32_t>());
      const auto bytes = check_and_write(*frame, want.as_object());
      again.insert(again.end(), bytes.begin(), bytes.end());
    }
    EXPECT_TRUE(reader.done());
    if (text_of(test, "name").find("unknown code") == std::string::npos) {
      EXPECT_EQ(again, message);
    }
  }
}

// The error with which a message ends when all its frames and their control fields are read.
std::string error_of(core::ByteView message) {
  FrameReader reader(message);
  do {
    const auto frame = reader.next();
    if (!frame) return std::string(frame.error().code());
    const auto code = [](const auto& result) {
      return result ? std::string() : std::string(result.error().code());
    };
    std::string fault;
    if (frame->type == FrameType::reset) fault = code(parse_reset(frame->payload));
    if (frame->type == FrameType::go_away) fault = code(parse_go_away(frame->payload));
    if (frame->type == FrameType::credit) fault = code(parse_credit(frame->payload));
    if (frame->type == FrameType::push) fault = code(parse_push(frame->payload));
    if (!fault.empty()) return fault;
  } while (!reader.done());
  return {};
}

TEST(Frame, RefusesTheInvalidVectorsWithTheirCode) {
  const auto vectors = testing::read_vectors("frames.json");
  for (const auto& entry : vectors.at("invalid").as_array()) {
    const auto& test = entry.as_object();
    EXPECT_EQ(error_of(bytes_of(test, "hex")), text_of(test, "error")) << text_of(test, "name");
  }
}

TEST(Frame, APayloadIsAViewIntoItsMessage) {
  const core::ByteVector message{0x44, 0x01, 0x02, 'h', 'i'};
  FrameReader reader(message);
  EXPECT_EQ(reader.next()->payload.data(), message.data() + 3);
}

TEST(Control, ALongMessageIsCutWhereACharacterEnds) {
  core::ByteVector frame;
  append_reset(frame, StreamId{1}, LinkError::internal, std::string(1023, 'a') + "\xC3\xA9");
  FrameReader reader(frame);
  const auto fields = parse_reset(reader.next()->payload);
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->message, std::string(1023, 'a'));
}

}  // namespace
}  // namespace pantheon::link
