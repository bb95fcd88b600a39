#include "http/client.hpp"

#include <boost/asio/this_coro.hpp>

#include "http/client_exchange.hpp"
#include "http/connect.hpp"
#include "http/connection_pool.hpp"
#include "http/response_writer.hpp"

namespace pantheon::http {

using Exchange = core::Result<std::unique_ptr<ClientExchange>>;

struct Client::State {
  State(asio::any_io_executor ex, Options options)
      : executor(std::move(ex)), pool(std::make_shared<ConnectionPool>(std::move(options))) {}

  core::Result<std::shared_ptr<asio::ssl::context>> tls_context() {
    if (!tls) {
      auto made = client_tls_context(pool->options().ca_file);
      if (!made) return core::failure(made.error());
      tls = std::move(*made);
    }
    return tls;
  }

  asio::any_io_executor executor;
  std::shared_ptr<ConnectionPool> pool;
  std::shared_ptr<asio::ssl::context> tls;
};

namespace {

core::Result<std::string> request_head(const ClientRequest& request) {
  Headers headers;
  headers.set("Host", std::string(request.headers.get("Host").value_or(request.url.authority())));
  for (const auto& [name, value] : request.headers.fields()) headers.add(name, value);
  const std::string host(*headers.get("Host"));
  headers.set("Host", host);
  const bool bare = request.body.empty() && (request.method == "GET" || request.method == "HEAD");
  headers.remove("Content-Length");
  headers.remove("Transfer-Encoding");
  if (!bare) headers.set("Content-Length", std::to_string(request.body.size()));
  return encode_request_head(request.method, request.url.target, headers);
}

bool may_repeat(const ClientRequest& request) {
  return request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS";
}

asio::awaitable<Exchange> run(std::shared_ptr<ConnectionPool> pool, std::unique_ptr<Stream> stream,
                              std::string head, const ClientRequest& request, bool& got_bytes) {
  auto exchange = std::make_unique<ClientExchange::Implementation>(std::move(stream), pool,
                                                                   request.url.origin(), pool->options());
  const bool head_only = request.method == "HEAD";
  const auto started =
      co_await exchange->start(std::move(head), request.body, head_only, request.response_timeout);
  got_bytes = exchange->got_bytes;
  if (!started) co_return core::failure(started.error());
  co_return std::make_unique<ClientExchange>(std::move(exchange));
}

}  // namespace

Client::Client(asio::any_io_executor executor, Options options)
    : state_(std::make_shared<State>(std::move(executor), std::move(options))) {}
Client::~Client() = default;

asio::awaitable<Exchange> Client::send(ClientRequest request) {
  const auto state = state_;
  const auto head = request_head(request);
  if (!head) co_return core::failure(head.error());

  bool got_bytes = false;
  auto kept = state->pool->take(request.url.origin());
  if (kept) {
    auto exchange = co_await run(state->pool, std::move(kept), *head, request, got_bytes);
    // The server may have closed a kept connection at the very moment it was used.
    const bool stale = !exchange && !got_bytes && exchange.error().is(HttpError::connection_closed);
    if (!stale || !may_repeat(request)) co_return exchange;
  }
  TlsContextSource tls = [state] { return state->tls_context(); };
  auto stream = co_await open_stream(state->executor, request.url, request.connect_timeout, std::move(tls),
                                     state->pool->options().verify_certificates);
  if (!stream) co_return core::failure(stream.error());
  auto exchange = co_await run(state->pool, std::move(*stream), *head, request, got_bytes);
  co_return exchange;
}

asio::awaitable<core::Result<Response>> Client::fetch(ClientRequest request, core::Bytes max_body,
                                                      std::chrono::milliseconds body_timeout) {
  const auto state = state_;  // this client may be gone when the answer is there
  auto exchange = co_await send(std::move(request));
  if (!exchange) co_return core::failure(exchange.error());
  ClientExchange& answer = **exchange;
  Deadline deadline(state->executor, [&answer] { answer.abort(); });
  deadline.arm(body_timeout);
  Response response;
  response.status = answer.status();
  response.headers = answer.headers();
  for (;;) {
    const auto bytes = co_await answer.read();
    if (deadline.expired()) co_return core::failure(HttpError::response_timeout, "body");
    if (!bytes) co_return core::failure(bytes.error());
    if (bytes->empty()) co_return response;
    if (response.body.size() + bytes->size() > max_body.count)
      co_return core::failure(HttpError::body_too_large);
    response.body.append(core::as_text(*bytes));
  }
}

}  // namespace pantheon::http
