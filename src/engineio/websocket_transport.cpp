#include <array>
#include <memory>
#include <span>
#include <vector>

#include "engineio/transport.hpp"

namespace pantheon::engineio {
namespace {

// What is sent together: more would hold up others, less would cost more calls.
constexpr std::size_t kBatchBytes = 64 * 1024;
constexpr std::size_t kBatchFrames = 64;

/// The front of an outbox, as many frames as go out together.
class Batch {
 public:
  Batch(const Outbox& outbox, BinaryAs binary) {
    std::size_t bytes = 0;
    while (count_ < kBatchFrames && count_ < outbox.size()) {
      const Frame& frame = outbox.at(count_);
      if (count_ > 0 && bytes + frame.data->size() > kBatchBytes) break;
      bytes += frame.data->size();
      messages_[count_++] = frame.is_text || binary == BinaryAs::binary
                                ? http::WebSocket::MessageView{*frame.data, frame.is_text}
                                : as_text(frame);
    }
  }
  std::span<const http::WebSocket::MessageView> messages() const {
    return std::span(messages_).first(count_);
  }
  /// Gives what the messages are views of.
  std::vector<Frame> take_off(Outbox& outbox) const {
    std::vector<Frame> frames(count_);
    for (auto& frame : frames) frame = outbox.pop();
    return frames;
  }

 private:
  http::WebSocket::MessageView as_text(const Frame& frame) {
    texts_.push_back(std::make_unique<const std::string>(base64_frame(*frame.data)));
    return {*texts_.back(), true};
  }

  std::vector<std::unique_ptr<const std::string>> texts_;
  std::array<http::WebSocket::MessageView, kBatchFrames> messages_;
  std::size_t count_ = 0;
};

class WebSocketTransport final : public Transport, private http::WebSocket::Reader {
 public:
  WebSocketTransport(std::unique_ptr<http::WebSocket> socket, BinaryAs binary)
      : socket_(std::move(socket)), binary_(binary) {}

  std::string_view name() const override { return "websocket"; }
  void limit_messages(core::Bytes most) override { socket_->limit_messages(most); }

  asio::awaitable<core::Result<Packet>> receive() override {
    auto message = co_await socket_->read();
    if (!message) co_return core::failure(message.error());
    co_return decode_frame(std::move(message->data), message->is_text);
  }

  asio::awaitable<core::Result<void>> receive_each(Sink sink) override {
    return socket_->read_each(of_messages(std::move(sink)));
  }

  bool start_receiving(const std::shared_ptr<Receiver>& receiver,
                       std::shared_ptr<core::TaskGroup> tasks) override {
    receiver_ = receiver.get();
    const std::shared_ptr<http::WebSocket::Reader> self(receiver, this);  // lives as long as its owner does
    return socket_->start_reading(self, std::move(tasks));
  }

  void send_now(Outbox& outbox) override {
    while (!outbox.empty()) {
      const Batch batch(outbox, binary_);
      if (!socket_->write_now(batch.messages())) return;
      batch.take_off(outbox);
      if (socket_->has_unsent()) return;
    }
  }

  bool has_unsent() const override { return socket_->has_unsent(); }

  asio::awaitable<core::Result<void>> send(Outbox& outbox) override {
    while (!outbox.empty() || socket_->has_unsent()) {
      const Batch batch(outbox, binary_);
      const auto kept = batch.take_off(outbox);
      auto sent = co_await socket_->write_all(batch.messages());
      if (!sent) co_return sent;
    }
    co_return core::Result<void>();
  }

  asio::awaitable<void> close() override { return socket_->close(1000, {}); }
  bool says_goodbye() const override { return true; }

  void abort() override { socket_->abort(); }

 private:
  void take(http::WebSocket::MessageView message) override {
    std::string decoded;
    receiver_->take_from(*this, view_frame(message.data, message.is_text, decoded));
  }
  void ended(const core::Error& why) override { receiver_->ended(why); }

  static http::WebSocket::Sink of_messages(Sink sink) {
    return [sink = std::move(sink)](http::WebSocket::MessageView message) {
      std::string decoded;
      return sink(view_frame(message.data, message.is_text, decoded));
    };
  }

  std::unique_ptr<http::WebSocket> socket_;
  Receiver* receiver_ = nullptr;  ///< set where it has started
  BinaryAs binary_;
};

}  // namespace

std::shared_ptr<Transport> websocket_transport(std::unique_ptr<http::WebSocket> socket, BinaryAs binary) {
  return std::make_shared<WebSocketTransport>(std::move(socket), binary);
}

}  // namespace pantheon::engineio
