#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/error.hpp"
#include "http/connection_count.hpp"

namespace boost::asio::ssl {
class context;
}

namespace pantheon::http {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

struct IoResult {
  boost::system::error_code error;
  std::size_t bytes = 0;
};

/// While one exists, the bytes of read_shared() on this thread stay as they are: other streams wait for their
/// next turn instead of reading at once. For whoever calls foreign code in between.
class SharedBytesKept {
 public:
  SharedBytesKept() { ++count; }
  ~SharedBytesKept() { --count; }
  SharedBytesKept(const SharedBytesKept&) = delete;
  SharedBytesKept& operator=(const SharedBytesKept&) = delete;
  static bool any() { return count > 0; }

 private:
  static inline thread_local int count = 0;
};

/// Told once when there is something to read, or that the stream was closed.
class ReadWaiter {
 public:
  virtual ~ReadWaiter() = default;
  virtual void readable() = 0;
};

/// Bytes over TCP or TLS, so that everything above is compiled once. One reader and one writer at a time.
class Stream {
 public:
  virtual ~Stream();
  /// Counts this stream from now on until its end.
  void count_in(std::shared_ptr<ConnectionCount> open);
  /// At least one byte, or an error.
  virtual asio::awaitable<IoResult> read_some(asio::mutable_buffer buffer) = 0;
  /// As read_some, into memory shared by all streams of this thread that is not held while waiting. The bytes
  /// are valid, and may be written to, until the caller suspends.
  virtual asio::awaitable<IoResult> read_shared(std::span<std::uint8_t>& bytes) = 0;
  /// Whether the next two work: TLS must wait in a coroutine.
  virtual bool can_read_now() const { return false; }
  /// As read_shared() without waiting: nothing when there is nothing to read. `told`: the waiter was just
  /// told so.
  virtual std::optional<IoResult> read_now(std::span<std::uint8_t>&, bool /*told*/) { return std::nullopt; }
  /// One at a time, and not while a read is under way.
  virtual void tell_when_readable(std::shared_ptr<ReadWaiter>) {}
  /// If the peer has ended its side too, behind all that was read: closes at once by a reset, as there is
  /// nobody who would wait for the packets of a farewell. False when it has not, or this stream cannot tell
  /// without waiting (TLS); then nothing has changed.
  virtual bool close_if_left() { return false; }
  /// Everything, or an error.
  virtual asio::awaitable<IoResult> write(std::array<asio::const_buffer, 2> buffers) = 0;
  asio::awaitable<IoResult> write_text(std::string_view text);
  /// Hands over what can be sent without waiting: how many bytes that were, or nothing when this stream
  /// cannot tell (TLS). Not while a write() is under way.
  virtual std::optional<IoResult> write_now(std::string_view) { return std::nullopt; }
  /// Tells the peer that nothing more follows; reading goes on.
  virtual asio::awaitable<void> shutdown() = 0;
  virtual tcp::socket& socket() = 0;
  /// Ends pending operations with operation_aborted; the stream can still be used (not TLS in the middle of a
  /// write).
  void cancel();
  void close();
  /// Goes over to another executor, also of another thread, which may use it from then on. Nothing may be
  /// pending. False when that failed: then it is closed. The executor it leaves must outlive it.
  virtual bool move_to(const asio::any_io_executor& executor);

 private:
  std::shared_ptr<ConnectionCount> open_;
};

/// Takes a connected socket; sets TCP_NODELAY.
std::unique_ptr<Stream> plain_stream(tcp::socket socket);
/// The same for a socket that was accepted, which has TCP_NODELAY from its listener.
std::unique_ptr<Stream> accepted_stream(tcp::socket socket);
/// TLS on a connected socket, handshake done within `timeout`; `tls_failed`, `connect_timeout`.
asio::awaitable<core::Result<std::unique_ptr<Stream>>> tls_accept(tcp::socket socket,
                                                                  std::shared_ptr<asio::ssl::context> context,
                                                                  std::chrono::milliseconds timeout);
/// `host` is sent as SNI and, with `verify`, checked against the certificate.
asio::awaitable<core::Result<std::unique_ptr<Stream>>> tls_connect(
    tcp::socket socket, std::shared_ptr<asio::ssl::context> context, std::string host, bool verify,
    std::chrono::milliseconds timeout);

/// A context that trusts the system's authorities and those of `ca_file`, when one is given;
/// `bad_certificate`.
core::Result<std::shared_ptr<asio::ssl::context>> client_tls_context(const std::string& ca_file);
/// Shows a certificate chain of our own, with its key, both from PEM files; `bad_certificate`.
core::Result<void> use_certificate(asio::ssl::context& context, const std::string& chain,
                                   const std::string& key);
/// A context with a certificate chain and key from PEM files; `bad_certificate`.
core::Result<std::shared_ptr<asio::ssl::context>> server_tls_context(const std::string& chain,
                                                                     const std::string& key);

}  // namespace pantheon::http
