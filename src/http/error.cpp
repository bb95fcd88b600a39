#include "http/error.hpp"

#include <array>

namespace pantheon::http {
namespace {

// In the order of HttpError.
constexpr std::array<core::ErrorRow, 24> kRows{{
    {"bad_request", 400, 65, "The request is not valid HTTP; check what sends it."},
    {"header_too_large", 431, 65,
     "The header of the request is larger than allowed; send fewer or shorter fields."},
    {"body_too_large", 413, 65, "The body is larger than allowed; send a smaller one."},
    {"not_found", 404, 65, "There is nothing at this address; check the path."},
    {"method_not_allowed", 405, 65, "This address does not take this method; see the Allow header."},
    {"request_timeout", 408, 75, "The request did not arrive whole in time; send it again."},
    {"upgrade_required", 426, 65, "This address speaks WebSocket only; connect with a WebSocket client."},
    {"bad_websocket_request", 400, 65, "The WebSocket handshake is not valid; check what sends it."},
    {"bad_websocket_version", 426, 65, "Only version 13 of WebSocket is spoken here; update the client."},
    {"handler_failed", 500, 70, "Something went wrong while answering; see the log for the cause."},
    {"connection_closed", 502, 75, "The connection was closed before the exchange was over; try again."},
    {"connect_failed", 502, 69, "The server cannot be reached; check the address and that it is running."},
    {"connect_timeout", 504, 69,
     "The server did not accept a connection in time; check the address and the network."},
    {"response_timeout", 504, 75, "The server did not begin to answer in time; try again."},
    {"tls_failed", 502, 69, "A secure connection could not be made; check the certificate of the server."},
    {"bad_response", 502, 76,
     "The server answered with something that is not valid HTTP; check the address."},
    {"bad_url", 400, 64, "This is not an absolute http, https, ws or wss address; check its spelling."},
    {"upgrade_refused", 502, 76, "The server did not agree to speak WebSocket; check the address."},
    {"bad_frame", 400, 76, "The peer sent a WebSocket frame that is not allowed; the connection is closed."},
    {"bad_utf8", 400, 76, "The peer sent a text message that is not UTF-8; the connection is closed."},
    {"too_many_connections", 503, 75, "There are too many connections; try again later."},
    {"address_in_use", 500, 69, "Another program listens on this port; stop it or choose another port."},
    {"bind_failed", 500, 69, "The address cannot be listened on; check the bind address and the port."},
    {"bad_certificate", 500, 78, "The certificate or its key cannot be used; check the files."},
}};

}  // namespace

const core::ErrorRow& row(HttpError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> http_error_rows() {
  return kRows;
}

}  // namespace pantheon::http
