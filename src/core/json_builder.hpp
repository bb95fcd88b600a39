#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/json.hpp"

namespace pantheon::core {

/// The handler with which Boost's parser builds a value, in place of its own: that takes doubles as the
/// parser has computed them, which is often not the nearest one. A number too large for a double becomes
/// null. Only for a text that is given to the parser as a whole: the parts of a number are not put together.
class JsonBuilder {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();
  using Error = boost::system::error_code;
  using Text = json::string_view;

  JsonBuilder() : values_(json::storage_ptr(), scratch_.data(), scratch_.size()) { values_.reset(); }

  /// The value, once the parser has read all of it.
  json::value release() { return values_.release(); }

  static bool on_document_begin(Error& /*error*/) { return true; }
  static bool on_document_end(Error& /*error*/) { return true; }
  static bool on_object_begin(Error& /*error*/) { return true; }
  static bool on_array_begin(Error& /*error*/) { return true; }
  static bool on_number_part(Text /*part*/, Error& /*error*/) { return true; }
  static bool on_comment_part(Text /*part*/, Error& /*error*/) { return true; }
  static bool on_comment(Text /*part*/, Error& /*error*/) { return true; }

  bool on_object_end(std::size_t size, Error& /*error*/) {
    values_.push_object(size);
    return true;
  }
  bool on_array_end(std::size_t size, Error& /*error*/) {
    values_.push_array(size);
    return true;
  }
  bool on_key_part(Text part, std::size_t /*size*/, Error& /*error*/) {
    values_.push_chars(part);
    return true;
  }
  bool on_key(Text part, std::size_t /*size*/, Error& /*error*/) {
    values_.push_key(part);
    return true;
  }
  bool on_string_part(Text part, std::size_t /*size*/, Error& /*error*/) {
    values_.push_chars(part);
    return true;
  }
  bool on_string(Text part, std::size_t /*size*/, Error& /*error*/) {
    values_.push_string(part);
    return true;
  }
  bool on_int64(std::int64_t number, Text /*text*/, Error& /*error*/) {
    values_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, Text /*text*/, Error& /*error*/) {
    values_.push_uint64(number);
    return true;
  }
  bool on_double(double approximate, Text text, Error& error) {
    const double number = nearest({text.data(), text.size()}, approximate);
    if (!std::isfinite(number)) return on_null(error);
    values_.push_double(number);
    return true;
  }
  bool on_bool(bool value, Error& /*error*/) {
    values_.push_bool(value);
    return true;
  }
  bool on_null(Error& /*error*/) {
    values_.push_null();
    return true;
  }

 private:
  static constexpr std::size_t kScratch = 4096;  // bytes; what is longer goes to the heap

  /// The approximate number tells which way the text is out of range.
  static double nearest(std::string_view text, double approximate) {
    double number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc{}) return number;
    return std::abs(approximate) > 1 ? std::numeric_limits<double>::infinity() : 0;
  }

  std::array<unsigned char, kScratch> scratch_;
  json::value_stack values_;
};

}  // namespace pantheon::core
