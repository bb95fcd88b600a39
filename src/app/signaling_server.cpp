#include "app/signaling_server.hpp"

#include "app/web_assets.hpp"

namespace pantheon::app {
namespace {

constexpr std::size_t kOtherConnections = 1024;  // pages and requests beside the sockets

}  // namespace

core::Result<std::unique_ptr<SignalingServer>> SignalingServer::start(asio::any_io_executor executor,
                                                                      SignalingServerOptions options) {
  options.signaling.assets = web_assets();
  const auto most_sockets = options.signaling.limits.max_sockets;
  auto service = signaling::Service::open(executor, options.database, std::move(options.signaling));
  if (!service) return core::failure(service.error());
  http::ServerOptions http;
  http.max_connections = most_sockets + kOtherConnections;
  http.bind_address = options.bind_address;
  http.port = options.port;
  http.tls = options.tls;
  std::unique_ptr<SignalingServer> server(
      new SignalingServer(executor, std::move(http), std::move(*service)));
  if (const auto listening = server->http_.listen(); !listening) return core::failure(listening.error());
  return server;
}

SignalingServer::SignalingServer(asio::any_io_executor executor, http::ServerOptions http,
                                 std::unique_ptr<signaling::Service> service)
    : service_(std::move(service)), http_(std::move(executor), http), secure_(http.tls.has_value()) {
  service_->attach(http_);
}

asio::awaitable<void> SignalingServer::stop() {
  co_await service_->stop();
  co_await http_.stop();
}

}  // namespace pantheon::app
