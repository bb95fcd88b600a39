#include "core/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>

namespace pantheon::core {

bool configure_logging(const std::string& level, LogFormat format) {
  const auto parsed = spdlog::level::from_str(level);
  if (parsed == spdlog::level::off && level != "off") return false;
  spdlog::set_level(parsed);
  if (format == LogFormat::json) {
    spdlog::set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","part":"%n","message":"%v"})");
  } else {
    spdlog::set_pattern("%H:%M:%S.%e %^%-5l%$ %n: %v");
  }
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
