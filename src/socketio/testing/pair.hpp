#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "core/async_event.hpp"
#include "http/server.hpp"
#include "http/testing/test_loop.hpp"
#include "http/url.hpp"
#include "http/websocket_client.hpp"
#include "socketio/client.hpp"
#include "socketio/server.hpp"

namespace pantheon::socketio {

/// A server on a free port and clients of it, in one event loop. For tests.
class SocketioTest : public testing::Test {
 protected:
  void SetUp() override {
    server = std::make_unique<Server>(loop.executor(), options);
    server->attach(*web);
    server->of("/").on_connection([this](std::shared_ptr<Socket> socket) {
      sockets.push_back(std::move(socket));
      changed.notify();
    });
    ASSERT_TRUE(web->listen());
  }

  void TearDown() override {
    for (const auto& client : clients) loop.run(client->stop());
    loop.run(server->stop());
    loop.run(web->stop());
  }

  ClientOptions client_options(std::string nsp = "/") {
    ClientOptions made;
    made.url = "http://127.0.0.1:" + std::to_string(web->port());
    made.nsp = std::move(nsp);
    made.reconnect_delay = std::chrono::milliseconds(5);
    return made;
  }

  Client& add_client(std::string nsp = "/", Client::AuthProvider auth = {}) {
    clients.push_back(
        std::make_unique<Client>(loop.executor(), client_options(std::move(nsp)), std::move(auth)));
    Client& client = *clients.back();
    client.on_connect([this] { changed.notify(); });
    client.on_disconnect([this](std::string_view reason) {
      reasons.emplace_back(reason);
      changed.notify();
    });
    client.on_connect_error([this](const core::json::object& error) {
      errors.push_back(error);
      changed.notify();
    });
    client.start();
    return client;
  }

  /// A connected client; its socket is the last of `sockets` when it joined `/`.
  Client& connect(std::string nsp = "/", Client::AuthProvider auth = {}) {
    Client& client = add_client(std::move(nsp), std::move(auth));
    until([&client] { return client.connected(); });
    return client;
  }

  /// A bare WebSocket whose session has been opened, to say whatever a test wants.
  std::unique_ptr<http::WebSocket> open_raw() {
    const auto url = http::parse_url("ws://127.0.0.1:" + std::to_string(web->port()) +
                                     "/socket.io/?EIO=4&transport=websocket")
                         .value();
    auto socket = loop.run(http::connect_websocket(loop.executor(), url)).value();
    EXPECT_TRUE(loop.run(socket->read()).value().data.starts_with("0{"));
    return socket;
  }

  /// Runs the loop until something is true; whatever may make it true notifies `changed`.
  void until(const std::function<bool()>& condition) { loop.run(wait(changed, condition)); }

  static asio::awaitable<void> wait(core::AsyncEvent& event, const std::function<bool()>& condition) {
    while (!condition()) co_await event.wait();
  }

  http::TestLoop loop;
  core::AsyncEvent changed{loop.executor()};
  ServerOptions options;
  std::unique_ptr<http::Server> web = std::make_unique<http::Server>(loop.executor());
  std::unique_ptr<Server> server;
  std::vector<std::unique_ptr<Client>> clients;
  std::vector<std::shared_ptr<Socket>> sockets;
  std::vector<std::string> reasons;
  std::vector<core::json::object> errors;
};

}  // namespace pantheon::socketio
