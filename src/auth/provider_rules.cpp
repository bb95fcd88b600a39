#include "auth/provider_rules.hpp"

#include <algorithm>

#include "auth/error.hpp"

namespace pantheon::auth {
namespace {

// No token lasts longer here, whatever it says: times stay far from where arithmetic ends.
constexpr std::chrono::seconds kMaxLifetime = std::chrono::hours(24 * 365);

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

bool is_subject(std::string_view subject, std::size_t max_characters) {
  return !subject.empty() && count_characters(subject) <= max_characters &&
         std::ranges::none_of(subject, is_control);
}

}  // namespace

core::Result<Bearer> bearer_of(const ProviderRules& rules, const core::json::object& claims,
                               core::WallTime now) {
  const auto subject = core::get_string(claims, "sub");
  if (!subject || !is_subject(*subject, rules.max_subject))
    return core::failure(AuthError::auth_invalid, "subject");
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  const auto signed_in = numeric_date(claims, "auth_time");
  const auto latest = (seconds + rules.jwt.leeway).count();
  if (rules.auth_time_required && (!signed_in || *signed_in > latest))
    return core::failure(AuthError::auth_invalid, "auth_time");
  const auto expires = numeric_date(claims, "exp");
  if (!expires) return core::failure(AuthError::auth_invalid, "exp");
  Bearer bearer;
  bearer.account = account_id(rules.provider, rules.issuer_label, *subject);
  bearer.provider = rules.provider;
  const auto latest_end = (seconds + kMaxLifetime).count();
  bearer.expires_at = core::WallTime(std::chrono::seconds(std::min(*expires, latest_end)));
  return bearer;
}

}  // namespace pantheon::auth
