#include "http/client_exchange.hpp"

#include "http/header_count.hpp"

namespace pantheon::http {

namespace beast = boost::beast;

namespace {

constexpr std::size_t kReadSize = 16 * 1024;

core::Error bad_response(boost::system::error_code error) {
  return core::Error(HttpError::bad_response, error.message());
}

}  // namespace

ClientExchange::Implementation::Implementation(std::unique_ptr<Stream> connection,
                                               std::weak_ptr<ConnectionPool> home, std::string from,
                                               const ClientOptions& options)
    : stream_(std::move(connection)),
      pool_(std::move(home)),
      origin_(std::move(from)),
      max_header_(options.max_header),
      output_(options.read_size.count) {}

ClientExchange::Implementation::~Implementation() {
  abort();
}

void ClientExchange::Implementation::abort() {
  aborted_ = true;
  if (stream_) stream_->close();
}

core::Error ClientExchange::Implementation::fail(core::Error error) {
  abort();
  return error;
}

asio::awaitable<core::Result<void>> ClientExchange::Implementation::fill() {
  const IoResult result = co_await stream_->read_some(input_.prepare(kReadSize));
  if (result.bytes > 0) got_bytes = true;
  input_.commit(result.bytes);
  eof_ = result.error == asio::error::eof;
  if (!result.error || (eof_ && parser_->is_header_done())) co_return core::Result<void>();
  if (result.error == asio::error::operation_aborted && !aborted_) {
    co_return core::failure(fail(core::CommonError::cancelled));
  }
  co_return core::failure(fail(core::Error(HttpError::connection_closed, result.error.message())));
}

asio::awaitable<core::Result<void>> ClientExchange::Implementation::start(std::string head, std::string body,
                                                                          bool head_only,
                                                                          std::chrono::milliseconds timeout) {
  bool late = false;
  Deadline deadline(stream_->socket().get_executor(), [this, &late] {
    late = true;
    abort();
  });
  deadline.arm(timeout);
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(head), asio::buffer(body)};
  const IoResult sent = co_await stream_->write(buffers);
  // A server may refuse a body early and close: what it answered can still be read, so a failed write is not
  // the end.
  if (sent.error == asio::error::operation_aborted && !late) {
    co_return core::failure(fail(core::CommonError::cancelled));
  }
  auto header = co_await read_header(head_only);
  if (late) co_return core::failure(HttpError::response_timeout);
  co_return header;
}

asio::awaitable<core::Result<void>> ClientExchange::Implementation::read_header(bool head_only) {
  HeaderCount header(max_header_);  // interim answers count, too
  for (;;) {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(max_header_.count));
    parser_->body_limit(boost::none);
    parser_->skip(head_only);
    while (!parser_->is_header_done()) {
      boost::system::error_code error = beast::http::error::need_more;
      const std::size_t used = input_.size() > 0 ? parser_->put(input_.data(), error) : 0;
      input_.consume(used);
      if (error && error != beast::http::error::need_more) co_return core::failure(fail(bad_response(error)));
      if (!header.allows(used, parser_->is_header_done() ? 0 : input_.size()))
        co_return core::failure(fail(core::Error(HttpError::bad_response, "a header too large")));
      if (!error) continue;
      auto filled = co_await fill();
      if (!filled) co_return filled;
    }
    status = parser_->get().result_int();
    if (status >= 200) break;
    if (status == 101) co_return core::failure(fail(HttpError::bad_response));
  }
  take_head();
  if (parser_->is_done()) finish();
  co_return core::Result<void>();
}

void ClientExchange::Implementation::take_head() {
  for (const auto& field : parser_->get()) {
    headers.add(std::string(field.name_string()), std::string(field.value()));
  }
}

// The connection goes back for the next request, if the server agrees and sent nothing beyond the answer.
void ClientExchange::Implementation::finish() {
  ended_ = true;
  const auto pool = pool_.lock();
  if (pool && parser_->keep_alive() && input_.size() == 0 && !eof_ && !aborted_) {
    pool->put(std::move(origin_), std::move(stream_));
  }
  if (stream_) stream_->close();
}

// True when body bytes were put into output_.
core::Result<bool> ClientExchange::Implementation::parse() {
  auto& body = parser_->get().body();
  body.data = output_.data();
  body.size = output_.size();
  body.more = true;
  while (input_.size() > 0 && !parser_->is_done() && body.size > 0) {
    boost::system::error_code error;
    input_.consume(parser_->put(input_.data(), error));
    if (error == beast::http::error::need_more || error == beast::http::error::need_buffer) {
      if (body.size == output_.size() && input_.size() > max_header_.count)
        return core::failure(fail(core::Error(HttpError::bad_response, "a chunk's extensions, or trailers")));
      break;
    }
    if (error) return core::failure(fail(bad_response(error)));
  }
  return body.size < output_.size();
}

// A body without a length ends with the connection.
core::Result<bool> ClientExchange::Implementation::parse_end() {
  boost::system::error_code error;
  if (!parser_->is_done()) parser_->put_eof(error);
  if (error) return core::failure(fail(core::Error(HttpError::connection_closed, error.message())));
  return true;
}

asio::awaitable<core::Result<std::span<const std::uint8_t>>> ClientExchange::Implementation::read() {
  using Bytes = std::span<const std::uint8_t>;
  for (;;) {
    if (ended_) co_return Bytes();
    if (aborted_) co_return core::failure(HttpError::connection_closed);
    const auto parsed = parse();
    if (!parsed) co_return core::failure(parsed.error());
    if (*parsed) co_return Bytes(output_).first(output_.size() - parser_->get().body().size);
    if (eof_) {
      const auto end = parse_end();
      if (!end) co_return core::failure(end.error());
    }
    if (parser_->is_done()) {
      finish();
      continue;
    }
    const auto filled = co_await fill();
    if (!filled) co_return core::failure(filled.error());
  }
}

ClientExchange::ClientExchange(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
ClientExchange::~ClientExchange() = default;

unsigned ClientExchange::status() const {
  return implementation_->status;
}

const Headers& ClientExchange::headers() const {
  return implementation_->headers;
}

asio::awaitable<core::Result<std::span<const std::uint8_t>>> ClientExchange::read() {
  return implementation_->read();
}

void ClientExchange::abort() {
  implementation_->abort();
}

}  // namespace pantheon::http
