#include "session/server_error.hpp"

#include <algorithm>
#include <array>

#include "session/error.hpp"

namespace pantheon::session {
namespace {

constexpr std::array kNamed{SessionError::pairing_refused, SessionError::pairing_code_unknown,
                            SessionError::pairing_busy,    SessionError::pairing_voucher_gone,
                            SessionError::rate_limited,    SessionError::account_full,
                            SessionError::devices_off,     SessionError::no_signaling_server};

// An error is sent as `advice (detail)`; the advice is not to be read twice.
std::string beyond(std::string_view advice, std::string_view message) {
  if (!message.starts_with(advice)) return std::string(message);
  message.remove_prefix(advice.size());
  const bool has_detail = message.starts_with(" (") && message.ends_with(')');
  return has_detail ? std::string(message.substr(2, message.size() - 3)) : std::string(message);
}

}  // namespace

std::optional<core::Error> error_named(std::string_view code, std::string_view message) {
  for (const auto named : kNamed) {
    if (row(named).code == code) return core::Error(named, beyond(row(named).advice, message));
  }
  return std::nullopt;
}

std::chrono::milliseconds wait_named(const core::json::object& error) {
  constexpr std::chrono::milliseconds kLongest = std::chrono::minutes(5);
  const auto asked = core::get_integer(error, "retryAfterMs").value_or(0);
  return std::chrono::milliseconds(std::clamp<std::int64_t>(asked, 0, kLongest.count()));
}

}  // namespace pantheon::session
