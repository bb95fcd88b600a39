#include "host/token_counter.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace pantheon::host {
namespace {

using core::is_digit;

// Deeper than this, members belong to what the model wrote (arguments of tools), not to the engine.
constexpr unsigned kMaxUsageDepth = 3;
constexpr std::uint64_t kMaxNumber = 1'000'000'000'000;

}  // namespace

void TokenCounter::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (in_string_ && c != '\n') {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
        name_size_ = kMaxName + 1;
      } else if (c == '"') {
        end_string();
      } else if (name_size_ < kMaxName) {
        name_[name_size_++] = c;
      } else {
        name_size_ = kMaxName + 1;
      }
      continue;
    }
    structure(c);
  }
}

void TokenCounter::structure(char c) {
  if (in_number_) {
    if (is_digit(c)) {
      number_ = std::min(number_ * 10 + static_cast<std::uint64_t>(c - '0'), kMaxNumber);
      return;
    }
    end_number();
  }
  if (is_digit(c)) {
    if (after_colon_ && reading_ != Field::none) {
      in_number_ = true;
      number_ = static_cast<std::uint64_t>(c - '0');
    }
    after_colon_ = false;
    return;
  }
  switch (c) {
    case '"':
      in_string_ = true;
      escaped_ = false;
      name_size_ = 0;
      after_colon_ = false;
      return;
    case ':':
      after_colon_ = true;
      reading_ = named_;
      named_ = Field::none;
      return;
    case '{':
      return begin_object();
    case '}':
      if (depth_ == usage_depth_) usage_depth_ = 0;
      if (depth_ > 0) --depth_;
      break;
    case '\n':
      return end_line();
    case ' ':
    case '\r':
    case '\t':
      return;
    default:
      break;
  }
  after_colon_ = false;
  reading_ = Field::none;
}

void TokenCounter::begin_object() {
  ++depth_;
  line_has_object_ = true;
  if (after_colon_ && reading_ == Field::usage && depth_ <= kMaxUsageDepth) usage_depth_ = depth_;
  after_colon_ = false;
  reading_ = Field::none;
}

void TokenCounter::end_line() {
  // No string of JSON holds a line's end: whatever was not closed was not JSON.
  in_string_ = false;
  if (line_has_object_) ++events_;
  line_has_object_ = false;
}

void TokenCounter::end_string() {
  in_string_ = false;
  named_ = name_size_ <= kMaxName ? field_of({name_.data(), name_size_}) : Field::none;
}

TokenCounter::Field TokenCounter::field_of(std::string_view name) const {
  const bool in_usage = usage_depth_ != 0 && depth_ == usage_depth_;
  if (in_usage) {
    if (name == "completion_tokens" || name == "output_tokens" || name == "predicted_n") return Field::answer;
    if (name == "prompt_tokens" || name == "input_tokens") return Field::prompt;
  }
  if (depth_ == 1 && name == "eval_count") return Field::answer;
  if (depth_ == 1 && name == "prompt_eval_count") return Field::prompt;
  return name == "usage" || name == "timings" ? Field::usage : Field::none;
}

void TokenCounter::end_number() {
  in_number_ = false;
  if (reading_ == Field::answer) {
    answer_ = number_;
    said_ = said_ || number_ > 0;
  }
  if (reading_ == Field::prompt) prompt_ = std::max(prompt_, number_);
  reading_ = Field::none;
}

TokenCount TokenCounter::count() const {
  if (said_) return {prompt_, answer_, false};
  return {prompt_, events_, true};
}

}  // namespace pantheon::host
