#pragma once

#include <algorithm>
#include <boost/asio/detached.hpp>

#include "http/deadline.hpp"
#include "http/websocket_client.hpp"
#include "signaling/test_support.hpp"

namespace pantheon::signaling::test {

/// A client of generation 1, as a test plays it: reads only while the test waits for something.
class LegacyTestClient {
 public:
  LegacyTestClient(asio::any_io_executor executor, std::unique_ptr<http::WebSocket> socket)
      : executor_(executor),
        wire_(std::make_shared<Wire>()),
        deadline_(executor, [this] { wire_->socket->abort(); }) {
    wire_->socket = std::move(socket);
  }

  /// Sends it behind what was said before.
  void say(const json::object& message) {
    wire_->outbox.push_back(core::serialize_json(message));
    if (!std::exchange(wire_->writing, true)) asio::co_spawn(executor_, write(wire_), asio::detached);
  }
  /// The next message of that type; others before it are dropped. Throws when none comes.
  asio::awaitable<json::object> next(std::string type) {
    deadline_.arm(kPatience);
    for (;;) {
      auto message = co_await wire_->socket->read();
      if (!message) throw std::runtime_error("no " + type + ": " + message.error().message());
      auto object = core::parse_json_object(message->data).value();
      if (text_of(object, "type") != type) continue;
      deadline_.disarm();
      co_return object;
    }
  }
  /// Returns when the server has ended the connection.
  asio::awaitable<void> ended() {
    deadline_.arm(kPatience);
    for (;;) {
      const auto message = co_await wire_->socket->read();
      if (!message) co_return;
    }
  }
  asio::awaitable<json::object> sign_in(std::string account, std::string peer_id) {
    say({{"type", "auth"}, {"token", "dev:" + account}, {"peer_id", peer_id}});
    co_return co_await next("auth_response");
  }
  /// Returns when that peer is in the list the server gives; a peer at another node is so after a while.
  asio::awaitable<void> sees(std::string peer_id) {
    const auto is_it = [&peer_id](const json::value& peer) {
      return text_of(peer.as_object(), "peer_id") == peer_id;
    };
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
      say({{"type", "get_peers"}});
      const auto list = co_await next("peer_list");
      if (std::ranges::any_of(list.at("peers").as_array(), is_it)) co_return;
      if (std::chrono::steady_clock::now() > until) throw std::runtime_error(peer_id + " was never listed");
    }
  }
  asio::awaitable<void> close() { co_await wire_->socket->close(1000, ""); }

 private:
  struct Wire {
    std::unique_ptr<http::WebSocket> socket;
    std::deque<std::string> outbox;
    bool writing = false;
  };
  static asio::awaitable<void> write(std::shared_ptr<Wire> wire) {
    while (!wire->outbox.empty()) {
      const auto text = std::move(wire->outbox.front());
      wire->outbox.pop_front();
      static_cast<void>(co_await wire->socket->write(text, true));
    }
    wire->writing = false;
  }
  asio::any_io_executor executor_;
  std::shared_ptr<Wire> wire_;
  http::Deadline deadline_;
};

/// A signaling service with clients of generation 1.
class LegacyServiceTest : public ServiceTest {
 protected:
  /// Asks for a WebSocket there.
  asio::awaitable<core::Result<std::unique_ptr<http::WebSocket>>> upgrade(std::string path,
                                                                          http::Headers headers) {
    auto url = http::parse_url("ws://127.0.0.1:" + std::to_string(server->port()) + path).value();
    http::WebSocketLimits limits;  // not as a default argument: GCC 12 would end it twice
    co_return co_await http::connect_websocket(io.get_executor(), std::move(url), std::move(headers),
                                               std::move(limits));
  }
  asio::awaitable<std::unique_ptr<LegacyTestClient>> open(std::string path = "/",
                                                          http::Headers headers = {}) {
    auto socket = co_await upgrade(std::move(path), std::move(headers));
    if (!socket) throw std::runtime_error(socket.error().message());
    co_return std::make_unique<LegacyTestClient>(io.get_executor(), std::move(*socket));
  }
  /// Signed in and registered.
  asio::awaitable<std::unique_ptr<LegacyTestClient>> legacy(std::string account, std::string peer_id,
                                                            std::string platform = "darwin") {
    auto made = co_await open();
    const auto entered = co_await made->sign_in(account, peer_id);
    EXPECT_EQ(entered.at("success"), true) << core::serialize_json(entered);
    made->say({{"type", "register"}, {"platform", platform}, {"capabilities", json::array{"chat"}}});
    co_await made->next("registered");
    co_return made;
  }
  /// A host of ours: it advertises that it answers requests of generation 1.
  asio::awaitable<TestClient*> our_host(std::string account, std::string device_id) {
    auto auth = legacy_auth(account, device_id, "native");
    const json::array caps{"link", "legacy"};
    auth["caps"] = caps;
    auto& made = client(std::move(auth));
    const auto refused = co_await made.connect();
    EXPECT_EQ(refused, "");
    static_cast<void>(co_await made.ask("join-account"));
    static_cast<void>(co_await made.next("existing-peers"));
    co_return &made;
  }
};

}  // namespace pantheon::signaling::test
