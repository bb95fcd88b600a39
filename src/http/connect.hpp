#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "http/error.hpp"
#include "http/stream.hpp"
#include "http/url.hpp"

namespace pantheon::http {

/// Makes a TLS context when one is needed; called for secure addresses only.
using TlsContextSource = std::function<core::Result<std::shared_ptr<asio::ssl::context>>()>;

/// Connects to the first of these that answers, one after the other. Each has the time that is left, divided
/// by those that are left: an address that swallows everything, such as that of a broken IPv6 route, leaves
/// time for the next. The error of the last one; `timed_out` when it did not answer.
asio::awaitable<boost::system::error_code> connect_any(tcp::socket& socket,
                                                       std::vector<tcp::endpoint> endpoints,
                                                       std::chrono::milliseconds timeout);

/// Looks the host up, connects, and does the TLS handshake for secure addresses, all within `timeout`.
asio::awaitable<core::Result<std::unique_ptr<Stream>>> open_stream(asio::any_io_executor executor, Url url,
                                                                   std::chrono::milliseconds timeout,
                                                                   TlsContextSource tls, bool verify);

}  // namespace pantheon::http
