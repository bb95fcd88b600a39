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

asio::awaitable<core::Result<core::ByteView>> EngineAnswer::read() {
  auto bytes = co_await exchange_->read();
  if (bytes) co_return core::ByteView(*bytes);
  if (bytes.error().is(core::CommonError::cancelled)) co_return core::failure(bytes.error());
  co_return core::failure(EngineError::failed);
}

EngineClient::EngineClient(asio::any_io_executor executor, http::ClientOptions options)
    : client_(std::move(executor), std::move(options)) {}

asio::awaitable<core::Result<EngineAnswer>> EngineClient::send(EngineAddress address, EngineCall call) {
  auto exchange = co_await client_.send(http_request(address, std::move(call)));
  if (!exchange) co_return core::failure(engine_error(exchange.error()));
  co_return EngineAnswer(*std::move(exchange));
}

asio::awaitable<core::Result<http::Response>> EngineClient::fetch(EngineAddress address, EngineCall call,
                                                                  core::Bytes max_body,
                                                                  std::chrono::milliseconds body_timeout) {
  auto response = co_await client_.fetch(http_request(address, std::move(call)), max_body, body_timeout);
  if (!response) co_return core::failure(engine_error(response.error()));
  co_return *std::move(response);
}

}  // namespace pantheon::engine
