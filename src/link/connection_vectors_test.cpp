// The recorded handshakes and the cases of rules.json, each against one Connection.
#include <gtest/gtest.h>

#include "link/connection.hpp"
#include "link/control.hpp"
#include "link/frame.hpp"
#include "link/testing/recorded.hpp"

namespace pantheon::link {
namespace {

using testing::from_hex;
using testing::kStart;
using testing::text_of;

Role role_of(const core::json::object& test) {
  return text_of(test, "role") == "offerer" ? Role::offerer : Role::answerer;
}

std::string result_of(Connection& connection) {
  for (const auto& event : testing::take_events(connection)) {
    if (const auto* closed = std::get_if<Closed>(&event)) return std::string(error_name(closed->code));
  }
  return connection.ready() ? "ready" : "waiting";
}

TEST(Handshake, EndsAsTheVectorsSay) {
  const auto vectors = testing::read_vectors("handshake.json");
  for (const auto& entry : vectors.at("cases").as_array()) {
    const auto& test = entry.as_object();
    Connection connection(testing::recorded_config(vectors, role_of(test)), kStart);
    testing::take_messages(connection, kStart);
    for (const auto& message : test.at("receive").as_array()) {
      connection.receive(from_hex(message.as_string()), kStart);
    }
    EXPECT_EQ(result_of(connection), text_of(test, "result")) << text_of(test, "name");
  }
}

TEST(Handshake, SendsExactlyTheRecordedBytes) {
  const auto vectors = testing::read_vectors("handshake.json");
  const auto binding = testing::read_vectors("binding.json");
  for (const auto role : {Role::offerer, Role::answerer}) {
    Connection connection(testing::recorded_config(vectors, role), kStart);
    const auto& own = vectors.at(role_name(role)).as_object();
    core::ByteVector want;
    append_frame(want, FrameType::hello, kLink, testing::bytes_of(own, "hello"));
    if (role == Role::answerer) {
      connection.receive(from_hex(vectors.at("cases").at(0).at("receive").at(0).as_string()), kStart);
      append_frame(want, FrameType::auth, kLink,
                   testing::bytes_of(binding.at("auth").at(1).as_object(), "payload"));
    }
    const auto sent = testing::take_messages(connection, kStart);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(core::to_hex(sent[0]), core::to_hex(want));
  }
}

// Events as rules.json writes them; bytes of one stream that follow each other are joined.
std::vector<std::string> describe(Connection& connection, std::string& closed) {
  std::vector<std::string> lines;
  const auto id = [](StreamId stream) { return std::to_string(number(stream)); };
  for (const auto& event : testing::take_events(connection)) {
    if (const auto* e = std::get_if<Request>(&event)) lines.push_back("request " + id(e->stream));
    if (const auto* e = std::get_if<Interim>(&event)) lines.push_back("interim " + id(e->stream));
    if (const auto* e = std::get_if<Response>(&event)) {
      lines.push_back("response " + id(e->stream) + " " + std::to_string(e->head.status));
    }
    if (const auto* e = std::get_if<Data>(&event)) {
      lines.push_back("data " + id(e->stream) + " " + core::to_hex(e->bytes));
    }
    if (const auto* e = std::get_if<End>(&event)) lines.push_back("end " + id(e->stream));
    if (const auto* e = std::get_if<Reset>(&event)) {
      lines.push_back("reset " + id(e->stream) + " " + std::string(error_name(e->code)));
    }
    if (const auto* e = std::get_if<Push>(&event)) lines.push_back("push " + e->kind);
    if (const auto* e = std::get_if<GoAway>(&event)) lines.push_back("goaway " + id(e->last_stream));
    if (const auto* e = std::get_if<Closed>(&event)) closed = error_name(e->code);
  }
  return lines;
}

// RESET and PONG frames as rules.json writes them.
core::json::array answers_in(const std::vector<core::ByteVector>& messages) {
  core::json::array answers;
  for (const auto& message : messages) {
    for (FrameReader reader(message); !reader.done();) {
      const auto frame = reader.next();
      core::json::object answer{{"stream", number(frame->stream)}};
      if (frame->type == FrameType::reset) {
        answer["type"] = "RESET";
        answer["code"] = error_name(parse_reset(frame->payload)->code);
      } else if (frame->type == FrameType::pong) {
        answer["type"] = "PONG";
        answer["opaque"] = core::to_hex(frame->payload);
      } else {
        continue;
      }
      answers.push_back(answer);
    }
  }
  return answers;
}

core::ByteVector message_of(const core::json::value& value) {
  if (value.is_string()) return from_hex(value.as_string());
  const auto piece = from_hex(value.at("hex").as_string());
  core::ByteVector message;
  for (std::int64_t i = 0; i < value.at("times").to_number<std::int64_t>(); ++i) {
    message.insert(message.end(), piece.begin(), piece.end());
  }
  return message;
}

void check_rule(const core::json::object& vectors, const core::json::object& test) {
  const auto role = role_of(test);
  Connection connection(testing::recorded_config(vectors, role), kStart);
  testing::take_messages(connection, kStart);
  for (const auto& message : vectors.at(role == Role::offerer ? "toOfferer" : "toAnswerer").as_array()) {
    connection.receive(from_hex(message.as_string()), kStart);
  }
  ASSERT_TRUE(connection.ready());
  if (const auto* open = test.if_contains("open")) {
    for (auto left = open->to_number<std::int64_t>(); left > 0; --left) {
      ASSERT_TRUE(connection.open({"POST", "/v1/chat/completions", {}, {}, ""}));
    }
  }
  testing::take_messages(connection, kStart);
  testing::take_events(connection);
  for (const auto& message : test.at("receive").as_array()) connection.receive(message_of(message), kStart);
  std::string closed;
  const auto events = describe(connection, closed);
  EXPECT_EQ(closed, test.contains("closed") ? text_of(test, "closed") : "");
  if (const auto* want = test.if_contains("events")) {
    std::vector<std::string> lines;
    for (const auto& line : want->as_array()) lines.push_back(text_of(line));
    EXPECT_EQ(events, lines);
  }
  const auto sent = answers_in(testing::take_messages(connection, kStart));
  if (const auto* want = test.if_contains("sends")) {
    EXPECT_EQ(core::json::value(sent), *want);
  }
}

TEST(Rules, HoldAsTheVectorsSay) {
  const auto vectors = testing::read_vectors("rules.json");
  for (const auto& entry : vectors.at("cases").as_array()) {
    SCOPED_TRACE(text_of(entry.as_object(), "name"));
    check_rule(vectors, entry.as_object());
  }
}

}  // namespace
}  // namespace pantheon::link
