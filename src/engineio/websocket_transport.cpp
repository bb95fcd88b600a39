#include "engineio/transport.hpp"

namespace pantheon::engineio {
namespace {

class WebSocketTransport final : public Transport {
 public:
  explicit WebSocketTransport(std::unique_ptr<http::WebSocket> socket) : socket_(std::move(socket)) {}

  std::string_view name() const override { return "websocket"; }

  asio::awaitable<core::Result<Packet>> receive() override {
    auto message = co_await socket_->read();
    if (!message) co_return core::failure(message.error());
    co_return decode_frame(std::move(message->data), message->is_text);
  }

  asio::awaitable<core::Result<void>> send(Outbox& outbox) override {
    while (!outbox.empty()) {
      const Frame frame = outbox.pop();
      auto sent = co_await socket_->write(*frame.data, frame.is_text);
      if (!sent) co_return sent;
    }
    co_return core::Result<void>();
  }

  asio::awaitable<void> close() override { return socket_->close(1000, {}); }

  void abort() override { socket_->abort(); }

 private:
  std::unique_ptr<http::WebSocket> socket_;
};

}  // namespace

std::shared_ptr<Transport> websocket_transport(std::unique_ptr<http::WebSocket> socket) {
  return std::make_shared<WebSocketTransport>(std::move(socket));
}

}  // namespace pantheon::engineio
