#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <vector>

#include "http/completion.hpp"
#include "http/deadline.hpp"
#include "http/error.hpp"
#include "http/stream.hpp"

namespace pantheon::http {
namespace {

namespace ssl = asio::ssl;
constexpr std::size_t kReadBuffer = 16 * 1024;

class TlsStream final : public Stream {
 public:
  TlsStream(tcp::socket socket, std::shared_ptr<ssl::context> context)
      : context_(std::move(context)), stream_(std::move(socket), *context_) {
    boost::system::error_code ignored;
    stream_.next_layer().set_option(tcp::no_delay(true), ignored);
  }

  ssl::stream<tcp::socket>& tls() { return stream_; }

  asio::awaitable<IoResult> read_some(asio::mutable_buffer buffer) override {
    const auto [error, bytes] = co_await stream_.async_read_some(buffer, kTuple);
    co_return IoResult{error, bytes};
  }

  asio::awaitable<IoResult> read_shared(std::span<std::uint8_t>& bytes) override {
    // OpenSSL cannot be waited for without a buffer; a TLS stream has a small one of its own.
    own_.resize(kReadBuffer);
    const IoResult result = co_await read_some(asio::buffer(own_));
    bytes = std::span<std::uint8_t>(own_).first(result.bytes);
    co_return result;
  }

  asio::awaitable<IoResult> write(std::array<asio::const_buffer, 2> buffers) override {
    const auto [error, bytes] = co_await asio::async_write(stream_, buffers, kTuple);
    co_return IoResult{error, bytes};
  }

  asio::awaitable<void> shutdown() override {
    // Waits for the peer's close_notify too; the caller's deadline bounds that.
    co_await stream_.async_shutdown(kTuple);
  }

  tcp::socket& socket() override { return stream_.next_layer(); }

 private:
  std::shared_ptr<ssl::context> context_;
  ssl::stream<tcp::socket> stream_;
  std::vector<std::uint8_t> own_;
};

/// What a server of plain HTTP answers is taken for a record of an unknown version.
std::string reason_of(const boost::system::error_code& error) {
  const bool plain = error.category() == asio::error::get_ssl_category() &&
                     ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_WRONG_VERSION_NUMBER;
  return plain ? "no TLS is spoken there: does the address begin with http:// instead?" : error.message();
}

asio::awaitable<core::Result<std::unique_ptr<Stream>>> handshake(std::unique_ptr<TlsStream> stream,
                                                                 ssl::stream_base::handshake_type type,
                                                                 std::chrono::milliseconds timeout) {
  Deadline deadline(stream->socket().get_executor(), [lowest = stream.get()] { lowest->close(); });
  deadline.arm(timeout);
  const auto [error] = co_await stream->tls().async_handshake(type, kTuple);
  if (deadline.expired()) co_return core::failure(HttpError::connect_timeout, "TLS handshake");
  if (error) co_return core::failure(HttpError::tls_failed, reason_of(error));
  co_return std::unique_ptr<Stream>(std::move(stream));
}

}  // namespace

asio::awaitable<core::Result<std::unique_ptr<Stream>>> tls_accept(tcp::socket socket,
                                                                  std::shared_ptr<ssl::context> context,
                                                                  std::chrono::milliseconds timeout) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(context));
  return handshake(std::move(stream), ssl::stream_base::server, timeout);
}

asio::awaitable<core::Result<std::unique_ptr<Stream>>> tls_connect(tcp::socket socket,
                                                                   std::shared_ptr<ssl::context> context,
                                                                   std::string host, bool verify,
                                                                   std::chrono::milliseconds timeout) {
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(context));
  boost::system::error_code not_literal;
  asio::ip::make_address(host, not_literal);
  if (not_literal) {
    // What the macro SSL_set_tlsext_host_name does, without its cast.
    SSL_ctrl(stream->tls().native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             host.data());
  }
  stream->tls().set_verify_mode(verify ? ssl::verify_peer : ssl::verify_none);
  if (verify) stream->tls().set_verify_callback(ssl::host_name_verification(host));
  return handshake(std::move(stream), ssl::stream_base::client, timeout);
}

core::Result<std::shared_ptr<ssl::context>> client_tls_context(const std::string& ca_file) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  boost::system::error_code error;
  context->set_default_verify_paths(error);
  if (!error && !ca_file.empty()) context->load_verify_file(ca_file, error);
  if (error) return core::failure(HttpError::bad_certificate, ca_file);
  return context;
}

core::Result<void> use_certificate(ssl::context& context, const std::string& chain, const std::string& key) {
  boost::system::error_code error;
  // OpenSSL would ask the terminal for the password, and everything here would wait for the answer.
  const auto encrypted = std::make_shared<bool>(false);
  context.set_password_callback([encrypted](std::size_t, ssl::context::password_purpose) {
    *encrypted = true;
    return std::string();
  });
  context.use_certificate_chain_file(chain, error);
  if (error) return core::failure(HttpError::bad_certificate, chain);
  context.use_private_key_file(key, ssl::context::pem, error);
  if (error) {
    return core::failure(HttpError::bad_certificate,
                         *encrypted ? key + " is encrypted: it must be without a password" : key);
  }
  if (SSL_CTX_check_private_key(context.native_handle()) != 1) {
    return core::failure(HttpError::bad_certificate, "the key does not belong to the certificate");
  }
  return {};
}

core::Result<std::shared_ptr<ssl::context>> server_tls_context(const std::string& chain,
                                                               const std::string& key) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  if (auto used = use_certificate(*context, chain, key); !used) return core::failure(used.error());
  return context;
}

}  // namespace pantheon::http
