#include "app/signaling_server.hpp"

#include "app/web_assets.hpp"
#include "cluster/error.hpp"
#include "core/log.hpp"

namespace pantheon::app {
namespace {

constexpr std::chrono::seconds kJoinPatience{3};

}  // namespace

core::Result<std::unique_ptr<SignalingServer>> SignalingServer::start(asio::any_io_executor executor,
                                                                      SignalingServerOptions options) {
  options.signaling.assets = web_assets();
  const bool has_others = !options.signaling.redis_url.empty();
  auto service = signaling::Service::open(executor, options.database, std::move(options.signaling));
  if (!service) return core::failure(service.error());
  http::ServerOptions http;
  http.bind_address = options.bind_address;
  http.port = options.port;
  http.tls = options.tls;
  std::unique_ptr<SignalingServer> server(
      new SignalingServer(executor, std::move(http), std::move(*service)));
  if (has_others) return server;
  if (const auto listening = server->http_.listen(); !listening) return core::failure(listening.error());
  return server;
}

asio::awaitable<core::Result<void>> SignalingServer::join() {
  const auto joined = co_await service_->wait_joined(kJoinPatience);
  if (!joined && joined.error().is(cluster::ClusterError::other_cluster)) co_return joined;
  if (!joined)
    core::logger("signaling")->warn("this node serves alone for now: {}", joined.error().message());
  co_return http_.listen();
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
