#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "http/deadline.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"

namespace pantheon::http {

/// Reads the requests of one connection one after another. Beast's parser is hidden behind it.
class RequestReader {
 public:
  struct Head {
    Request request;  ///< without body
    bool keep_alive = true;
    bool http_1_0 = false;
    bool has_body = false;
    std::uint64_t length = 0;  ///< of the body in bytes, where the head says it
    bool expects_continue = false;
  };

  struct State;
  struct Free {
    void operator()(State* state) const;
  };
  using Saved = std::unique_ptr<State, Free>;

  RequestReader(Stream& stream, Deadline& deadline, const ServerOptions& options);
  /// Goes on where another one stopped with release(), on the same stream.
  RequestReader(Stream& stream, Deadline& deadline, const ServerOptions& options, Saved from);
  ~RequestReader();

  /// Waits for the next request. False when the peer closed, broke off or stayed silent for `idle`.
  asio::awaitable<bool> wait(std::chrono::milliseconds idle);
  /// `bad_request`, `header_too_large`, `request_timeout`, `connection_closed`.
  asio::awaitable<core::Result<Head>> read_head();
  /// `bad_request`, `body_too_large`, `request_timeout`, `connection_closed`. Call after read_head(), at most
  /// once.
  asio::awaitable<core::Result<std::string>> read_body(core::Bytes limit);
  /// Bytes that came behind the request.
  std::string take_rest();
  /// All that has been read and not been used. This reader is of no use any more.
  Saved release();

 private:
  asio::awaitable<core::Result<void>> fill();
  asio::awaitable<core::Result<void>> parse_header();
  Saved state_;
};

}  // namespace pantheon::http
