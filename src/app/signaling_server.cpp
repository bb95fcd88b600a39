#include "app/signaling_server.hpp"

#include <algorithm>

#include "app/certificate_watch.hpp"
#include "app/web_assets.hpp"
#include "cluster/error.hpp"
#include "core/log.hpp"
#include "core/run_on.hpp"
#include "http/url.hpp"
#include "platform/process_usage.hpp"
#include "signaling/other_nodes.hpp"
#include "signaling/socket_options.hpp"

namespace pantheon::app {
namespace {

constexpr std::chrono::seconds kCertificatePause{1};
constexpr std::size_t kOtherConnections = 1024;  // pages and requests beside the sockets
constexpr std::chrono::seconds kJoinPatience{3};

asio::awaitable<bool> finished(asio::awaitable<void> task) {
  co_await std::move(task);
  co_return true;
}

asio::awaitable<void> run_there(asio::any_io_executor executor, asio::awaitable<void> task) {
  static_cast<void>(co_await core::run_on(executor, finished(std::move(task))));
}

asio::awaitable<core::Result<void>> wait_joined(signaling::Service& service,
                                                std::chrono::steady_clock::time_point deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  co_return co_await service.wait_joined(std::chrono::ceil<std::chrono::milliseconds>(left));
}

}  // namespace

SignalingServer::SignalingServer(asio::any_io_executor executor, const SignalingServerOptions& options)
    : tasks_(executor) {
  std::vector<asio::any_io_executor> executors{executor};
  while (executors.size() < options.shards) {
    threads_.push_back(std::make_unique<core::LoopThread>());
    executors.push_back(threads_.back()->executor());
  }
  cluster::LocalHubOptions hub;
  hub.request_timeout = signaling::longest_request(options.signaling);
  if (options.shards > 1) group_ = std::make_shared<signaling::ShardGroup>(executors, hub);
  for (const auto& each : executors) shards_.push_back({each, nullptr, nullptr});
}

core::Result<std::unique_ptr<SignalingServer>> SignalingServer::start(asio::any_io_executor executor,
                                                                      SignalingServerOptions options) {
  options.shards = std::clamp(options.shards, std::size_t{1}, signaling::ShardGroup::kMaxShards);
  options.signaling.assets = web_assets();
  const bool has_others = !options.signaling.redis_url.empty();
  http::ServerOptions http;
  http.max_connections = options.signaling.limits.max_sockets + kOtherConnections;
  http.max_connections_per_address = options.signaling.limits.max_sockets_per_address + kOtherConnections;
  http.is_proxy = [proxies = options.signaling.proxies](const auto& address) {
    return proxies.trusts(address);
  };
  http.max_body = signaling::kLargestFromStrangers;
  http.bind_address = options.bind_address;
  http.port = options.port;
  http.tls = options.tls;
  std::unique_ptr<SignalingServer> server(new SignalingServer(executor, options));
  server->tls_ = options.tls;
  server->bind_address_ = options.bind_address;
  if (auto added = server->add_shards(http, options); !added) return core::failure(added.error());
  server->join_shards();
  server->add_readings();
  if (!has_others) {
    if (const auto listening = server->listen(); !listening) return core::failure(listening.error());
  }
  for (const auto& thread : server->threads_) thread->start();
  return server;
}

core::Result<void> SignalingServer::add_shards(const http::ServerOptions& http,
                                               const SignalingServerOptions& options) {
  auto signaling = options.signaling;
  signaling.shards = group_;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    auto& shard = shards_[i];
    signaling.shard = i;
    auto service = signaling::Service::open(shard.executor, options.database, signaling);
    if (!service) return core::failure(service.error());
    shard.service = std::move(*service);
    shard.http = std::make_unique<http::Server>(shard.executor, http);
    shard.service->attach(*shard.http);
  }
  return {};
}

void SignalingServer::join_shards() {
  if (!group_) return;
  std::vector<http::Server*> others;
  for (auto& shard : shards_) {
    if (&shard != shards_.data()) others.push_back(shard.http.get());
    shard.http->hand_over([this](const http::Request& request) -> http::Server* {
      const auto home = group_->home_of(request);
      return home ? shards_[*home].http.get() : nullptr;
    });
  }
  shards_.front().http->deal_to(others);
}

core::Result<void> SignalingServer::listen() {
  if (auto listening = shards_.front().http->listen(); !listening) return listening;
  if (tls_) {
    tasks_.spawn(watch_certificate(*tls_, kCertificatePause, [this] { reload_certificate(); }));
  }
  return {};
}

asio::awaitable<core::Result<void>> SignalingServer::join() {
  const auto deadline = std::chrono::steady_clock::now() + kJoinPatience;
  for (auto& shard : shards_) {
    auto joined = co_await wait_joined_of(shard, deadline);
    if (joined) continue;
    const auto& why = joined.error();
    if (why.is(core::CommonError::cancelled) || why.is(cluster::ClusterError::other_cluster))
      co_return joined;
    core::logger("signaling")->warn("this node serves alone for now: {}", why.message());
  }
  co_return listen();
}

// On this thread it is awaited here, so that it ends when we are cancelled: what run_on() leaves behind would
// still look at a service that stop() does not wait for. The other threads are waited for.
asio::awaitable<core::Result<void>> SignalingServer::wait_joined_of(
    Shard& shard, std::chrono::steady_clock::time_point deadline) {
  if (shard.executor == tasks_.executor()) co_return co_await wait_joined(*shard.service, deadline);
  auto joined = co_await core::run_on(shard.executor, wait_joined(*shard.service, deadline));
  if (!joined) co_return core::failure(core::CommonError::cancelled);
  co_return std::move(*joined);
}

asio::awaitable<void> SignalingServer::on_every_shard(ShardTask what) {
  core::TaskGroup all(tasks_.executor());
  for (auto& shard : shards_) all.spawn(run_there(shard.executor, what(shard)));
  co_await all.join();
}

asio::awaitable<void> SignalingServer::drain(std::chrono::milliseconds spread) {
  ShardTask drain_one = [spread](Shard& shard) { return shard.service->drain(spread); };
  co_await on_every_shard(std::move(drain_one));
}

void SignalingServer::add_readings() {
  using Kind = signaling::Metrics::Kind;
  auto& metrics = service().metrics();
  metrics.read("pantheon_http_connections", "Open TCP connections, idle ones too", Kind::gauge,
               [this] { return static_cast<double>(shards_.front().http->connections()); });
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

bool SignalingServer::is_everywhere() const {
  boost::system::error_code not_literal;
  return asio::ip::make_address(bind_address_, not_literal).is_unspecified();
}

std::string SignalingServer::origin() const {
  return http::Url{tls_ ? "https" : "http", is_everywhere() ? "localhost" : bind_address_, port()}.origin();
}

void SignalingServer::reload_certificate() {
  if (!tls_) return;
  if (const auto loaded = shards_.front().http->reload_certificate(); !loaded) {
    core::logger("signaling")
        ->error("the new certificate is not used, the old one stays: {}", loaded.error().message());
    return;
  }
  core::logger("signaling")->info("certificate loaded from {}", tls_->certificate_chain);
}

asio::awaitable<void> SignalingServer::stop() {
  tasks_.cancel();
  co_await tasks_.join();
  ShardTask stop_service = [](Shard& shard) { return shard.service->stop(); };
  co_await on_every_shard(std::move(stop_service));
  ShardTask stop_http = [](Shard& shard) { return shard.http->stop(); };
  co_await on_every_shard(std::move(stop_http));
  for (const auto& thread : threads_) thread->finish();
}

}  // namespace pantheon::app
