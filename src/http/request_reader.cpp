#include "http/request_reader.hpp"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <utility>

#include "http/header_count.hpp"
#include "http/url.hpp"

namespace pantheon::http {

namespace beast = boost::beast;
using Parser = beast::http::request_parser<beast::http::string_body>;

struct RequestReader::State {
  Stream* stream;
  Deadline* deadline;
  const ServerOptions* options;
  beast::flat_buffer buffer;
  std::optional<Parser> parser;
};

namespace {

constexpr std::size_t kRequestReadSize = 8 * 1024;

core::Error error_of(boost::system::error_code error) {
  if (error == beast::http::error::header_limit) return HttpError::header_too_large;
  if (error == beast::http::error::body_limit) return HttpError::body_too_large;
  return core::Error(HttpError::bad_request, error.message());
}

// The path and query of origin form, absolute form (RFC 9112, section 3.2.2) or `*`.
core::Result<void> take_target(Request& request) {
  std::string_view target = request.target;
  if (target != "*" && !target.starts_with('/')) {
    auto url = parse_url(target);
    if (!url) return core::failure(HttpError::bad_request, "request target");
    request.target = std::move(url->target);
    target = request.target;
  }
  const auto mark = target.find('?');
  auto path = percent_decode(target.substr(0, mark));
  if (!path) return core::failure(HttpError::bad_request, "request target");
  request.path = std::move(*path);
  if (mark != std::string_view::npos) request.query = std::string(target.substr(mark + 1));
  return {};
}

core::Result<RequestReader::Head> head_of(const Parser& parser) {
  const auto& message = parser.get();
  RequestReader::Head head;
  head.request.method = std::string(message.method_string());
  head.request.target = std::string(message.target());
  std::size_t hosts = 0;
  bool has_coding = false;
  for (const auto& field : message) {
    head.request.headers.add(std::string(field.name_string()), std::string(field.value()));
    if (field.name() == beast::http::field::host) ++hosts;
    // Where the body of another coding ends, or what it says, would be a guess (RFC 9112, section 6.3).
    if (field.name() != beast::http::field::transfer_encoding) continue;
    if (std::exchange(has_coding, true) || !beast::iequals(field.value(), "chunked"))
      return core::failure(HttpError::bad_request, "Transfer-Encoding");
  }
  head.http_1_0 = message.version() == 10;
  if (message.version() != 11 && !head.http_1_0) return core::failure(HttpError::bad_request, "version");
  if (hosts > 1 || (hosts == 0 && !head.http_1_0)) return core::failure(HttpError::bad_request, "Host");
  if (auto target = take_target(head.request); !target) return core::failure(target.error());
  if (has_coding && head.http_1_0) return core::failure(HttpError::bad_request, "Transfer-Encoding");
  head.keep_alive = message.keep_alive();
  head.length = parser.content_length().value_or(0);
  head.has_body = parser.chunked() || head.length > 0;
  head.expects_continue =
      !head.http_1_0 && beast::iequals(message[beast::http::field::expect], "100-continue");
  return head;
}

}  // namespace

RequestReader::RequestReader(Stream& stream, Deadline& deadline, const ServerOptions& options)
    : state_(new State{&stream, &deadline, &options, {}, {}}) {}
RequestReader::RequestReader(Stream& stream, Deadline& deadline, const ServerOptions& options, Saved from)
    : state_(std::move(from)) {
  state_->stream = &stream;
  state_->deadline = &deadline;
  state_->options = &options;
}
RequestReader::~RequestReader() = default;

void RequestReader::Free::operator()(State* state) const {
  delete state;
}

RequestReader::Saved RequestReader::release() {
  return std::move(state_);
}

asio::awaitable<core::Result<void>> RequestReader::fill() {
  const IoResult result = co_await state_->stream->read_some(state_->buffer.prepare(kRequestReadSize));
  if (state_->deadline->expired()) co_return core::failure(HttpError::request_timeout);
  if (result.error) co_return core::failure(HttpError::connection_closed, result.error.message());
  state_->buffer.commit(result.bytes);
  co_return core::Result<void>();
}

asio::awaitable<bool> RequestReader::wait(std::chrono::milliseconds idle) {
  state_->parser.reset();
  if (state_->buffer.size() > 0) co_return true;
  state_->buffer.shrink_to_fit();
  state_->deadline->arm(idle);
  const auto filled = co_await fill();
  state_->deadline->disarm();
  co_return filled.has_value();
}

asio::awaitable<core::Result<void>> RequestReader::parse_header() {
  Parser& parser = *state_->parser;
  HeaderCount header(state_->options->max_header);
  for (;;) {
    boost::system::error_code error;
    const std::size_t used = parser.put(state_->buffer.data(), error);
    state_->buffer.consume(used);
    if (error && error != beast::http::error::need_more) co_return core::failure(error_of(error));
    const bool is_whole = parser.is_header_done();
    if (!header.allows(used, is_whole ? 0 : state_->buffer.size()))
      co_return core::failure(HttpError::header_too_large);
    if (is_whole) co_return core::Result<void>();
    const auto filled = co_await fill();
    if (!filled) co_return filled;
  }
}

asio::awaitable<core::Result<RequestReader::Head>> RequestReader::read_head() {
  Parser& parser = state_->parser.emplace();
  parser.header_limit(static_cast<std::uint32_t>(state_->options->max_header.count));
  parser.body_limit(boost::none);  // checked against the route's limit, once the route is known
  state_->deadline->arm(state_->options->header_timeout);
  const auto parsed = co_await parse_header();
  state_->deadline->disarm();
  if (!parsed) co_return core::failure(parsed.error());
  co_return head_of(parser);
}

asio::awaitable<core::Result<std::string>> RequestReader::read_body(core::Bytes limit) {
  Parser& parser = *state_->parser;
  if (parser.content_length().value_or(0) > limit.count) co_return core::failure(HttpError::body_too_large);
  parser.body_limit(limit.count);
  state_->deadline->arm(state_->options->body_timeout);
  while (!parser.is_done()) {
    boost::system::error_code error;
    if (state_->buffer.size() > 0) {
      const std::size_t used = parser.put(state_->buffer.data(), error);
      state_->buffer.consume(used);
      if (error && error != beast::http::error::need_more) co_return core::failure(error_of(error));
      if (!error) continue;
      // What is left now is the line of a chunk's size or trailers that have not ended, which count as no
      // body.
      if (state_->buffer.size() > state_->options->max_header.count)
        co_return core::failure(HttpError::header_too_large);
    }
    const auto filled = co_await fill();
    if (!filled) co_return core::failure(filled.error());
  }
  state_->deadline->disarm();
  co_return std::move(parser.get().body());
}

std::string RequestReader::take_rest() {
  std::string rest = beast::buffers_to_string(state_->buffer.data());
  state_->buffer.consume(rest.size());
  return rest;
}

}  // namespace pantheon::http
