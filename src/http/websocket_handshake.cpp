#include "http/websocket_handshake.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <vector>

#include "http/response_writer.hpp"
#include "http/websocket_frame.hpp"

namespace pantheon::http {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_base64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

// 16 bytes in base64. Of the last character only the first two bits carry something, but servers in use take
// any.
bool is_key(std::string_view text) {
  constexpr std::size_t kDigits = 22;
  const auto digits = text.substr(0, kDigits);
  return digits.size() == kDigits && text.substr(kDigits) == "==" && std::ranges::all_of(digits, is_base64);
}

void append_items(std::vector<std::string_view>& items, std::string_view list) {
  for (;;) {
    const auto comma = list.find(',');
    items.push_back(trim(list.substr(0, comma)));
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

// The first of the subprotocols that are offered, as it is usual where a server serves any; nothing where
// none is.
core::Result<std::string_view> choose_protocol(const Headers& headers) {
  std::vector<std::string_view> offered;
  for (const auto& [name, value] : headers.fields()) {
    if (boost::beast::iequals(name, "Sec-WebSocket-Protocol")) append_items(offered, value);
  }
  if (offered.empty()) return std::string_view();
  const auto first = offered.front();
  std::ranges::sort(offered);
  const bool twice = std::ranges::adjacent_find(offered) != offered.end();
  if (twice || !std::ranges::all_of(offered, is_field_name))
    return core::failure(HttpError::bad_websocket_request, "Sec-WebSocket-Protocol");
  return first;
}

}  // namespace

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (boost::beast::iequals(trim(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

bool wants_websocket(const Request& request) {
  return request.method == "GET" && has_token(request.headers.get("Upgrade").value_or(""), "websocket") &&
         has_token(request.headers.get("Connection").value_or(""), "upgrade");
}

core::Result<std::string> accept_websocket(const Request& request) {
  const auto key = request.headers.get("Sec-WebSocket-Key");
  if (!key || !is_key(trim(*key)))
    return core::failure(HttpError::bad_websocket_request, "Sec-WebSocket-Key");
  const auto version = request.headers.get("Sec-WebSocket-Version");
  if (!version || trim(*version) != "13") return core::failure(HttpError::bad_websocket_version);
  const auto protocol = choose_protocol(request.headers);
  if (!protocol) return core::failure(protocol.error());
  std::string out =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Accept: ";
  out.append(websocket_accept(trim(*key)));
  if (!protocol->empty()) out.append("\r\nSec-WebSocket-Protocol: ").append(*protocol);
  return out.append("\r\n\r\n");
}

}  // namespace pantheon::http
