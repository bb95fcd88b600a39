#include "http/websocket_handshake.hpp"

#include <sodium.h>

#include <array>
#include <boost/beast/core/string.hpp>

#include "http/websocket_frame.hpp"

namespace pantheon::http {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_key(std::string_view text) {
  std::array<unsigned char, 16> nonce{};
  std::size_t length = 0;
  return sodium_base642bin(nonce.data(), nonce.size(), text.data(), text.size(), nullptr, &length, nullptr,
                           sodium_base64_VARIANT_ORIGINAL) == 0 &&
         length == nonce.size() && text.size() == 24;
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
