#include "session/json_post.hpp"

#include <chrono>

#include "session/error.hpp"
#include "session/server_error.hpp"

namespace pantheon::session {
namespace {

constexpr core::Bytes kLargestAnswer{256 * 1024};
constexpr std::chrono::seconds kPatience{30};

/// What is said of an answer that no signaling server gives.
core::Error no_server(const std::string& url, const http::Response& response) {
  auto words = url + " answers with status " + std::to_string(response.status);
  const auto elsewhere = response.headers.get("Location");
  if (elsewhere && response.status >= 300 && response.status < 400)
    words.append(" and leads to ").append(*elsewhere);
  return {SessionError::no_signaling_server, std::move(words)};
}

/// Whether a proxy may answer so while the server behind it is away.
bool may_pass(unsigned status) {
  return status == 429 || status == 500 || (status >= 502 && status <= 504);
}

core::Error error_of(const std::string& url, const http::Response& response) {
  const auto status = response.status;
  const auto body = core::parse_json_object(response.body);
  const auto* error = body ? core::get_object(*body, "error") : nullptr;
  const auto code = error == nullptr ? std::nullopt : core::get_string(*error, "code");
  if (!code && may_pass(status))
    return {core::CommonError::unavailable, url + " answers with status " + std::to_string(status)};
  if (!code) return no_server(url, response);
  const auto message = core::get_string(*error, "message").value_or("");
  if (const auto named = error_named(*code, message)) return named->with_retry_after(wait_named(*error));
  auto words = std::string(*code) + ": " + std::string(message);
  if (*code == "device_revoked") return {SessionError::token_refused, std::move(words)};
  if (status == 401) return {SessionError::not_signed_in, std::move(words)};
  if (status == 404) return no_server(url, response);
  if (status >= 500) return {core::CommonError::unavailable, std::move(words)};
  return {SessionError::server_refused, std::move(words)};
}

asio::awaitable<core::Result<core::json::object>> ask(http::Client& http, std::string method, std::string url,
                                                      std::string body) {
  auto parsed = http::parse_url(url);
  if (!parsed) co_return core::failure(parsed.error());
  http::ClientRequest request;
  request.method = std::move(method);
  request.url = std::move(*parsed);
  request.response_timeout = kPatience;
  if (!body.empty()) request.headers.set("Content-Type", "application/json");
  request.body = std::move(body);
  auto response = co_await http.fetch(std::move(request), kLargestAnswer);
  if (!response) co_return core::failure(response.error());
  if (response->status < 200 || response->status >= 300) co_return core::failure(error_of(url, *response));
  auto object = core::parse_json_object(response->body);
  if (!object) co_return core::failure(no_server(url, *response));
  co_return object;
}

}  // namespace

asio::awaitable<core::Result<core::json::object>> post_json(http::Client& http, std::string url,
                                                            core::json::object body) {
  return ask(http, "POST", std::move(url), core::serialize_json(body));
}

asio::awaitable<core::Result<core::json::object>> get_json(http::Client& http, std::string url) {
  return ask(http, "GET", std::move(url), {});
}

asio::awaitable<core::Result<std::string>> ask_nonce(http::Client& http, std::string server_url) {
  auto given = co_await get_json(http, server_url + "/v1/nonce");
  if (!given) co_return core::failure(given.error());
  const auto nonce = core::get_string(*given, "nonce");
  if (!nonce) co_return core::failure(SessionError::no_signaling_server, server_url + " gives no nonce");
  co_return std::string(*nonce);
}

}  // namespace pantheon::session
