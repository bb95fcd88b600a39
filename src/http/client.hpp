#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/bytes.hpp"
#include "http/error.hpp"
#include "http/message.hpp"
#include "http/url.hpp"

namespace pantheon::http {

struct ClientOptions {
  std::size_t max_idle_per_host = 8;               ///< kept-alive connections per scheme, host and port
  std::size_t max_idle = 32;                       ///< kept-alive connections in all
  std::chrono::milliseconds idle_timeout{30'000};  ///< after which a kept connection is not used again
  core::Bytes max_header{64 * 1024};               ///< of a response
  core::Bytes read_size{64 * 1024};                ///< most that one ClientExchange::read() returns
  bool verify_certificates = true;                 ///< by the system's authorities
  std::string ca_file = {};                        ///< PEM file of further authorities
};

struct ClientRequest {
  Url url;
  std::string method = "GET";
  /// Host and Content-Length are set by the client; `Host` given here wins.
  Headers headers = {};
  std::string body = {};
  std::chrono::milliseconds connect_timeout{10'000};  ///< name look-up, TCP and TLS together
  std::chrono::milliseconds response_timeout{
      60'000};  ///< from the request being sent to the end of the header
};

/// The answer to one request, its body still arriving. Destroying it before the end closes the connection at
/// once, so that the other side notices; so does cancelling a coroutine that waits in read(). Use from the
/// executor's thread.
class ClientExchange {
 public:
  struct Implementation;
  explicit ClientExchange(std::unique_ptr<Implementation> implementation);
  ~ClientExchange();
  ClientExchange(const ClientExchange&) = delete;
  ClientExchange& operator=(const ClientExchange&) = delete;

  unsigned status() const;
  const Headers& headers() const;
  /// The next bytes of the body as soon as there are any, chunked coding taken off; empty at the end. The
  /// view holds until the next call. `connection_closed` when the body breaks off, `bad_response` when it is
  /// malformed.
  asio::awaitable<core::Result<std::span<const std::uint8_t>>> read();
  /// Closes the connection now; a pending read() ends with `connection_closed`.
  void abort();

 private:
  std::unique_ptr<Implementation> implementation_;
};

/// An HTTP/1.1 client that keeps finished connections for the next request. Redirects are not followed.
/// Use from the executor's one thread. Exchanges may outlive it.
class Client {
 public:
  using Options = ClientOptions;
  explicit Client(asio::any_io_executor executor, Options options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends a request and returns when the header of the answer is there: `connect_failed`, `connect_timeout`,
  /// `tls_failed`, `response_timeout`, `connection_closed`, `bad_response`, `bad_request`, or `cancelled`.
  asio::awaitable<core::Result<std::unique_ptr<ClientExchange>>> send(ClientRequest request);
  /// As send(), with the whole body; `body_too_large` beyond the limit. `body_timeout` bounds the reading of
  /// the body.
  asio::awaitable<core::Result<Response>> fetch(
      ClientRequest request, core::Bytes max_body,
      std::chrono::milliseconds body_timeout = std::chrono::seconds(60));

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::http
