#include "http/connect.hpp"

#include <boost/asio/connect.hpp>

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

}  // namespace

asio::awaitable<core::Result<std::unique_ptr<Stream>>> open_stream(asio::any_io_executor executor, Url url,
                                                                   std::chrono::milliseconds timeout,
                                                                   TlsContextSource tls, bool verify) {
  const auto resolver = std::make_shared<tcp::resolver>(executor);
  tcp::socket socket(executor);
  Deadline deadline(executor, [resolver, &socket] {
    boost::system::error_code ignored;
    resolver->cancel();
    socket.close(ignored);
  });
  deadline.arm(timeout);

  auto endpoints = co_await look_up(resolver, url);
  if (deadline.expired()) co_return core::failure(HttpError::connect_timeout, url.authority());
  if (!endpoints) co_return core::failure(endpoints.error());
  const auto [error, endpoint] = co_await asio::async_connect(socket, *endpoints, kTuple);
  if (deadline.expired()) co_return core::failure(HttpError::connect_timeout, url.authority());
  if (error == asio::error::operation_aborted) co_return core::failure(core::CommonError::cancelled);
  if (error) co_return core::failure(HttpError::connect_failed, url.authority() + ": " + error.message());
  if (!url.secure()) co_return plain_stream(std::move(socket));

  auto context = tls();
  if (!context) co_return core::failure(context.error());
  deadline.disarm();
  co_return co_await tls_connect(std::move(socket), std::move(*context), url.host, verify, timeout);
}

}  // namespace pantheon::http
