#pragma once

#include <string>
#include <string_view>

#include "auth/provider_rules.hpp"

namespace pantheon::auth {

/// Where Google publishes the certificates of Firebase ID tokens.
constexpr std::string_view kFirebaseCertificates =
    "https://www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com";

/// `[a-z0-9-]`, 1 to 64 of them, no hyphen at either end.
bool is_firebase_project(std::string_view id);

/// The project whose default Realtime Database this is. Only `https://<id>.firebaseio.com`,
/// `https://<id>-default-rtdb.firebaseio.com` and
/// `https://<id>-default-rtdb.<region>.firebasedatabase.app` tell: else `invalid_sign_in`.
core::Result<std::string> project_of_database_url(std::string_view url);

/// Google's rules for ID tokens of a project ("Verify ID tokens using a third-party JWT library"): RS256, a
/// key id, `iss`, `aud`, `exp`, `iat`, `auth_time`, and a `sub` of 1 to 128 characters. With
/// `emulator_host` (of the Firebase Auth emulator) the same, but of unsigned tokens.
ProviderRules firebase_rules(const std::string& project, const std::string& emulator_host = {});

}  // namespace pantheon::auth
