#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "core/task_group.hpp"
#include "http/server.hpp"
#include "signaling/service.hpp"

namespace pantheon::app {

namespace asio = boost::asio;

struct SignalingServerOptions {
  std::string bind_address = "0.0.0.0";
  std::uint16_t port = 3001;
  std::optional<http::TlsFiles> tls;
  std::filesystem::path database;
  signaling::Options signaling;  ///< its assets are set here: the web app of the binary
};

/// A signaling service on its HTTP server, with the web app. Use from the executor's one thread.
class SignalingServer {
 public:
  /// Opens the database and listens: errors of the store, `address_in_use` ...
  static core::Result<std::unique_ptr<SignalingServer>> start(asio::any_io_executor executor,
                                                              SignalingServerOptions options);
  /// Sends all clients away before stop(), spread over this time: see signaling::Service::drain().
  asio::awaitable<void> drain(std::chrono::milliseconds spread) { return service_->drain(spread); }
  /// With other nodes (REDIS_URL) it listens only after this: `other_cluster` when it may not join them.
  /// Without Redis it listens too, and joins when it can.
  asio::awaitable<core::Result<void>> join();
  /// Stops service and server; await it before destroying.
  asio::awaitable<void> stop();
  /// Takes the certificate from its files for connections from now on, and says in the log how that went;
  /// what cannot be used leaves the old one. This also happens by itself when the files change.
  void reload_certificate();

  signaling::Service& service() { return *service_; }
  std::uint16_t port() const { return http_.port(); }
  bool secure() const { return tls_.has_value(); }

 private:
  SignalingServer(asio::any_io_executor executor, http::ServerOptions http,
                  std::unique_ptr<signaling::Service> service);
  void add_readings();
  core::Result<void> listen();

  std::unique_ptr<signaling::Service> service_;
  http::Server http_;
  std::optional<http::TlsFiles> tls_;
  core::TaskGroup tasks_;
};

}  // namespace pantheon::app
