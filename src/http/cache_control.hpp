#pragma once

#include <chrono>
#include <optional>

#include "http/message.hpp"

namespace pantheon::http {

/// How much longer a response may be kept (RFC 9111): `max-age` of Cache-Control less the Age it already has,
/// never below zero; zero for `no-store` and `no-cache`. Nothing when the response does not say, or not
/// plainly.
std::optional<std::chrono::seconds> remaining_lifetime(const Headers& headers);

}  // namespace pantheon::http
