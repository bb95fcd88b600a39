#include "http/websocket_connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <cstring>

#include "core/async_event.hpp"
#include "core/compact_text.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "http/completion.hpp"
#include "http/deadline.hpp"

namespace pantheon::http {
namespace {

constexpr std::chrono::seconds kCloseTimeout{1};
// What was on its way when we closed is read, as a reset could overtake our close frame; a flood is not.
constexpr std::size_t kMostAfterClose = 256 * 1024;

std::array<std::uint8_t, 4> random_mask() {
  const auto bytes = core::random_bytes(4);
  return {bytes[0], bytes[1], bytes[2], bytes[3]};
}

// What is sent at once is put together here; empty, and not larger than it need be.
std::string& scratch() {
  constexpr std::size_t kUsual = 256 * 1024;
  thread_local std::string bytes;
  if (bytes.capacity() > kUsual) std::string().swap(bytes);
  bytes.clear();
  return bytes;
}

class StreamWebSocket final : public WebSocket {
 public:
  StreamWebSocket(std::unique_ptr<Stream> stream, WebSocketRole role, core::Bytes max_message,
                  std::string early, std::string unsent)
      : stream_(std::move(stream)), frames_(role, max_message), role_(role) {
    unsent_ = unsent;
    if (!early.empty()) early_ = std::make_unique<Early>(Early{std::move(early), 0});
  }

  ~StreamWebSocket() override {
    if (background_) background_->socket = nullptr;
    abort();
  }

  void limit_messages(core::Bytes most) override { frames_.limit(most); }

  asio::awaitable<core::Result<Message>> read() override {
    if (reading_) co_return closed();  // close() has taken over
    Reading reading(*this);
    for (;;) {
      auto frame = co_await next_frame();
      if (!frame) co_return core::failure(frame.error());
      if (frame->opcode == Opcode::text || frame->opcode == Opcode::binary)
        co_return Message{std::move(frame->data), frame->opcode == Opcode::text};
      co_await obey(std::move(*frame));
      co_await let_others_go_on();
    }
  }

  asio::awaitable<core::Result<void>> read_each(Sink sink) override {
    if (reading_) co_return core::failure(HttpError::connection_closed);  // close() has taken over
    Reading reading(*this);
    for (;;) {
      std::span<std::uint8_t> bytes = kept();
      const bool were_kept = !bytes.empty();
      if (!were_kept && !ended_) {
        co_await send_acceptance();
        const IoResult result = co_await stream_->read_shared(bytes);
        if (result.error || is_too_much(result.bytes)) abort();
      }
      if (ended_) co_return core::failure(HttpError::connection_closed);
      IncomingFrame control;
      const auto handed = hand_over(bytes, sink, control);
      keep(bytes, were_kept);
      if (!handed) {
        co_await fail(handed.error());
        co_return core::failure(handed.error());
      }
      if (*handed == Handed::enough) co_return core::Result<void>();
      if (*handed != Handed::control_frame) continue;
      co_await obey(std::move(control));
      co_await let_others_go_on();
    }
  }

  bool start_reading(std::weak_ptr<Reader> reader, std::shared_ptr<core::TaskGroup> tasks) override {
    if (reading_ || ended_ || !stream_->can_read_now()) return false;
    background_ = std::make_shared<Background>(*this, std::move(reader), std::move(tasks));
    reading_ = true;
    if (!kept().empty() || has_unsent()) {
      asio::post(stream_->socket().get_executor(), [background = background_] { background->readable(); });
    } else {
      stream_->tell_when_readable(background_);
    }
    return true;
  }

  asio::awaitable<core::Result<void>> write(std::string_view data, bool is_text) override {
    const bool sent = co_await send(is_text ? Opcode::text : Opcode::binary, data);
    if (!sent) co_return core::failure(HttpError::connection_closed);
    co_return core::Result<void>();
  }

  bool write_now(std::span<const MessageView> messages) override {
    if (ended_ || close_sent_ || writing_) return false;
    std::string& bytes = scratch();
    bytes.append(unsent_.view());
    for (const auto& message : messages) append_message(bytes, message);
    const auto sent = stream_->write_now(bytes);
    if (!sent) return false;
    unsent_ = sent->error ? std::string_view() : std::string_view(bytes).substr(sent->bytes);
    if (sent->error) abort();
    return true;
  }

  bool has_unsent() const override { return !unsent_.empty(); }

  asio::awaitable<core::Result<void>> write_all(std::span<const MessageView> messages) override {
    const bool my_turn = co_await wait_for_turn();
    if (!my_turn) co_return core::failure(HttpError::connection_closed);
    Writing writing(*this);
    std::string bytes = unsent_.take();
    for (const auto& message : messages) append_message(bytes, message);
    writing.finished = co_await write_with_pongs(std::move(bytes));
    if (!writing.finished) co_return core::failure(HttpError::connection_closed);
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
      const bool alive = co_await changed().wait();
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
    notify();
  }

 private:
  struct Reading {
    explicit Reading(StreamWebSocket& socket) : owner(socket) { owner.reading_ = true; }
    ~Reading() {
      owner.reading_ = false;
      owner.notify();
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
      owner.notify();
    }
    Writing(const Writing&) = delete;
    Writing& operator=(const Writing&) = delete;
    StreamWebSocket& owner;
    bool finished = false;
  };

  /// Reads without a coroutine: what is done when there is something to read.
  struct Background final : ReadWaiter {
    Background(StreamWebSocket& s, std::weak_ptr<Reader> to, std::shared_ptr<core::TaskGroup> t)
        : socket(&s), reader(std::move(to)), tasks(std::move(t)) {}
    void readable() override {
      const auto kept = reader.lock();
      if (kept && socket != nullptr) socket->read_in_background(*kept);
    }
    StreamWebSocket* socket;  // null when that is gone
    std::weak_ptr<Reader> reader;
    std::shared_ptr<core::TaskGroup> tasks;
    bool has_ended = false;
  };

  // The first call is from the loop, never from inside start_reading().
  void read_in_background(Reader& reader) {
    const auto background = background_;
    try {
      read_what_is_there(background, reader);
    } catch (const std::exception& error) {
      // Beyond this there is only the loop, which would end with all connections.
      core::logger("http")->error("a message of a WebSocket could not be handled: {}", error.what());
      if (background->socket != nullptr) background->socket->abort();
      end_reading(*background, reader, core::Error(core::CommonError::internal));
    }
  }

  void read_what_is_there(const std::shared_ptr<Background>& background, Reader& reader) {
    if (has_unsent() && !writing_) write_now({});
    const auto give = [&reader](MessageView message) {
      reader.take(message);
      return true;
    };
    bool told = true;
    while (!ended_) {
      std::span<std::uint8_t> bytes = kept();
      const bool were_kept = !bytes.empty();
      if (!were_kept) {
        const auto read = stream_->read_now(bytes, std::exchange(told, false));
        if (!read) return stream_->tell_when_readable(background);
        if (read->error || is_too_much(read->bytes)) abort();
        if (ended_) break;
      }
      IncomingFrame control;
      const auto handed = hand_over(bytes, give, control);
      keep(bytes, were_kept);
      if (!handed)
        return static_cast<void>(background->tasks->spawn(fail_in_background(background, handed.error())));
      if (*handed == Handed::control_frame && !let_go_if_left(control))
        return static_cast<void>(
            background->tasks->spawn(obey_in_background(background, std::move(control))));
    }
    end_reading(*background, reader, core::Error(HttpError::connection_closed));
  }

  static void end_reading(Background& background, Reader& reader, const core::Error& why) {
    if (background.socket == nullptr) return;
    background.socket->reading_ = false;
    background.socket->notify();
    if (!std::exchange(background.has_ended, true)) reader.ended(why);
  }

  static asio::awaitable<void> obey_in_background(std::shared_ptr<Background> background,
                                                  IncomingFrame frame) {
    const auto kept = background->reader.lock();
    if (!kept || background->socket == nullptr) co_return;
    co_await background->socket->obey(std::move(frame));
    // From the loop: one inside the other, a burst of pings would use up the stack.
    const auto executor = background->socket->stream_->socket().get_executor();
    asio::post(executor, [background] { background->readable(); });
  }

  static asio::awaitable<void> fail_in_background(std::shared_ptr<Background> background, core::Error why) {
    const auto kept = background->reader.lock();
    if (!kept || background->socket == nullptr) co_return;
    co_await background->socket->fail(why);
    end_reading(*background, *kept, why);
  }

  // What is unsent before anything was written: the answer to the handshake.
  asio::awaitable<void> send_acceptance() {
    if (!has_unsent() || writing_) co_return;
    const std::span<const MessageView> nothing_else;
    co_await write_all(nothing_else);
  }

  core::AsyncEvent& changed() {
    if (!changed_) changed_ = std::make_unique<core::AsyncEvent>(stream_->socket().get_executor());
    return *changed_;
  }

  void notify() {
    if (changed_) changed_->notify();
  }

  /// Counts what came behind our close frame.
  bool is_too_much(std::size_t bytes) {
    if (!close_sent_) return false;
    after_close_ += static_cast<std::uint32_t>(bytes);
    return after_close_ > kMostAfterClose;
  }

  static core::Result<Message> closed() { return core::failure(HttpError::connection_closed); }

  asio::awaitable<core::Result<IncomingFrame>> next_frame() {
    for (;;) {
      if (ended_) co_return core::failure(HttpError::connection_closed);
      std::span<std::uint8_t> bytes = kept();
      const bool were_kept = !bytes.empty();
      if (!were_kept) {
        co_await send_acceptance();
        const IoResult result = co_await stream_->read_shared(bytes);
        if (result.error || is_too_much(result.bytes)) {
          abort();
          co_return core::failure(HttpError::connection_closed, result.error.message());
        }
      }
      std::span<const std::uint8_t> rest = bytes;
      auto frame = frames_.next(rest);
      keep(rest, were_kept);
      if (!frame) {
        co_await fail(frame.error());
        co_return core::failure(frame.error());
      }
      if (frame->has_value()) co_return std::move(**frame);
    }
  }

  enum class Handed { everything, enough, control_frame };

  // Every message in these bytes, up to a control frame.
  template <class To>
  core::Result<Handed> hand_over(std::span<std::uint8_t>& bytes, const To& sink, IncomingFrame& control) {
    const SharedBytesKept shared;
    std::string storage;
    while (!ended_) {
      const auto frame = frames_.next_in_place(bytes, storage);
      if (!frame) return core::failure(frame.error());
      if (!*frame) break;
      const auto [opcode, data] = **frame;
      if (opcode != Opcode::text && opcode != Opcode::binary) {
        control = {opcode, std::string(data)};
        return Handed::control_frame;
      }
      if (!sink({data, opcode == Opcode::text})) return Handed::enough;
    }
    return Handed::everything;
  }

  std::span<std::uint8_t> kept() {
    if (!early_) return {};
    auto* const bytes = reinterpret_cast<std::uint8_t*>(early_->bytes.data());
    return std::span(bytes, early_->bytes.size()).subspan(early_->used);
  }

  // What lies behind a frame must be kept: bytes of the shared buffer are only lent until the next
  // suspension.
  void keep(std::span<const std::uint8_t> rest, bool already_kept) {
    if (rest.empty()) {
      early_.reset();
    } else if (already_kept) {
      early_->used = early_->bytes.size() - rest.size();
    } else {
      early_ = std::make_unique<Early>(Early{std::string(core::as_text(rest)), 0});
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

  // A control frame. After a close frame the connection has ended.
  asio::awaitable<void> obey(IncomingFrame frame) {
    if (frame.opcode == Opcode::ping) co_await answer_ping(std::move(frame.data));
    if (frame.opcode == Opcode::close) co_await answer_close(std::move(frame.data));
  }

  /// Who ended its side behind its close frame gets no answer, which only a reset could follow: that it may
  /// have ended no more than its sending side is left out of account.
  bool let_go_if_left(const IncomingFrame& frame) {
    const bool left = frame.opcode == Opcode::close && !writing_ && stream_->close_if_left();
    if (left) abort();
    return left;
  }

  // One read may bring ten thousand pings, and answering them waits for nothing.
  asio::awaitable<void> let_others_go_on() { co_await asio::post(stream_->socket().get_executor(), kTuple); }

  asio::awaitable<void> answer_ping(std::string data) {
    if (writing_) {
      // The writer sends it behind its own frame; a newer ping replaces an older one.
      pong_ = data;
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

  // False when nothing can be sent any more.
  asio::awaitable<bool> wait_for_turn() {
    while (writing_ && !ended_) {
      const bool alive = co_await changed().wait();
      if (!alive) co_return false;
    }
    co_return !ended_ && !close_sent_;
  }

  asio::awaitable<bool> send(Opcode opcode, std::string_view payload) {
    const bool my_turn = co_await wait_for_turn();
    if (!my_turn) co_return false;
    Writing writing(*this);
    if (opcode == Opcode::close) close_sent_ = true;
    std::string bytes = unsent_.take();
    append_frame(bytes, opcode, payload);
    writing.finished = co_await write_with_pongs(std::move(bytes));
    co_return writing.finished;
  }

  // And the pongs that became due meanwhile.
  asio::awaitable<bool> write_with_pongs(std::string bytes) {
    for (;;) {
      const IoResult result = co_await stream_->write_text(bytes);
      if (result.error) co_return false;
      if (!pong_waits_ || close_sent_) co_return true;
      pong_waits_ = false;
      bytes.clear();
      append_frame(bytes, Opcode::pong, pong_.take());
    }
  }

  void append_message(std::string& bytes, MessageView message) const {
    append_frame(bytes, message.is_text ? Opcode::text : Opcode::binary, message.data);
  }

  void append_frame(std::string& bytes, Opcode opcode, std::string_view payload) const {
    std::optional<std::array<std::uint8_t, 4>> mask;
    if (role_ == WebSocketRole::client) mask = random_mask();
    bytes.append(encode_frame_header(opcode, {payload.size()}, mask).view());
    const std::size_t begin = bytes.size();
    bytes.append(payload);
    if (mask) apply_mask(std::span(bytes).subspan(begin), *mask);
  }

  std::unique_ptr<Stream> stream_;
  std::shared_ptr<Background> background_;
  FrameReader frames_;
  /// What has been read and not been used.
  struct Early {
    std::string bytes;
    std::size_t used;
  };
  std::unique_ptr<Early> early_;
  std::unique_ptr<core::AsyncEvent> changed_;  // made when somebody waits
  core::CompactText unsent_;                   // empty nearly always, as the next one
  core::CompactText pong_;
  WebSocketRole role_;
  bool pong_waits_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool close_sent_ = false;
  bool ended_ = false;
  std::uint32_t after_close_ = 0;  ///< bytes
};

}  // namespace

std::unique_ptr<WebSocket> make_websocket(std::unique_ptr<Stream> stream, WebSocketRole role,
                                          core::Bytes max_message, std::string early, std::string unsent) {
  return std::make_unique<StreamWebSocket>(std::move(stream), role, max_message, std::move(early),
                                           std::move(unsent));
}

}  // namespace pantheon::http
