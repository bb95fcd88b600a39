#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace pantheon::http {

/// An absolute http, https, ws or wss address (RFC 3986), taken apart. A fragment is dropped.
struct Url {
  std::string scheme;  ///< lower case
  std::string host;    ///< name or IP literal, without the brackets of IPv6
  std::uint16_t port = 0;
  std::string target = "/";  ///< path and query, as they go into the request line

  bool secure() const { return scheme == "https" || scheme == "wss"; }
  /// `host:port` for the Host header: the default port of the scheme is left out, IPv6 gets its brackets.
  std::string authority() const;
  /// `scheme://authority` without a path.
  std::string origin() const;
  std::string text() const { return origin() + target; }
};

/// `bad_url` for anything but an absolute address of one of the four schemes; user names in it are refused.
core::Result<Url> parse_url(std::string_view text);

/// Whether a host, with or without a port, is the computer itself by its name or address: `localhost`,
/// 127.0.0.0/8, `::1` (RFC 6761, RFC 1122, RFC 4291). Brackets of IPv6 may be left out where there is no
/// port. Names are not looked up, and one that merely begins like such an address (`127.0.0.1.example.org`)
/// is anybody's.
bool is_loopback(std::string_view authority);
/// Whether a host, as for is_loopback(), can be reached from its own network only, going by its name or
/// address: those of RFC 1918, link-local ones (RFC 3927, RFC 4291), unique local IPv6 (RFC 4193), and
/// `.local` names (RFC 6762).
bool is_private(std::string_view authority);

/// Decodes %XX once; nothing when an escape is broken or yields a NUL. `+` stays as it is.
std::optional<std::string> percent_decode(std::string_view text);
/// Escapes everything but the unreserved characters of RFC 3986.
std::string percent_encode(std::string_view text);
/// The last value of a name in `a=1&b=2`, decoded (`+` is a space), as Object.fromEntries(URLSearchParams)
/// has it; nothing when it is absent or broken.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

}  // namespace pantheon::http
