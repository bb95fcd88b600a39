#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace pantheon::http {

/// The reason phrase of a status; empty for an unknown one.
std::string_view reason_phrase(unsigned status);

/// True for field names and values that cannot break the framing of HTTP (RFC 9110, section 5).
bool is_field_name(std::string_view text);
inline bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 || c == '\t') && byte != 0x7F;
  });
}

/// A time as in the field Date: IMF-fixdate (RFC 9110, section 5.6.7).
std::string http_date(std::chrono::sys_seconds time);

/// Status line and fields of a response, up to and with the empty line. Content-Length and Connection are set
/// here, and Date unless it is among the fields; fields that could break the framing are left out.
std::string encode_response_head(const Response& response, bool keep_alive, bool http_1_0);

/// Request line and fields; `bad_request` when method or fields are not valid.
core::Result<std::string> encode_request_head(std::string_view method, std::string_view target,
                                              const Headers& headers);

}  // namespace pantheon::http
