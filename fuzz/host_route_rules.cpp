// links: pantheon_host_pure
#include <cstdint>
#include <cstdlib>
#include <string>

#include "host/route_rules.hpp"

// Whatever is asked, only a path of the list comes out; whatever is in a header, no line's end comes out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace host = pantheon::host;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto* method : {"GET", "POST", "DELETE", "HEAD"}) {
    const auto route = host::match_route(method, text);
    if (!route) continue;
    const bool known = route->path.starts_with("/v1/") || route->path.starts_with("/api/") ||
                       route->path == "/pantheon/catalogue";
    if (!known || route->path.find_first_of("%?#\r\n ") != std::string::npos) std::abort();
    if (route->path.find("..") != std::string::npos) std::abort();
  }
  static_cast<void>(host::dialect_of(text));
  const auto split = text.find(':');
  const std::string name(text.substr(0, split));
  const std::string value(split == std::string_view::npos ? std::string_view() : text.substr(split + 1));
  for (const auto& kept : {host::forwarded_request_headers({{name, value}, {"accept", value}}),
                           host::forwarded_response_headers({{name, value}, {"content-type", value}})}) {
    for (const auto& field : kept) {
      if (field.second.find_first_of("\r\n") != std::string::npos) std::abort();
    }
  }
  if (auto object = pantheon::core::parse_json_object(text)) {
    const auto shown = host::shown_model(*std::move(object));
    if (shown.contains("system") || shown.contains("modelfile")) std::abort();
  }
  return 0;
}
