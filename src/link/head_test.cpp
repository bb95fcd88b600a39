#include "link/head.hpp"

#include <gtest/gtest.h>

#include "link/error.hpp"
#include "link/testing/vectors.hpp"

namespace pantheon::link {
namespace {

using testing::payload_of;
using testing::text_of;

core::json::array headers_of(const HeaderList& headers) {
  core::json::array list;
  for (const auto& [name, value] : headers) list.push_back(core::json::array{name, value});
  return list;
}

core::json::object fields_of(const RequestHead& head) {
  core::json::object fields{{"method", head.method}, {"path", head.path}, {"key", head.key}};
  fields["headers"] = headers_of(head.headers);
  fields["hops"] = core::json::array(head.hops.begin(), head.hops.end());
  return fields;
}

core::json::object fields_of(const ResponseHead& head) {
  core::json::object fields{{"status", head.status}};
  fields["headers"] = headers_of(head.headers);
  fields["info"] = head.info;
  return fields;
}

template <class Parse>
void check_vectors(const char* kind, Parse parse) {
  const auto vectors = testing::read_vectors("heads.json");
  for (const auto& entry : vectors.at(kind).at("valid").as_array()) {
    const auto& test = entry.as_object();
    SCOPED_TRACE(text_of(test, "name"));
    const auto head = parse(payload_of(test));
    ASSERT_TRUE(head) << head.error().detail();
    if (const auto* want = test.if_contains("head")) {
      EXPECT_EQ(core::json::value(fields_of(*head)), *want);
    }
    const auto text = serialize_head(*head);
    ASSERT_TRUE(text);
    const auto bytes = core::as_bytes(*text);
    EXPECT_EQ(*parse(core::ByteVector(bytes.begin(), bytes.end())), *head);
  }
  for (const auto& entry : vectors.at(kind).at("invalid").as_array()) {
    const auto& test = entry.as_object();
    const auto head = parse(payload_of(test));
    ASSERT_FALSE(head) << text_of(test, "name");
    EXPECT_TRUE(head.error().is(LinkError::bad_head)) << text_of(test, "name");
  }
}

TEST(RequestHead, ReadsTheVectorsAndRefusesTheInvalidOnes) {
  check_vectors("requests", [](const core::ByteVector& bytes) { return parse_request_head(bytes); });
}

TEST(ResponseHead, ReadsTheVectorsAndRefusesTheInvalidOnes) {
  check_vectors("answers", [](const core::ByteVector& bytes) { return parse_response_head(bytes); });
}

TEST(Head, IsNotWrittenWhenItBreaksTheRules) {
  const RequestHead good{"GET", "/", {{"a", "b"}}, {}, ""};
  ASSERT_TRUE(serialize_head(good));
  const auto refused = [&](auto change) {
    RequestHead head = good;
    change(head);
    const auto text = serialize_head(head);
    return !text && text.error().is(LinkError::bad_head);
  };
  EXPECT_TRUE(refused([](auto& h) { h.method = "get"; }));
  EXPECT_TRUE(refused([](auto& h) { h.path = "a"; }));
  EXPECT_TRUE(refused([](auto& h) { h.path = "/\xFF"; }));
  EXPECT_TRUE(refused([](auto& h) { h.headers[0].first = "A"; }));
  EXPECT_TRUE(refused([](auto& h) { h.headers[0].second = "b\r\nc: d"; }));
  EXPECT_TRUE(refused([](auto& h) { h.headers[0].second = "\xE9"; }));
  EXPECT_TRUE(refused([](auto& h) { h.headers.resize(129, {"a", "b"}); }));
  EXPECT_TRUE(refused([](auto& h) { h.headers[0].second.assign(33000, 'x'); }));
  EXPECT_TRUE(refused([](auto& h) { h.hops = {"a", "b", "c", "d"}; }));
  EXPECT_TRUE(refused([](auto& h) { h.key = "short"; }));
  EXPECT_FALSE(serialize_head(ResponseHead{101, {}, {}}));
  EXPECT_FALSE(serialize_head(ResponseHead{600, {}, {}}));
}

TEST(ResponseHead, OnlyStatus102IsInterim) {
  EXPECT_TRUE((ResponseHead{102, {}, {}}.interim()));
  EXPECT_FALSE((ResponseHead{200, {}, {}}.interim()));
}

}  // namespace
}  // namespace pantheon::link
