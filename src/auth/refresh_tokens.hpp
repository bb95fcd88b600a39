#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "identity/device_key.hpp"

namespace pantheon::auth {

/// How long a refresh token counts after one given out in its place was used: two tabs may have started with
/// the same.
constexpr std::chrono::seconds kRefreshGrace{60};

/// A new refresh token: 256 random bits. The server keeps only its hash.
std::string make_refresh_token();
identity::Digest hash_refresh_token(std::string_view token);

/// What to do with a refresh token that is known: give out a new one, refuse it, or treat it as stolen.
enum class RefreshVerdict { rotate, expired, reused };
RefreshVerdict judge_refresh(core::WallTime expires_at, std::optional<core::WallTime> superseded_at,
                             core::WallTime now);

}  // namespace pantheon::auth
