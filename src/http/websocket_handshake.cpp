#include "http/websocket_handshake.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>

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

// 16 bytes in base64: of the last character only the first two bits carry something.
bool is_key(std::string_view text) {
  constexpr std::size_t kDigits = 22;
  constexpr std::string_view kLast = "AQgw";
  const auto digits = text.substr(0, kDigits);
  return digits.size() == kDigits && text.substr(kDigits) == "==" && std::ranges::all_of(digits, is_base64) &&
         kLast.find(digits.back()) != std::string_view::npos;
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
  std::string out =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\nSec-WebSocket-Accept: ";
  return out.append(websocket_accept(trim(*key))).append("\r\n\r\n");
}

}  // namespace pantheon::http
