#pragma once

#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace pantheon::core {

enum class LogFormat { text, json };

/// Sets level ("debug", "info", "warn", "error", "off") and form of everything logged after it. Logs go to
/// stderr. Control characters in a message are escaped: it stays on its line, and in its JSON string. Call
/// before other threads start. Returns false for an unknown level and changes nothing.
bool configure_logging(const std::string& level, LogFormat format);

/// The logger of one part. Never give it a prompt, an answer or a token. Safe from any thread.
std::shared_ptr<spdlog::logger> logger(const std::string& part);

}  // namespace pantheon::core
