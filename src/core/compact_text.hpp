#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace pantheon::core {

/// Text that is set once and often not at all: no larger than a pointer, and one piece of memory where there
/// is some. For what is held for each of very many.
class CompactText {
 public:
  CompactText() = default;
  CompactText& operator=(std::string_view text) {
    std::unique_ptr<char[]> data;  // `text` may be a part of the old one
    if (!text.empty()) {
      const auto size = static_cast<std::uint32_t>(text.size());
      data = std::make_unique<char[]>(sizeof size + size);
      std::memcpy(data.get(), &size, sizeof size);
      std::memcpy(data.get() + sizeof size, text.data(), size);
    }
    data_ = std::move(data);
    return *this;
  }

  bool empty() const { return data_ == nullptr; }
  std::string_view view() const {
    if (data_ == nullptr) return {};
    std::uint32_t size = 0;
    std::memcpy(&size, data_.get(), sizeof size);
    return {data_.get() + sizeof size, size};
  }
  std::string str() const { return std::string(view()); }
  /// Gives the text and is empty afterwards.
  std::string take() {
    auto text = str();
    data_.reset();
    return text;
  }
  operator std::string_view() const { return view(); }
  friend bool operator==(const CompactText& a, const CompactText& b) { return a.view() == b.view(); }
  friend bool operator==(const CompactText& a, std::string_view b) { return a.view() == b; }

 private:
  std::unique_ptr<char[]> data_;
};

}  // namespace pantheon::core
