#include "engine/engine_client.hpp"

#include "engine/error.hpp"

namespace pantheon::engine {
namespace {

/// What an HTTP error means here; its own detail could name addresses and is left out.
core::Error engine_error(const core::Error& error) {
  using http::HttpError;
  if (error.is(core::CommonError::cancelled)) return error;
  if (error.is(HttpError::response_timeout)) return EngineError::timeout;
  if (error.is(HttpError::body_too_large)) return {EngineError::bad_answer, "larger than allowed"};
  if (error.is(HttpError::bad_response)) return EngineError::bad_answer;
  if (error.is(HttpError::bad_request)) return EngineError::request_invalid;
  return EngineError::unavailable;
}

http::ClientRequest http_request(const EngineAddress& address, EngineCall call) {
  http::ClientRequest request;
  request.url = address.base;
  request.url.target += call.path;
  request.method = std::move(call.method);
  request.headers = std::move(call.headers);
  request.headers.set("Accept-Encoding", "identity");
  if (!address.api_key.empty()) request.headers.set("Authorization", "Bearer " + address.api_key);
  request.body = std::move(call.body);
  request.connect_timeout = call.connect_timeout;
  request.response_timeout = call.response_timeout;
  return request;
}

}  // namespace

EngineAnswer::EngineAnswer(const asio::any_io_executor& executor,
                           std::unique_ptr<http::ClientExchange> exchange,
                           std::chrono::milliseconds silence_timeout)
    : exchange_(std::move(exchange)),
      silence_timeout_(silence_timeout),
      silence_(std::make_unique<http::Deadline>(executor, [answer = exchange_.get()] { answer->abort(); })) {}

asio::awaitable<core::Result<core::ByteView>> EngineAnswer::read() {
  silence_->arm(silence_timeout_);
  auto bytes = co_await exchange_->read();
  silence_->disarm();
  if (bytes) co_return core::ByteView(*bytes);
  if (bytes.error().is(core::CommonError::cancelled)) co_return core::failure(bytes.error());
  if (silence_->expired()) co_return core::failure(EngineError::failed, "it said nothing for too long");
  co_return core::failure(EngineError::failed);
}

EngineClient::EngineClient(asio::any_io_executor executor, http::ClientOptions options)
    : executor_(executor), client_(std::move(executor), std::move(options)) {}

asio::awaitable<core::Result<EngineAnswer>> EngineClient::send(EngineAddress address, EngineCall call) {
  const auto silence_timeout = call.silence_timeout;
  auto exchange = co_await client_.send(http_request(address, std::move(call)));
  if (!exchange) co_return core::failure(engine_error(exchange.error()));
  co_return EngineAnswer(executor_, *std::move(exchange), silence_timeout);
}

asio::awaitable<core::Result<http::Response>> EngineClient::fetch(EngineAddress address, EngineCall call,
                                                                  core::Bytes max_body,
                                                                  std::chrono::milliseconds body_timeout) {
  auto response = co_await client_.fetch(http_request(address, std::move(call)), max_body, body_timeout);
  if (!response) co_return core::failure(engine_error(response.error()));
  co_return *std::move(response);
}

}  // namespace pantheon::engine
