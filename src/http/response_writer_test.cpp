#include "http/response_writer.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "core/clock.hpp"
#include "http/error.hpp"

namespace pantheon::http {
namespace {

TEST(ResponseWriter, WritesLengthAndConnection) {
  const std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const Response response{200, {{"Content-Type", "text/plain"}, {"Date", date}}, "hello"};
  EXPECT_EQ(encode_response_head(response, true, false),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: " + date + "\r\nContent-Length: 5\r\n\r\n");
  EXPECT_TRUE(encode_response_head(response, false, false).ends_with("\r\nConnection: close\r\n\r\n"));
  EXPECT_TRUE(encode_response_head(response, true, true).ends_with("\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(ResponseWriter, AnAnswerWithoutABodyHasNoLength) {
  for (const unsigned status : {101U, 204U, 304U}) {
    EXPECT_EQ(encode_response_head({status, {}, ""}, true, false).find("Content-Length"), std::string::npos);
  }
}

TEST(ResponseWriter, WritesTimesAsTheStandardHasThem) {
  EXPECT_EQ(http_date(std::chrono::sys_seconds(std::chrono::seconds(784'111'777))),
            "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(std::chrono::sys_seconds(std::chrono::seconds(1'709'251'199))),
            "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST(ResponseWriter, EveryAnswerHasTheDate) {
  for (const unsigned status : {200U, 204U, 304U, 404U, 503U}) {
    const auto now = [] { return http_date(std::chrono::floor<std::chrono::seconds>(core::wall_now())); };
    std::string before;
    std::string head;
    do {  // until both are of the same second
      before = now();
      head = encode_response_head({status, {}, ""}, true, false);
    } while (before != now());
    EXPECT_NE(head.find("\r\nDate: " + before + "\r\n"), std::string::npos) << head;
  }
}

TEST(ResponseWriter, ADateThatTheHandlerSetStays) {
  const auto head = encode_response_head({200, {{"date", "Sun, 06 Nov 1994 08:49:37 GMT"}}, ""}, true, false);
  EXPECT_NE(head.find("\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Date: "), std::string::npos);
}

TEST(ResponseWriter, FieldsCannotBreakTheFraming) {
  Response response{200, {}, ""};
  response.headers.add("X-Name", "a\r\nInjected: yes");
  response.headers.add("Bad Name", "value");
  response.headers.add("X-Kept", "a\tb");
  const auto head = encode_response_head(response, true, false);
  EXPECT_EQ(head.find("Injected"), std::string::npos);
  EXPECT_EQ(head.find("Bad Name"), std::string::npos);
  EXPECT_NE(head.find("X-Kept: a\tb\r\n"), std::string::npos);
}

TEST(ResponseWriter, ARequestThatWouldBreakTheFramingIsRefused) {
  EXPECT_EQ(encode_request_head("GET", "/a?b=c", {{"Host", "x"}}).value(),
            "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(encode_request_head("GET ", "/", {}).error().is(HttpError::bad_request));
  EXPECT_TRUE(encode_request_head("GET", "/ HTTP/1.1", {}).error().is(HttpError::bad_request));
  EXPECT_TRUE(encode_request_head("GET", "/", {{"X", "a\nb"}}).error().is(HttpError::bad_request));
}

TEST(ResponseWriter, NamesTheStatus) {
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(799), "");
}

}  // namespace
}  // namespace pantheon::http
