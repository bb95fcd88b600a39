#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "http/error.hpp"
#include "http/stream.hpp"
#include "http/url.hpp"

namespace pantheon::http {

/// Makes a TLS context when one is needed; called for secure addresses only.
using TlsContextSource = std::function<core::Result<std::shared_ptr<asio::ssl::context>>()>;

/// Looks the host up, connects, and does the TLS handshake for secure addresses, all within `timeout`.
asio::awaitable<core::Result<std::unique_ptr<Stream>>> open_stream(asio::any_io_executor executor, Url url,
                                                                   std::chrono::milliseconds timeout,
                                                                   TlsContextSource tls, bool verify);

}  // namespace pantheon::http
