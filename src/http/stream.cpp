#include "http/stream.hpp"

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/write.hpp>

#include "http/completion.hpp"

namespace pantheon::http {
namespace {

constexpr std::size_t kSharedBuffer = 64 * 1024;
// Of one stream, before the others have their turn: one that sends without a pause fills every read.
constexpr unsigned kReadsInOneTurn = 4;

std::span<std::uint8_t> shared_buffer() {
  thread_local const auto memory = std::make_unique<std::array<std::uint8_t, kSharedBuffer>>();
  return *memory;
}

class PlainStream final : public Stream {
 public:
  explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
  }

  asio::awaitable<IoResult> read_some(asio::mutable_buffer buffer) override {
    const auto [error, bytes] = co_await socket_.async_read_some(buffer, kTuple);
    drained_ = bytes < buffer.size();
    co_return IoResult{error, bytes};
  }

  asio::awaitable<IoResult> read_shared(std::span<std::uint8_t>& bytes) override {
    for (;;) {
      if (const auto read = read_now(bytes, false)) co_return *read;
      const auto [error] = co_await socket_.async_wait(tcp::socket::wait_read, kTuple);
      if (error) co_return IoResult{error, 0};
      drained_ = false;
      reads_ = 0;
    }
  }

  bool can_read_now() const override { return true; }

  std::optional<IoResult> read_now(std::span<std::uint8_t>& bytes, bool told) override {
    if (told) reads_ = 0;
    if ((drained_ && !told) || reads_ >= kReadsInOneTurn || SharedBytesKept::any()) return std::nullopt;
    ++reads_;
    const auto memory = shared_buffer();
    boost::system::error_code error;
    const std::size_t count = socket_.read_some(asio::buffer(memory.data(), memory.size()), error);
    drained_ = count < memory.size();
    if (error == asio::error::would_block) return std::nullopt;
    bytes = memory.first(count);
    return IoResult{error, count};
  }

  void tell_when_readable(std::shared_ptr<ReadWaiter> waiter) override {
    // This stream may be gone by then. And Asio would reuse a larger piece of memory, which lies idle with it
    // for days.
    const auto tell = [waiter = std::move(waiter)](const boost::system::error_code&) { waiter->readable(); };
    socket_.async_wait(tcp::socket::wait_read, asio::bind_allocator(std::allocator<void>(), tell));
  }

  bool close_if_left() override {
    std::uint8_t next = 0;
    boost::system::error_code error;
    socket_.receive(asio::buffer(&next, 1), tcp::socket::message_peek, error);
    if (!error.failed() || error == asio::error::would_block) return false;
    const asio::socket_base::linger reset(true, 0);
    socket_.set_option(reset, error);
    close();
    return true;
  }

  asio::awaitable<IoResult> write(std::array<asio::const_buffer, 2> buffers) override {
    const std::size_t total = buffers[0].size() + buffers[1].size();
    boost::system::error_code error;
    std::size_t done = socket_.write_some(buffers, error);
    if (error && error != asio::error::would_block) co_return IoResult{error, done};
    if (error) done = 0;
    if (done == total) co_return IoResult{{}, total};
    const std::size_t first = std::min(done, buffers[0].size());
    buffers[0] += first;
    buffers[1] += done - first;
    const auto [write_error, rest] = co_await asio::async_write(socket_, buffers, kTuple);
    co_return IoResult{write_error, done + rest};
  }

  std::optional<IoResult> write_now(std::string_view bytes) override {
    boost::system::error_code error;
    const std::size_t done = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
    if (error == asio::error::would_block) return IoResult{{}, 0};
    return IoResult{error, done};
  }

  asio::awaitable<void> shutdown() override {
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    co_return;
  }

  tcp::socket& socket() override { return socket_; }

  bool move_to(const asio::any_io_executor& executor) override {
    const bool moved = Stream::move_to(executor);
    boost::system::error_code ignored;
    if (moved) socket_.non_blocking(true, ignored);
    drained_ = false;
    reads_ = 0;
    return moved;
  }

 private:
  tcp::socket socket_;
  // The last read took all there was: waiting comes before reading, which saves a call that finds nothing.
  bool drained_ = false;
  std::uint8_t reads_ = 0;  // since it last waited
};

}  // namespace

Stream::~Stream() {
  if (open_) open_->leave();
}

void Stream::count_in(std::shared_ptr<ConnectionCount> open) {
  open_ = std::move(open);
  open_->enter();
}

asio::awaitable<IoResult> Stream::write_text(std::string_view text) {
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(text.data(), text.size()),
                                                  asio::const_buffer()};
  return write(buffers);
}

void Stream::cancel() {
  boost::system::error_code ignored;
  socket().cancel(ignored);
}

void Stream::close() {
  boost::system::error_code ignored;
  socket().close(ignored);
}

bool Stream::move_to(const asio::any_io_executor& executor) {
  boost::system::error_code error;
  const auto protocol = socket().local_endpoint(error).protocol();
  tcp::socket moved(executor);
  if (!error) {
    const auto handle = socket().release(error);
    if (!error) moved.assign(protocol, handle, error);
    boost::system::error_code ignored;
    if (error) socket().assign(protocol, handle, ignored);  // so that it can be closed
  }
  if (error) {
    close();
    return false;
  }
  socket() = std::move(moved);
  return true;
}

std::unique_ptr<Stream> plain_stream(tcp::socket socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  return accepted_stream(std::move(socket));
}

std::unique_ptr<Stream> accepted_stream(tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace pantheon::http
