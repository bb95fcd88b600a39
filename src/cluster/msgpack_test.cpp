#include "cluster/msgpack.hpp"

#include <gtest/gtest.h>

#include "cluster/error.hpp"
#include "socketio/event.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;

core::Result<PackedValue> unpack(const std::vector<int>& bytes) {
  core::ByteVector message;
  for (const int byte : bytes) message.push_back(static_cast<std::uint8_t>(byte));
  return from_msgpack(message);
}
json::value value_of(const std::vector<int>& bytes) {
  const auto packed = unpack(bytes);
  EXPECT_TRUE(packed);
  return packed ? packed->value : json::value("error");
}

TEST(Msgpack, WhatIsPackedComesBackTheSame) {
  const auto value =
      core::parse_json(R"({"n":null,"t":true,"f":false,"text":"gr\u00fc\u00df","empty":"","d":0.5,
    "doubles":[0.9452706955539223,5e-324,1.7976931348623157e308,-1e21,0.1],
    "numbers":[0,127,128,255,256,65535,65536,4294967295,4294967296,9223372036854775807,18446744073709551615,
               -1,-32,-33,-128,-129,-32768,-32769,-2147483648,-2147483649,-9223372036854775808],
    "nested":[[[{"a":[]}],{}]]})")
          .value();
  const auto packed = from_msgpack(to_msgpack(value));
  ASSERT_TRUE(packed);
  EXPECT_EQ(packed->value, value);
  EXPECT_TRUE(packed->attachments.empty());
}

TEST(Msgpack, LongTextsListsAndMapsTakeTheLongForms) {
  for (const std::size_t size : {31U, 32U, 255U, 256U, 65'535U, 65'536U}) {
    json::object members;
    for (std::size_t i = 0; i < size; ++i) members[std::to_string(i)] = i;
    const json::array value{std::string(size, 'x'), json::array(size, true), members};
    const auto packed = from_msgpack(to_msgpack(value));
    ASSERT_TRUE(packed) << size;
    EXPECT_EQ(packed->value, json::value(value)) << size;
  }
}

TEST(Msgpack, BinaryBecomesAttachmentsAndBack) {
  const std::vector<core::ByteVector> attachments{{1, 2, 3}, core::ByteVector(300, 7), {}};
  const json::array value{socketio::placeholder(0), "text", socketio::placeholder(1),
                          socketio::placeholder(2)};
  const auto packed = from_msgpack(to_msgpack(value, attachments));
  ASSERT_TRUE(packed);
  EXPECT_EQ(packed->value, json::value(value));
  EXPECT_EQ(packed->attachments, attachments);
}

TEST(Msgpack, ReadsWhatNotepackWritesForUndefinedDatesAndArrayBuffers) {
  EXPECT_EQ(value_of({0xd4, 0, 0}), json::value(nullptr));
  EXPECT_EQ(value_of({0xd7, 0, 0, 0, 0x01, 0x89, 0xf9, 0x66, 0xf9, 0xfb}),
            json::value("2023-08-15T13:33:42.779Z"));
  EXPECT_EQ(value_of({0xd7, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}), json::value(nullptr));
  const auto buffer = unpack({0xc7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8});
  ASSERT_TRUE(buffer);
  EXPECT_EQ(buffer->attachments, (std::vector<core::ByteVector>{{1, 2, 3, 4, 5, 6, 7, 8}}));
}

TEST(Msgpack, ReadsTimestampsOfEverySize) {
  EXPECT_EQ(value_of({0xd6, 0xff, 0x64, 0xdb, 0x7e, 0xb6}), json::value("2023-08-15T13:33:42.000Z"));
  // 779 ms in the upper 30 bits.
  EXPECT_EQ(value_of({0xd7, 0xff, 0xb9, 0xba, 0x63, 0x00, 0x64, 0xdb, 0x7e, 0xb6}),
            json::value("2023-08-15T13:33:42.779Z"));
  EXPECT_EQ(value_of({0xc7, 12, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
            json::value("1969-12-31T23:59:59.000Z"));
  EXPECT_EQ(value_of({0xc7, 12, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
            json::value(nullptr));
}

TEST(Msgpack, NumbersThatJsonLacksBecomeNull) {
  EXPECT_EQ(value_of({0xcb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0}), json::value(nullptr));
  EXPECT_EQ(value_of({0xca, 0x7f, 0x80, 0, 0}), json::value(nullptr));
  EXPECT_EQ(value_of({0xca, 0x3f, 0, 0, 0}), json::value(0.5));
}

TEST(Msgpack, KeysMayBeIntegers) {
  EXPECT_EQ(value_of({0x82, 7, 0xa1, 'a', 0xff, 0xa1, 'b'}),
            core::parse_json(R"({"7":"a","-1":"b"})").value());
}

TEST(Msgpack, RefusesWhatIsMalformed) {
  std::vector<int> deep(40, 0x91);
  deep.push_back(1);
  const std::vector<std::vector<int>> broken{{},
                                             {0xc1},
                                             {0x01, 0x01},
                                             {0xa5, 'a'},
                                             {0xdd, 0xff, 0xff, 0xff, 0xff},
                                             {0xdf, 0xff, 0xff, 0xff, 0xff, 1},
                                             {0xdb, 0xff, 0xff, 0xff, 0xff, 'a'},
                                             {0xc6, 0xff, 0xff, 0xff, 0xff, 'a'},
                                             {0xcd, 1},
                                             {0x81, 0xc3, 1},
                                             {0x81, 0xa1, 'a'},
                                             {0xa2, 0xc3, 0x28},
                                             {0xc7, 1, 5, 0},
                                             {0xd4, 1, 0},
                                             {0xd5, 0, 0, 0},
                                             deep};
  for (const auto& bytes : broken) {
    const auto packed = unpack(bytes);
    ASSERT_FALSE(packed) << testing::PrintToString(bytes);
    EXPECT_TRUE(packed.error().is(ClusterError::bad_message));
  }
}

}  // namespace
}  // namespace pantheon::cluster
