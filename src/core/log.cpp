#include "core/log.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>

namespace pantheon::core {
namespace {

constexpr char kEscapedMessage = 'E';
constexpr const char* kJsonPattern =
    R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","part":"%n","message":"%E"})";
constexpr const char* kTextPattern = "%H:%M:%S.%e %^%-5l%$ %n: %E";

/// The message without characters that would end its line, or (for JSON) its string.
class EscapedMessage final : public spdlog::custom_flag_formatter {
 public:
  explicit EscapedMessage(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    for (const char c : message.payload) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7F) {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
      } else {
        if (format_ == LogFormat::json && (c == '"' || c == '\\')) out.push_back('\\');
        out.push_back(c);
      }
    }
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<EscapedMessage>(format_);
  }

 private:
  LogFormat format_;
};

}  // namespace

bool configure_logging(const std::string& level, LogFormat format) {
  const auto parsed = spdlog::level::from_str(level);
  if (parsed == spdlog::level::off && level != "off") return false;
  spdlog::set_level(parsed);
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<EscapedMessage>(kEscapedMessage, format);
  formatter->set_pattern(format == LogFormat::json ? kJsonPattern : kTextPattern);
  spdlog::set_formatter(std::move(formatter));
  return true;
}

std::shared_ptr<spdlog::logger> logger(const std::string& part) {
  if (auto existing = spdlog::get(part)) return existing;
  try {
    return spdlog::stderr_color_mt(part);
  } catch (const spdlog::spdlog_ex&) {
    return spdlog::get(part);  // another thread made it in between
  }
}

}  // namespace pantheon::core
