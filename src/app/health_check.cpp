#include "app/health_check.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include "app/error.hpp"
#include "http/client.hpp"

namespace pantheon::app {
namespace {

constexpr std::chrono::seconds kPatience{3};
constexpr core::Bytes kMostAnswer{64 * 1024};
constexpr unsigned kOk = 200;

/// Where a server that listens on this address is reached from its own machine, as it stands in a URL.
std::string reachable(const std::string& bind_address) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(bind_address, error);
  if (error || address.is_unspecified()) return "127.0.0.1";
  return address.is_v4() ? bind_address : "[" + bind_address + "]";
}

asio::awaitable<core::Result<void>> ask(asio::any_io_executor executor, http::Url url) {
  http::ClientOptions options;
  options.verify_certificates = false;  // it is made out to the server's public name
  http::Client client(executor, options);
  http::ClientRequest request;
  request.url = std::move(url);
  request.connect_timeout = request.response_timeout = kPatience;
  const auto answer = co_await client.fetch(std::move(request), kMostAnswer, kPatience);
  if (!answer) co_return core::failure(AppError::signaling_unreachable, std::string(answer.error().code()));
  if (answer->status == kOk) co_return core::Result<void>{};
  co_return core::failure(AppError::signaling_unreachable, "HTTP status " + std::to_string(answer->status));
}

}  // namespace

core::Result<void> check_health(const SignalingServerOptions& options) {
  const auto url = http::parse_url((options.tls ? "https://" : "http://") + reachable(options.bind_address) +
                                   ":" + std::to_string(options.port) + "/health");
  if (!url) return core::failure(url.error());
  asio::io_context io(1);
  core::Result<void> result = core::failure(AppError::signaling_unreachable);
  asio::co_spawn(io, ask(io.get_executor(), *url), [&](std::exception_ptr error, core::Result<void> given) {
    if (!error) result = std::move(given);
  });
  io.run();
  return result;
}

}  // namespace pantheon::app
