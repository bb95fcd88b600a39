#include "auth/bearer.hpp"

namespace pantheon::auth {

std::string account_id(std::string_view provider, std::string_view issuer, std::string_view subject) {
  std::string id(provider);
  id.append(":").append(issuer).append(":").append(subject);
  return id;
}

}  // namespace pantheon::auth
