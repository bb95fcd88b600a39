#include "http/websocket_client.hpp"

#include <sodium.h>

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "core/random.hpp"
#include "http/connect.hpp"
#include "http/deadline.hpp"
#include "http/header_count.hpp"
#include "http/response_writer.hpp"
#include "http/websocket_connection.hpp"
#include "http/websocket_handshake.hpp"

namespace pantheon::http {
namespace {

namespace beast = boost::beast;
constexpr std::size_t kHandshakeReadSize = 4 * 1024;
constexpr core::Bytes kMostHandshake{16 * 1024};

std::string random_key() {
  const auto nonce = core::random_bytes(16);
  std::string key(sodium_base64_ENCODED_LEN(16, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(key.data(), key.size(), nonce.data(), nonce.size(), sodium_base64_VARIANT_ORIGINAL);
  key.pop_back();
  return key;
}

core::Result<void> check_answer(const beast::http::response<beast::http::empty_body>& answer,
                                const std::string& key) {
  namespace http = beast::http;
  if (answer.result_int() != 101) {
    return core::failure(HttpError::upgrade_refused, "status " + std::to_string(answer.result_int()));
  }
  const auto text = [&](http::field name) {
    return std::string_view(answer[name].data(), answer[name].size());
  };
  if (!has_token(text(http::field::upgrade), "websocket") ||
      !has_token(text(http::field::connection), "upgrade") ||
      text(http::field::sec_websocket_accept) != websocket_accept(key)) {
    return core::failure(HttpError::upgrade_refused, "handshake");
  }
  if (!text(http::field::sec_websocket_extensions).empty()) {
    return core::failure(HttpError::upgrade_refused, "extension");
  }
  return {};
}

/// Sends the handshake and gives what was read behind its answer.
asio::awaitable<core::Result<std::string>> shake_hands(Stream& stream, std::string head, std::string key) {
  const IoResult sent = co_await stream.write_text(head);
  if (sent.error) co_return core::failure(HttpError::connection_closed, sent.error.message());
  beast::http::response_parser<beast::http::empty_body> parser;
  parser.skip(true);
  beast::flat_buffer buffer;
  HeaderCount header(kMostHandshake);
  while (!parser.is_header_done()) {
    const IoResult result = co_await stream.read_some(buffer.prepare(kHandshakeReadSize));
    if (result.error) co_return core::failure(HttpError::connection_closed, result.error.message());
    buffer.commit(result.bytes);
    boost::system::error_code error;
    const std::size_t used = parser.put(buffer.data(), error);
    buffer.consume(used);
    if (error && error != beast::http::error::need_more)
      co_return core::failure(HttpError::bad_response, error.message());
    if (!header.allows(used, parser.is_header_done() ? 0 : buffer.size()))
      co_return core::failure(HttpError::bad_response, "a header too large");
  }
  if (auto checked = check_answer(parser.get(), key); !checked) co_return core::failure(checked.error());
  co_return beast::buffers_to_string(buffer.data());
}

core::Result<std::string> handshake_head(const Url& url, Headers headers, const std::string& key) {
  if (!headers.get("Host")) headers.set("Host", url.authority());
  headers.set("Upgrade", "websocket");
  headers.set("Connection", "Upgrade");
  headers.set("Sec-WebSocket-Key", key);
  headers.set("Sec-WebSocket-Version", "13");
  return encode_request_head("GET", url.target, headers);
}

}  // namespace

asio::awaitable<core::Result<std::unique_ptr<WebSocket>>> connect_websocket(asio::any_io_executor executor,
                                                                            Url url, Headers headers,
                                                                            WebSocketLimits limits) {
  const std::string key = random_key();
  auto head = handshake_head(url, std::move(headers), key);
  if (!head) co_return core::failure(head.error());
  TlsContextSource tls = [file = limits.ca_file] { return client_tls_context(file); };
  auto stream =
      co_await open_stream(executor, url, limits.connect_timeout, std::move(tls), limits.verify_certificates);
  if (!stream) co_return core::failure(stream.error());
  Stream& opened = **stream;
  Deadline deadline(executor, [&opened] { opened.close(); });
  deadline.arm(limits.connect_timeout);
  auto early = co_await shake_hands(opened, std::move(*head), key);
  if (deadline.expired()) co_return core::failure(HttpError::connect_timeout, url.authority());
  if (!early) co_return core::failure(early.error());
  co_return make_websocket(std::move(*stream), WebSocketRole::client, limits.max_message, std::move(*early));
}

}  // namespace pantheon::http
