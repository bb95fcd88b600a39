// links: pantheon_auth
#include <cstdint>
#include <cstdlib>
#include <string>

#include "auth/oidc.hpp"
#include "core/json.hpp"
#include "http/cache_control.hpp"

namespace json = pantheon::core::json;
using namespace pantheon::auth;

// A discovery document leads to https only, and to whom it must. No issuer's label holds a colon. What a
// header says about time is never negative.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr auto kIssuer = "https://id.example.org";
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto url = parse_discovery(text, kIssuer);
  if (url && (!url->secure() || url->host.empty())) std::abort();
  const auto named = parse_discovery(
      pantheon::core::serialize_json(json::object{{"issuer", kIssuer}, {"jwks_uri", text}}), kIssuer);
  if (named && !named->secure()) std::abort();
  if (issuer_label(text).find(':') != std::string::npos) std::abort();
  static_cast<void>(discovery_url(text));
  const auto lifetime = pantheon::http::remaining_lifetime({{"Cache-Control", text}, {"Age", text}});
  if (lifetime && lifetime->count() < 0) std::abort();
  return 0;
}
