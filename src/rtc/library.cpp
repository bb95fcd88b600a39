#include "rtc/library.hpp"

#include <mutex>
#include <rtc/rtc.hpp>

#include "core/log.hpp"

namespace pantheon::rtc {
namespace lib = ::rtc;

namespace {

void route_log() {
  // Never freed: the library's threads may log until the process ends.
  static const auto* const logger = new std::shared_ptr<spdlog::logger>(core::logger("rtc"));
  lib::InitLogger(lib::LogLevel::Warning, [](lib::LogLevel level, const std::string& text) {
    // What the library calls an error is mostly a peer that went away; ours say what it means for the
    // connection.
    (*logger)->log(level <= lib::LogLevel::Fatal ? spdlog::level::err : spdlog::level::debug, "{}", text);
  });
}

}  // namespace

void start_library() {
  static std::once_flag routed;
  std::call_once(routed, route_log);
  lib::Preload();
}

bool stop_library(std::chrono::milliseconds limit) {
  return lib::Cleanup().wait_for(limit) == std::future_status::ready;
}

}  // namespace pantheon::rtc
