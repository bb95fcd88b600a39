#include "http/message.hpp"

#include <gtest/gtest.h>

#include "http/error.hpp"

namespace pantheon::http {
namespace {

TEST(Headers, NamesCompareWithoutCase) {
  const Headers headers{{"Content-Type", "text/plain"}};
  EXPECT_EQ(headers.get("content-type"), "text/plain");
  EXPECT_FALSE(headers.get("Content"));
}

TEST(Headers, SetReplacesAllValuesAndKeepsThePlace) {
  Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
  headers.set("a", "4");
  EXPECT_EQ(headers.fields(), (std::vector<Headers::Field>{{"A", "4"}, {"B", "2"}}));
}

TEST(Headers, AddKeepsFormerValuesAndRemoveDropsAll) {
  Headers headers;
  headers.add("Set-Cookie", "a");
  headers.add("Set-Cookie", "b");
  EXPECT_EQ(headers.get("set-cookie"), "a");
  headers.remove("SET-COOKIE");
  EXPECT_TRUE(headers.fields().empty());
}

TEST(Response, AnErrorBecomesItsStatusAndACodedDocument) {
  const auto response = error_response(core::Error(HttpError::not_found, "x"));
  EXPECT_EQ(response.status, 404U);
  EXPECT_EQ(response.headers.get("Content-Type"), "application/json");
  EXPECT_TRUE(response.body.starts_with(R"({"error":{"code":"not_found","message":)")) << response.body;
}

}  // namespace
}  // namespace pantheon::http
