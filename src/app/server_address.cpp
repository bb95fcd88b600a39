#include "app/server_address.hpp"

#include "app/error.hpp"
#include "core/ascii.hpp"
#include "http/url.hpp"
#include "signaling/origins.hpp"

namespace pantheon::app {
namespace {

tl::unexpected<core::Error> no_server(std::string detail) {
  return core::failure(AppError::server_address_invalid, std::move(detail));
}

}  // namespace

core::Result<std::string> server_origin(std::string_view text) {
  // Before anything of the text is repeated: a user name may come with a password, and a link has a secret.
  if (text.find('#') != std::string_view::npos)
    return no_server("it has a part behind '#'; a pairing link belongs to --pair");
  if (text.find('@') != std::string_view::npos) return no_server("it has an '@'; leave the user name out");
  auto url = http::parse_url(text);
  if (!url || (url->scheme != "http" && url->scheme != "https"))
    return no_server("'" + std::string(text) + "' is not an http(s) address");
  url->host = core::lower_case(url->host);
  if (url->target != "/")
    return no_server("'" + url->target + "' is a path; the server is at " + url->origin());
  return url->origin();
}

bool is_page_origin(std::string_view text) {
  return signaling::parse_origin(text).has_value();
}

}  // namespace pantheon::app
