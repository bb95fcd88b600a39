#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pantheon::host {

/// Tokens of one exchange, or what is known of them.
struct TokenCount {
  std::uint64_t prompt = 0;  ///< 0 when the engine does not say
  std::uint64_t answer = 0;
  bool estimated = true;  ///< counted by events, because the engine said nothing
};

/// Counts tokens of an answer while it passes by: the engine's own figures where the answer carries them
/// (`usage` of OpenAI and Anthropic, `eval_count` of Ollama, `timings` of llama-server), else one per event
/// of a stream. Works on server-sent events, lines of JSON and single documents alike. Pure; looks at every
/// byte once, holds none.
class TokenCounter {
 public:
  void feed(std::string_view bytes);
  TokenCount count() const;

 private:
  enum class Field : std::uint8_t { none, prompt, answer, usage };
  void structure(char c);
  void end_line();
  void end_string();
  void begin_object();
  void end_number();
  Field field_of(std::string_view name) const;

  static constexpr std::size_t kMaxName = 24;
  std::array<char, kMaxName> name_{};
  std::size_t name_size_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool after_colon_ = false;
  bool in_number_ = false;
  bool line_has_object_ = false;
  bool said_ = false;
  Field named_ = Field::none;
  Field reading_ = Field::none;
  unsigned depth_ = 0;
  unsigned usage_depth_ = 0;  ///< of the object that holds the figures; 0 outside of one
  std::uint64_t number_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t prompt_ = 0;
  std::uint64_t answer_ = 0;
};

}  // namespace pantheon::host
