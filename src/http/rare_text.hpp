#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pantheon::http {

/// Text that is empty nearly always, and then no larger than a pointer: what thousands of idle connections
/// hold counts.
class RareText {
 public:
  RareText() = default;
  explicit RareText(std::string text) { set(std::move(text)); }

  bool empty() const { return text_ == nullptr; }
  std::string_view view() const { return text_ ? std::string_view(*text_) : std::string_view(); }
  void set(std::string text) {
    text_ = text.empty() ? nullptr : std::make_unique<std::string>(std::move(text));
  }
  /// Gives the text and is empty afterwards.
  std::string take() {
    const auto text = std::exchange(text_, nullptr);
    return text ? std::move(*text) : std::string();
  }

 private:
  std::unique_ptr<std::string> text_;
};

}  // namespace pantheon::http
