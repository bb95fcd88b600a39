// links: pantheon_auth
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/certificates.hpp"
#include "core/json.hpp"

namespace {

using namespace pantheon::auth;
namespace json = pantheon::core::json;

// Whatever a document holds, what comes out are RSA keys that can be published and read again.
void check(const pantheon::core::Result<KeySet>& keys) {
  if (!keys) return;
  if (keys->size() == 0 || keys->size() > 64) std::abort();
  const auto again = KeySet::parse(pantheon::core::serialize_json(keys->public_json()));
  if (!again || again->size() != keys->size()) std::abort();
}

}  // namespace

// The text as the document, and as the certificate in one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(parse_certificates(text));
  check(parse_certificates(pantheon::core::serialize_json(json::object{{"key", text}})));
  return 0;
}
