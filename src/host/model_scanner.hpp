#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "host/error.hpp"

namespace pantheon::host {

/// A member name as Go's encoding/json compares it: simple case folding, to which two letters beyond ASCII
/// belong.
std::string folded_name(std::string_view name);

/// A range of bytes of a body.
struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const ByteRange&) const = default;
};

/// What a host wants to know about a request's body.
struct ScannedBody {
  struct Number {
    ByteRange range;
    double value = 0;  ///< infinite when it is too large or too long to read
  };
  std::string model;                  ///< decoded
  ByteRange model_range;              ///< of the string, quotation marks included
  std::vector<ByteRange> keep_alive;  ///< values of top-level `keep_alive`
  std::vector<Number> num_ctx;        ///< numbers of that name in top-level `options`
  std::vector<Number> num_gpu;
};

/// Reads a JSON body (RFC 8259) as it arrives and finds the one top-level string `model` in it. Pure; holds
/// no more of the body than the string it is in, bounded. It accepts no more than an engine's own parser
/// would, and reads member names as the most lenient of them does (Go's, without case, escapes resolved), so
/// that no engine sees another model than the one that was checked. After an error it stays in error.
class ModelScanner {
 public:
  /// Takes the next bytes. Returns false once the body is known to be refused.
  bool feed(std::string_view bytes);
  /// Call after the last byte: `invalid_body`, `model_missing`, `model_ambiguous`.
  core::Result<ScannedBody> finish();
  std::size_t bytes_seen() const { return offset_; }

 private:
  enum class State : std::uint8_t {
    value,
    first_value_or_end,
    first_key_or_end,
    key,
    colon,
    comma_or_end,
    done,
    string,
    escape,
    unicode,
    literal,
    number
  };
  enum class Digits : std::uint8_t {
    minus,
    zero,
    whole,
    point,
    fraction,
    exponent,
    exponent_sign,
    exponent_digits
  };
  enum class Key : std::uint8_t { other, model, keep_alive, options, num_ctx, num_gpu };

  void step(char c);
  void step_structure(char c);
  void begin_value(char c);
  void begin_string(bool key);
  void step_string(char c);
  void step_escape(char c);
  void step_unicode(char c);
  void end_string();
  void end_key();
  void step_number(char c);
  static std::optional<Digits> next_digits(Digits now, char c);
  void end_number();
  template <class Finding>
  void add_bounded(std::vector<Finding>& list, Finding finding);
  void step_literal(char c);
  void open(char c);
  void close(char c);
  void end_value();
  void collect(char c);
  void collect_code_point(std::uint32_t code);
  void fail(HostError error, std::string detail = {});
  bool at_top() const { return levels_.size() == 1; }

  State state_ = State::value;
  Digits digits_ = Digits::minus;
  Key key_ = Key::other;
  bool is_key_ = false;
  bool collecting_ = false;
  bool in_options_ = false;
  unsigned unicode_digits_ = 0;
  std::uint32_t unicode_ = 0;
  std::uint32_t high_surrogate_ = 0;
  std::string_view literal_;
  std::size_t offset_ = 0;
  std::size_t begin_ = 0;  ///< of the token being read
  unsigned models_ = 0;
  std::vector<bool> levels_;  ///< true for an object
  std::string text_;
  ScannedBody found_;
  std::optional<core::Error> error_;
};

/// One change of a body: the bytes of a range become `text`.
struct BodyEdit {
  ByteRange range;
  std::string text;
};

/// Applies changes that do not overlap, in any order.
void apply_edits(std::string& body, std::vector<BodyEdit> edits);

}  // namespace pantheon::host
