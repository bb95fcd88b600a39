#include "auth/firebase.hpp"

#include <algorithm>

#include "auth/error.hpp"

namespace pantheon::auth {
namespace {

constexpr std::size_t kMaxProject = 64;
constexpr std::size_t kMaxSubject = 128;
constexpr std::string_view kDefaultDatabase = "-default-rtdb";

bool is_label(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.back() != '-' && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// The text before a suffix that it must end with.
std::optional<std::string_view> before(std::string_view text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return std::nullopt;
  return text.substr(0, text.size() - suffix.size());
}

std::optional<std::string_view> project_of_host(std::string_view host) {
  if (const auto name = before(host, ".firebaseio.com"))
    return before(*name, kDefaultDatabase).value_or(*name);
  const auto regional = before(host, ".firebasedatabase.app");
  if (!regional) return std::nullopt;
  const auto dot = regional->find('.');
  if (dot == std::string_view::npos || !is_label(regional->substr(dot + 1))) return std::nullopt;
  return before(regional->substr(0, dot), kDefaultDatabase);
}

}  // namespace

bool is_firebase_project(std::string_view id) {
  return id.size() <= kMaxProject && is_label(id);
}

core::Result<std::string> project_of_database_url(std::string_view url) {
  constexpr std::string_view kScheme = "https://";
  if (url.starts_with(kScheme)) {
    auto host = url.substr(kScheme.size());
    if (host.ends_with('/')) host.remove_suffix(1);
    const auto project = project_of_host(host);
    if (project && is_firebase_project(*project)) return std::string(*project);
  }
  return core::failure(AuthError::invalid_sign_in,
                       "FIREBASE_DATABASE_URL does not tell the Firebase project: it is none of "
                       "https://<project>.firebaseio.com, https://<project>-default-rtdb.firebaseio.com and "
                       "https://<project>-default-rtdb.<region>.firebasedatabase.app. Set "
                       "FIREBASE_PROJECT_ID to the id of the "
                       "project whose users may sign in");
}

ProviderRules firebase_rules(const std::string& project, const std::string& emulator_host) {
  ProviderRules rules;
  rules.provider = "firebase";
  rules.issuer_label = project;
  rules.jwt = {{Algorithm::rs256}, "https://securetoken.google.com/" + project, project, kClockLeeway};
  rules.max_subject = kMaxSubject;
  rules.key_id_required = true;
  rules.auth_time_required = true;
  rules.unsigned_tokens = !emulator_host.empty();
  rules.published = {{"projectId", project}};
  if (!emulator_host.empty()) rules.published["emulatorHost"] = emulator_host;
  return rules;
}

}  // namespace pantheon::auth
