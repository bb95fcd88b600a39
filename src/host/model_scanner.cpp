#include "host/model_scanner.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/ascii.hpp"

namespace pantheon::host {
namespace {

using core::is_digit;

constexpr std::size_t kMaxLevels = 256;
constexpr std::size_t kMaxText = 512;
constexpr std::size_t kMaxFindings = 64;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// A number too large to hold counts as infinite.
double number_value(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? value : std::numeric_limits<double>::infinity();
}

}  // namespace

std::string folded_name(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.substr(i).starts_with("\xE2\x84\xAA")) {  // KELVIN SIGN
      out.push_back('k');
      i += 2;
    } else if (name.substr(i).starts_with("\xC5\xBF")) {  // LATIN SMALL LETTER LONG S
      out.push_back('s');
      i += 1;
    } else {
      const char c = name[i];
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  return out;
}

void ModelScanner::fail(HostError error, std::string detail) {
  if (!error_) error_ = core::Error(error, std::move(detail));
}

bool ModelScanner::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (error_) return false;
    step(c);
    ++offset_;
  }
  return !error_;
}

/// What follows inside a number (RFC 8259, section 6); nothing when the character does not belong to it.
std::optional<ModelScanner::Digits> ModelScanner::next_digits(Digits now, char c) {
  const bool digit = is_digit(c);
  const bool exponent = c == 'e' || c == 'E';
  switch (now) {
    case Digits::minus:
      if (digit) return c == '0' ? Digits::zero : Digits::whole;
      return std::nullopt;
    case Digits::zero:
    case Digits::whole:
      if (digit && now == Digits::whole) return Digits::whole;
      if (c == '.') return Digits::point;
      break;
    case Digits::point:
    case Digits::fraction:
      if (digit) return Digits::fraction;
      if (now == Digits::point) return std::nullopt;
      break;
    case Digits::exponent:
      if (c == '+' || c == '-') return Digits::exponent_sign;
      [[fallthrough]];
    case Digits::exponent_sign:
    case Digits::exponent_digits:
      return digit ? std::optional(Digits::exponent_digits) : std::nullopt;
  }
  return exponent ? std::optional(Digits::exponent) : std::nullopt;
}

core::Result<ScannedBody> ModelScanner::finish() {
  if (!error_ && state_ != State::done) fail(HostError::body_invalid, "it ends too early");
  if (!error_ && models_ == 0) fail(HostError::model_missing);
  if (error_) return core::failure(*error_);
  return std::move(found_);
}

void ModelScanner::step(char c) {
  switch (state_) {
    case State::string:
      return step_string(c);
    case State::escape:
      return step_escape(c);
    case State::unicode:
      return step_unicode(c);
    case State::number:
      return step_number(c);
    case State::literal:
      return step_literal(c);
    default:
      if (!is_space(c)) step_structure(c);
  }
}

void ModelScanner::step_structure(char c) {
  switch (state_) {
    case State::value:
      return begin_value(c);
    case State::first_value_or_end:
      return c == ']' ? close(c) : begin_value(c);
    case State::first_key_or_end:
      if (c == '}') return close(c);
      [[fallthrough]];
    case State::key:
      if (c != '"') return fail(HostError::body_invalid, "expected a member name");
      return begin_string(true);
    case State::colon:
      if (c != ':') return fail(HostError::body_invalid, "expected a colon");
      state_ = State::value;
      return;
    case State::comma_or_end:
      if (c == '}' || c == ']') return close(c);
      if (c != ',') return fail(HostError::body_invalid, "expected a comma");
      state_ = levels_.back() ? State::key : State::value;
      return;
    default:
      return fail(HostError::body_invalid, "something follows the object");
  }
}

void ModelScanner::begin_value(char c) {
  if (levels_.empty() && c != '{') return fail(HostError::body_invalid, "not a JSON object");
  if (at_top() && key_ == Key::model && c != '"')
    return fail(HostError::model_ambiguous, "it is not a string");
  begin_ = offset_;
  if (c == '{' || c == '[') return open(c);
  if (c == '"') return begin_string(false);
  if (c == '-' || is_digit(c)) {
    state_ = State::number;
    digits_ = c == '-' ? Digits::minus : c == '0' ? Digits::zero : Digits::whole;
    text_.assign(1, c);
    return;
  }
  literal_ = c == 't' ? "true" : c == 'f' ? "false" : c == 'n' ? "null" : "";
  if (literal_.empty()) return fail(HostError::body_invalid, "expected a value");
  literal_.remove_prefix(1);
  state_ = State::literal;
}

void ModelScanner::open(char c) {
  if (levels_.size() >= kMaxLevels) return fail(HostError::body_invalid, "too deep");
  if (at_top()) in_options_ = key_ == Key::options && c == '{';
  levels_.push_back(c == '{');
  key_ = Key::other;
  state_ = c == '{' ? State::first_key_or_end : State::first_value_or_end;
}

void ModelScanner::close(char c) {
  if (levels_.empty() || levels_.back() != (c == '}'))
    return fail(HostError::body_invalid, "brackets do not match");
  levels_.pop_back();
  if (at_top()) in_options_ = false;
  // The value that ends here began further out than the last token.
  key_ = Key::other;
  end_value();
}

void ModelScanner::end_value() {
  state_ = levels_.empty() ? State::done : State::comma_or_end;
}

void ModelScanner::begin_string(bool key) {
  is_key_ = key;
  begin_ = offset_;
  const bool named = key && (at_top() || (in_options_ && levels_.size() == 2));
  collecting_ = named || (!key && at_top() && key_ == Key::model);
  text_.clear();
  high_surrogate_ = 0;
  state_ = State::string;
}

void ModelScanner::collect(char c) {
  if (!collecting_) return;
  if (text_.size() < kMaxText) {
    text_.push_back(c);
  } else if (is_key_) {
    collecting_ = false;  // longer than any name that is looked for
    text_.clear();
  } else {
    fail(HostError::model_unknown, "its name is too long");
  }
}

void ModelScanner::collect_code_point(std::uint32_t code) {
  const auto put = [this](std::uint32_t byte) { collect(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | (code >> 6));
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

void ModelScanner::step_string(char c) {
  if (c == '\\') {
    state_ = State::escape;
    return;
  }
  if (high_surrogate_ != 0) {
    collect_code_point(0xFFFD);
    high_surrogate_ = 0;
  }
  if (c == '"') return end_string();
  if (static_cast<unsigned char>(c) < 0x20)
    return fail(HostError::body_invalid, "a control character in a string");
  collect(c);
}

void ModelScanner::step_escape(char c) {
  if (c == 'u') {
    unicode_ = 0;
    unicode_digits_ = 0;
    state_ = State::unicode;
    return;
  }
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  const auto at = kNames.find(c);
  if (at == std::string_view::npos) return fail(HostError::body_invalid, "an unknown escape");
  if (high_surrogate_ != 0) collect_code_point(0xFFFD);
  high_surrogate_ = 0;
  collect(kValues[at]);
  state_ = State::string;
}

void ModelScanner::step_unicode(char c) {
  const auto lower = static_cast<char>(c | 0x20);
  const bool letter = lower >= 'a' && lower <= 'f';
  if (!is_digit(c) && !letter) return fail(HostError::body_invalid, "an unknown escape");
  unicode_ = unicode_ * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : lower - 'a' + 10);
  if (++unicode_digits_ < 4) return;
  state_ = State::string;
  const bool low = unicode_ >= 0xDC00 && unicode_ < 0xE000;
  if (high_surrogate_ != 0) {
    const auto high = high_surrogate_;
    high_surrogate_ = 0;
    if (low) return collect_code_point(0x10000 + ((high - 0xD800) << 10) + (unicode_ - 0xDC00));
    collect_code_point(0xFFFD);
  }
  if (unicode_ >= 0xD800 && unicode_ < 0xDC00) {
    high_surrogate_ = unicode_;
  } else {
    collect_code_point(low ? 0xFFFD : unicode_);
  }
}

void ModelScanner::end_string() {
  if (is_key_) return end_key();
  if (at_top() && key_ == Key::model) {
    ++models_;
    if (models_ > 1) return fail(HostError::model_ambiguous);
    found_.model = text_;
    found_.model_range = {begin_, offset_ + 1};
  }
  if (at_top() && key_ == Key::keep_alive) add_bounded(found_.keep_alive, ByteRange{begin_, offset_ + 1});
  end_value();
}

void ModelScanner::end_key() {
  key_ = Key::other;
  state_ = State::colon;
  if (!collecting_) return;
  if (in_options_ && levels_.size() == 2) {
    if (text_ == "num_ctx") key_ = Key::num_ctx;
    if (text_ == "num_gpu") key_ = Key::num_gpu;
    return;
  }
  const auto name = folded_name(text_);
  if (name == "model") {
    key_ = Key::model;
    if (text_ != "model") fail(HostError::model_ambiguous, "write \"model\" in lower case");
  }
  if (name == "keep_alive") key_ = Key::keep_alive;
  if (name == "options") key_ = Key::options;
}

void ModelScanner::step_number(char c) {
  const auto next = next_digits(digits_, c);
  if (next) {
    digits_ = *next;
    if (text_.size() < kMaxText) text_.push_back(c);
    return;
  }
  const bool whole = digits_ == Digits::zero || digits_ == Digits::whole || digits_ == Digits::fraction ||
                     digits_ == Digits::exponent_digits;
  if (!whole) return fail(HostError::body_invalid, "a broken number");
  end_number();
  if (!is_space(c) && !error_) step_structure(c);
}

void ModelScanner::end_number() {
  const ByteRange range{begin_, offset_};
  const bool in_options = in_options_ && levels_.size() == 2;
  // What was not kept may hold an exponent.
  const double value =
      range.end - range.begin > kMaxText ? std::numeric_limits<double>::infinity() : number_value(text_);
  if (at_top() && key_ == Key::keep_alive) add_bounded(found_.keep_alive, range);
  if (in_options && key_ == Key::num_ctx) add_bounded(found_.num_ctx, {range, value});
  if (in_options && key_ == Key::num_gpu) add_bounded(found_.num_gpu, {range, value});
  end_value();
}

template <class Finding>
void ModelScanner::add_bounded(std::vector<Finding>& list, Finding finding) {
  if (list.size() >= kMaxFindings) return fail(HostError::body_invalid, "the same member too often");
  list.push_back(finding);
}

void ModelScanner::step_literal(char c) {
  if (c != literal_.front()) return fail(HostError::body_invalid, "expected a value");
  literal_.remove_prefix(1);
  if (literal_.empty()) end_value();
}

void apply_edits(std::string& body, std::vector<BodyEdit> edits) {
  // From the end to the front, so that the ranges still to come stay true.
  std::sort(edits.begin(), edits.end(),
            [](const BodyEdit& a, const BodyEdit& b) { return a.range.begin > b.range.begin; });
  for (const auto& edit : edits) body.replace(edit.range.begin, edit.range.end - edit.range.begin, edit.text);
}

}  // namespace pantheon::host
