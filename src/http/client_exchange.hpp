#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "http/client.hpp"
#include "http/connection_pool.hpp"
#include "http/deadline.hpp"

namespace pantheon::http {

/// One answer on one connection. Only client.cpp and client_exchange.cpp include this: it pulls in Beast's
/// parser.
struct ClientExchange::Implementation {
  using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

  Implementation(std::unique_ptr<Stream> connection, std::weak_ptr<ConnectionPool> home, std::string from,
                 const ClientOptions& options);
  ~Implementation();

  /// Sends the request and reads the header of the answer, interim ones (1xx) skipped.
  asio::awaitable<core::Result<void>> start(std::string head, std::string body, bool head_only,
                                            std::chrono::milliseconds timeout);
  asio::awaitable<core::Result<std::span<const std::uint8_t>>> read();
  void abort();

  unsigned status = 0;
  Headers headers;
  bool got_bytes = false;  ///< of the answer; until then the request may be sent again elsewhere

 private:
  asio::awaitable<core::Result<void>> fill();
  asio::awaitable<core::Result<void>> read_header(bool head_only);
  core::Result<bool> parse();
  core::Result<bool> parse_end();
  void take_head();
  void finish();
  core::Error fail(core::Error error);

  std::unique_ptr<Stream> stream_;
  std::weak_ptr<ConnectionPool> pool_;
  std::string origin_;
  core::Bytes max_header_;
  boost::beast::flat_buffer input_;
  std::vector<std::uint8_t> output_;
  std::optional<Parser> parser_;
  bool ended_ = false;
  bool eof_ = false;
  bool aborted_ = false;
};

}  // namespace pantheon::http
