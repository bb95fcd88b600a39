#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "core/error.hpp"
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
  /// With other nodes (REDIS_URL) it listens only after this: `other_cluster` when it may not join them.
  /// Without Redis it listens too, and joins when it can.
  asio::awaitable<core::Result<void>> join();
  /// Stops service and server; await it before destroying.
  asio::awaitable<void> stop();

  signaling::Service& service() { return *service_; }
  std::uint16_t port() const { return http_.port(); }
  bool secure() const { return secure_; }

 private:
  SignalingServer(asio::any_io_executor executor, http::ServerOptions http,
                  std::unique_ptr<signaling::Service> service);

  std::unique_ptr<signaling::Service> service_;
  http::Server http_;
  bool secure_;
};

}  // namespace pantheon::app
