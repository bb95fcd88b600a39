#include "app/signaling_server.hpp"

#include "app/certificate_watch.hpp"
#include "app/web_assets.hpp"
#include "cluster/error.hpp"
#include "core/log.hpp"
#include "platform/process_usage.hpp"

namespace pantheon::app {
namespace {

constexpr std::chrono::seconds kCertificatePause{1};
constexpr std::size_t kOtherConnections = 1024;  // pages and requests beside the sockets
constexpr std::chrono::seconds kJoinPatience{3};

}  // namespace

core::Result<std::unique_ptr<SignalingServer>> SignalingServer::start(asio::any_io_executor executor,
                                                                      SignalingServerOptions options) {
  options.signaling.assets = web_assets();
  const auto most_sockets = options.signaling.limits.max_sockets;
  const bool has_others = !options.signaling.redis_url.empty();
  auto service = signaling::Service::open(executor, options.database, std::move(options.signaling));
  if (!service) return core::failure(service.error());
  http::ServerOptions http;
  http.max_connections = most_sockets + kOtherConnections;
  http.bind_address = options.bind_address;
  http.port = options.port;
  http.tls = options.tls;
  std::unique_ptr<SignalingServer> server(
      new SignalingServer(executor, std::move(http), std::move(*service)));
  if (has_others) return server;
  if (const auto listening = server->listen(); !listening) return core::failure(listening.error());
  return server;
}

core::Result<void> SignalingServer::listen() {
  if (auto listening = http_.listen(); !listening) return listening;
  if (tls_) {
    tasks_.spawn(watch_certificate(*tls_, kCertificatePause, [this] { reload_certificate(); }));
  }
  return {};
}

asio::awaitable<core::Result<void>> SignalingServer::join() {
  const auto joined = co_await service_->wait_joined(kJoinPatience);
  if (!joined && joined.error().is(cluster::ClusterError::other_cluster)) co_return joined;
  if (!joined)
    core::logger("signaling")->warn("this node serves alone for now: {}", joined.error().message());
  co_return listen();
}

SignalingServer::SignalingServer(asio::any_io_executor executor, http::ServerOptions http,
                                 std::unique_ptr<signaling::Service> service)
    : service_(std::move(service)), http_(executor, http), tls_(http.tls), tasks_(executor) {
  service_->attach(http_);
  add_readings();
}

void SignalingServer::add_readings() {
  using Kind = signaling::Metrics::Kind;
  auto& metrics = service_->metrics();
  metrics.read("pantheon_http_connections", "Open TCP connections, idle ones too", Kind::gauge,
               [this] { return static_cast<double>(http_.connections()); });
  metrics.read("process_resident_memory_bytes", "Resident memory size in bytes", Kind::gauge,
               [] { return static_cast<double>(platform::process_resident_memory().count); });
  metrics.read("process_open_fds", "Number of open file descriptors", Kind::gauge,
               [] { return static_cast<double>(platform::process_open_files()); });
  metrics.read("process_max_fds", "Maximum number of open file descriptors", Kind::gauge,
               [] { return static_cast<double>(platform::process_max_open_files()); });
  metrics.read("process_cpu_seconds_total", "Total user and system CPU time spent in seconds", Kind::counter,
               [] { return platform::process_cpu_time().count(); });
  const auto started = std::chrono::duration<double>(core::wall_now().time_since_epoch()).count();
  metrics.read("process_start_time_seconds", "Start time of the process since the Unix epoch in seconds",
               Kind::gauge, [started] { return started; });
}

void SignalingServer::reload_certificate() {
  if (!tls_) return;
  if (const auto loaded = http_.reload_certificate(); !loaded) {
    core::logger("signaling")
        ->error("the new certificate is not used, the old one stays: {}", loaded.error().message());
    return;
  }
  core::logger("signaling")->info("certificate loaded from {}", tls_->certificate_chain);
}

asio::awaitable<void> SignalingServer::stop() {
  tasks_.cancel();
  co_await tasks_.join();
  co_await service_->stop();
  co_await http_.stop();
}

}  // namespace pantheon::app
