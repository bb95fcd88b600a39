#include "http/response_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/beast/http/status.hpp>

#include "core/clock.hpp"
#include "http/error.hpp"

namespace pantheon::http {
namespace {

bool is_token_char(char c) {
  constexpr std::string_view kSpecial = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kSpecial.find(c) != std::string_view::npos;
}

bool may_have_body(unsigned status) {
  return status >= 200 && status != 204 && status != 304;
}

// The field Date of now, made once a second in each thread.
std::string_view date_now() {
  thread_local std::chrono::sys_seconds made_at;
  thread_local std::string text;
  const auto now = std::chrono::floor<std::chrono::seconds>(core::wall_now());
  if (text.empty() || now != made_at) {
    text = http_date(now);
    made_at = now;
  }
  return text;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string_view reason_phrase(unsigned status) {
  const auto known = boost::beast::http::int_to_status(status);
  if (known == boost::beast::http::status::unknown) return {};
  const auto text = boost::beast::http::obsolete_reason(known);
  return {text.data(), text.size()};
}

bool is_field_name(std::string_view text) {
  for (const char c : text) {
    if (!is_token_char(c)) return false;
  }
  return !text.empty();
}

std::string http_date(std::chrono::sys_seconds time) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays.at(std::chrono::weekday(day).c_encoding()), static_cast<unsigned>(date.day()),
                     kMonths.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string encode_response_head(const Response& response, bool keep_alive, bool http_1_0) {
  std::string out;
  out.reserve(256);
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers.fields()) {
    if (is_field_name(name) && is_field_value(value)) append_field(out, name, value);
  }
  if (!response.headers.get("Date")) append_field(out, "Date", date_now());
  if (may_have_body(response.status) && !response.headers.get("Content-Length")) {
    append_field(out, "Content-Length", std::to_string(response.body.size()));
  }
  if (!keep_alive) append_field(out, "Connection", "close");
  if (keep_alive && http_1_0) append_field(out, "Connection", "keep-alive");
  return out.append("\r\n");
}

core::Result<std::string> encode_request_head(std::string_view method, std::string_view target,
                                              const Headers& headers) {
  if (!is_field_name(method)) return core::failure(HttpError::bad_request, "method");
  for (const char c : target) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F)
      return core::failure(HttpError::bad_request, "target");
  }
  std::string out;
  out.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
  for (const auto& [name, value] : headers.fields()) {
    if (!is_field_name(name) || !is_field_value(value))
      return core::failure(HttpError::bad_request, "header field");
    append_field(out, name, value);
  }
  return out.append("\r\n");
}

}  // namespace pantheon::http
