#include "http/websocket_connection.hpp"

#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <cstring>

#include "core/async_event.hpp"
#include "core/random.hpp"
#include "http/deadline.hpp"

namespace pantheon::http {
namespace {

constexpr std::chrono::seconds kCloseTimeout{1};

std::array<std::uint8_t, 4> random_mask() {
  const auto bytes = core::random_bytes(4);
  return {bytes[0], bytes[1], bytes[2], bytes[3]};
}

class StreamWebSocket final : public WebSocket {
 public:
  StreamWebSocket(std::unique_ptr<Stream> stream, WebSocketRole role, core::Bytes max_message,
                  std::string early)
      : stream_(std::move(stream)),
        frames_(role, max_message),
        early_(std::move(early)),
        changed_(stream_->socket().get_executor()),
        role_(role) {}

  ~StreamWebSocket() override { abort(); }

  asio::awaitable<core::Result<Message>> read() override {
    if (reading_) co_return closed();  // close() has taken over
    Reading reading(*this);
    for (;;) {
      auto frame = co_await next_frame();
      if (!frame) co_return core::failure(frame.error());
      switch (frame->opcode) {
        case Opcode::text:
        case Opcode::binary:
          co_return Message{std::move(frame->data), frame->opcode == Opcode::text};
        case Opcode::ping:
          co_await answer_ping(std::move(frame->data));
          break;
        case Opcode::close:
          co_await answer_close(std::move(frame->data));
          co_return closed();
        default:
          break;
      }
    }
  }

  asio::awaitable<core::Result<void>> write(std::string_view data, bool is_text) override {
    const bool sent = co_await send(is_text ? Opcode::text : Opcode::binary, data);
    if (!sent) co_return core::failure(HttpError::connection_closed);
    co_return core::Result<void>();
  }

  asio::awaitable<void> close(std::uint16_t code, std::string reason) override {
    if (ended_) co_return;
    // Stops a peer that takes no bytes or never answers.
    Deadline deadline(stream_->socket().get_executor(), [this] { abort(); });
    deadline.arm(kCloseTimeout);
    CloseReason told{code, std::move(reason)};
    co_await send_close(std::move(told));
    while (!ended_ && reading_) {
      const bool alive = co_await changed_.wait();
      if (!alive) co_return abort();
    }
    while (!ended_) {
      const auto message = co_await read();
      if (!message) break;
    }
    abort();
  }

  void abort() override {
    ended_ = true;
    stream_->close();
    changed_.notify();
  }

 private:
  struct Reading {
    explicit Reading(StreamWebSocket& socket) : owner(socket) { owner.reading_ = true; }
    ~Reading() {
      owner.reading_ = false;
      owner.changed_.notify();
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    StreamWebSocket& owner;
  };

  // Marks the socket as being written to; a write that does not finish breaks the framing, so it ends the
  // connection.
  struct Writing {
    explicit Writing(StreamWebSocket& socket) : owner(socket) { owner.writing_ = true; }
    ~Writing() {
      owner.writing_ = false;
      if (!finished) owner.abort();
      owner.changed_.notify();
    }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;
    StreamWebSocket& owner;
    bool finished = false;
  };

  static core::Result<Message> closed() { return core::failure(HttpError::connection_closed); }

  asio::awaitable<core::Result<IncomingFrame>> next_frame() {
    for (;;) {
      if (ended_) co_return core::failure(HttpError::connection_closed);
      std::span<const std::uint8_t> bytes = core::as_bytes(early_).subspan(early_used_);
      const bool kept = !bytes.empty();
      if (!kept) {
        const IoResult result = co_await stream_->read_shared(bytes);
        if (result.error) {
          abort();
          co_return core::failure(HttpError::connection_closed, result.error.message());
        }
      }
      auto frame = frames_.next(bytes);
      keep(bytes, kept);
      if (!frame) {
        co_await fail(frame.error());
        co_return core::failure(frame.error());
      }
      if (frame->has_value()) co_return std::move(**frame);
    }
  }

  // What lies behind a frame must be kept: bytes of the shared buffer are only lent until the next
  // suspension.
  void keep(std::span<const std::uint8_t> rest, bool already_kept) {
    if (rest.empty()) {
      early_ = std::string();
      early_used_ = 0;
    } else if (already_kept) {
      early_used_ = early_.size() - rest.size();
    } else {
      early_ = std::string(core::as_text(rest));
      early_used_ = 0;
    }
  }

  // Tells the peer why, without waiting for its answer.
  asio::awaitable<void> fail(core::Error error) {
    Deadline deadline(stream_->socket().get_executor(), [this] { abort(); });
    deadline.arm(kCloseTimeout);
    CloseReason reason{close_code_of(error), std::string(error.code())};
    co_await send_close(std::move(reason));
    co_await stream_->shutdown();
    abort();
  }

  asio::awaitable<void> answer_ping(std::string data) {
    if (writing_) {
      pong_ =
          std::move(data);  // the writer sends it behind its own frame; a newer ping replaces an older one
      pong_waits_ = true;
      co_return;
    }
    co_await send(Opcode::pong, data);
  }

  asio::awaitable<void> answer_close(std::string payload) {
    auto reason = decode_close(payload);
    Deadline deadline(stream_->socket().get_executor(), [this] { abort(); });
    deadline.arm(kCloseTimeout);
    if (!reason) reason = CloseReason{close_code_of(reason.error()), {}};
    co_await send_close(std::move(*reason));
    co_await stream_->shutdown();
    abort();
  }

  asio::awaitable<void> send_close(CloseReason reason) {
    if (close_sent_) co_return;
    const std::string payload = encode_close(reason);
    co_await send(Opcode::close, payload);
  }

  asio::awaitable<bool> send(Opcode opcode, std::string_view payload) {
    while (writing_ && !ended_) {
      const bool alive = co_await changed_.wait();
      if (!alive) co_return false;
    }
    if (ended_ || close_sent_) co_return false;
    Writing writing(*this);
    if (opcode == Opcode::close) close_sent_ = true;
    bool sent = co_await write_frame(opcode, payload);
    while (sent && pong_waits_ && !close_sent_) {
      pong_waits_ = false;
      const std::string data = std::move(pong_);
      sent = co_await write_frame(Opcode::pong, data);
    }
    writing.finished = sent;
    co_return sent;
  }

  asio::awaitable<bool> write_frame(Opcode opcode, std::string_view payload) {
    std::optional<std::array<std::uint8_t, 4>> mask;
    std::string masked;
    if (role_ == WebSocketRole::client) {
      mask = random_mask();
      masked = payload;
      apply_mask(masked, *mask);
      payload = masked;
    }
    const FrameHeader header = encode_frame_header(opcode, {payload.size()}, mask);
    const std::array<asio::const_buffer, 2> buffers{asio::buffer(header.bytes.data(), header.size),
                                                    asio::buffer(payload.data(), payload.size())};
    const IoResult result = co_await stream_->write(buffers);
    co_return !result.error;
  }

  std::unique_ptr<Stream> stream_;
  FrameReader frames_;
  std::string early_;
  std::size_t early_used_ = 0;
  core::AsyncEvent changed_;
  std::string pong_;
  WebSocketRole role_;
  bool pong_waits_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool close_sent_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<WebSocket> make_websocket(std::unique_ptr<Stream> stream, WebSocketRole role,
                                          core::Bytes max_message, std::string early) {
  return std::make_unique<StreamWebSocket>(std::move(stream), role, max_message, std::move(early));
}

}  // namespace pantheon::http
