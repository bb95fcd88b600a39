#include "http/connect.hpp"

#include "http/completion.hpp"
#include "http/deadline.hpp"

namespace pantheon::http {
namespace {

using Endpoints = std::vector<tcp::endpoint>;

asio::awaitable<core::Result<Endpoints>> look_up(std::shared_ptr<tcp::resolver> resolver, Url url) {
  boost::system::error_code not_literal;
  const auto address = asio::ip::make_address(url.host, not_literal);
  if (!not_literal) co_return Endpoints{tcp::endpoint(address, url.port)};
  const auto [error, found] = co_await resolver->async_resolve(url.host, std::to_string(url.port),
                                                               tcp::resolver::numeric_service, kTuple);
  if (error) co_return core::failure(HttpError::connect_failed, url.host + ": " + error.message());
  Endpoints endpoints;
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  co_return endpoints;
}

// No answer is no error before the system has asked for a minute or two, so each attempt has its own time.
asio::awaitable<boost::system::error_code> attempt(tcp::socket& socket, tcp::endpoint endpoint,
                                                   std::chrono::steady_clock::duration time) {
  boost::system::error_code ignored;
  socket.close(ignored);
  Deadline deadline(socket.get_executor(), [&socket] {
    boost::system::error_code closed;
    socket.close(closed);
  });
  deadline.arm(time);
  const auto [error] = co_await socket.async_connect(endpoint, kTuple);
  if (deadline.expired()) co_return asio::error::timed_out;
  co_return error;
}

}  // namespace

asio::awaitable<boost::system::error_code> connect_any(tcp::socket& socket,
                                                       std::vector<tcp::endpoint> endpoints,
                                                       std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  boost::system::error_code error = asio::error::host_not_found;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    const auto left = end - std::chrono::steady_clock::now();
    if (i > 0 && left <= left.zero()) break;
    const auto share = left / static_cast<int>(endpoints.size() - i);
    error = co_await attempt(socket, endpoints[i], share);
    if (!error || error == asio::error::operation_aborted) break;
  }
  co_return error;
}

asio::awaitable<core::Result<std::unique_ptr<Stream>>> open_stream(asio::any_io_executor executor, Url url,
                                                                   std::chrono::milliseconds timeout,
                                                                   TlsContextSource tls, bool verify) {
  const auto resolver = std::make_shared<tcp::resolver>(executor);
  const auto begun = std::chrono::steady_clock::now();
  Deadline deadline(executor, [resolver] { resolver->cancel(); });
  deadline.arm(timeout);

  auto endpoints = co_await look_up(resolver, url);
  if (deadline.expired()) co_return core::failure(HttpError::connect_timeout, url.authority());
  if (!endpoints) co_return core::failure(endpoints.error());
  deadline.disarm();
  tcp::socket socket(executor);
  const auto left = timeout - std::chrono::duration_cast<std::chrono::milliseconds>(
                                  std::chrono::steady_clock::now() - begun);
  const auto error = co_await connect_any(socket, std::move(*endpoints), left);
  if (error == asio::error::timed_out) co_return core::failure(HttpError::connect_timeout, url.authority());
  if (error == asio::error::operation_aborted) co_return core::failure(core::CommonError::cancelled);
  if (error) co_return core::failure(HttpError::connect_failed, url.authority() + ": " + error.message());
  if (!url.secure()) co_return plain_stream(std::move(socket));

  auto context = tls();
  if (!context) co_return core::failure(context.error());
  co_return co_await tls_connect(std::move(socket), std::move(*context), url.host, verify, timeout);
}

}  // namespace pantheon::http
