#include "session/json_post.hpp"

#include <chrono>

#include "session/error.hpp"

namespace pantheon::session {
namespace {

constexpr core::Bytes kLargestAnswer{256 * 1024};
constexpr std::chrono::seconds kPatience{30};

core::Error error_of(unsigned status, const core::json::object& body) {
  std::string words = "status " + std::to_string(status);
  if (const auto* error = core::get_object(body, "error")) {
    words = std::string(core::get_string(*error, "code").value_or("")) + ": " +
            std::string(core::get_string(*error, "message").value_or(""));
  }
  if (status == 401) return {SessionError::not_signed_in, words};
  if (status == 403) return {SessionError::pairing_refused, words};
  return {core::CommonError::unavailable, words};
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
  auto object = core::parse_json_object(response->body);
  if (response->status < 200 || response->status >= 300) {
    co_return core::failure(error_of(response->status, object ? *object : core::json::object{}));
  }
  co_return object;
}

}  // namespace

asio::awaitable<core::Result<core::json::object>> post_json(http::Client& http, std::string url,
                                                            core::json::object body) {
  return ask(http, "POST", std::move(url), core::json::serialize(body));
}

asio::awaitable<core::Result<core::json::object>> get_json(http::Client& http, std::string url) {
  return ask(http, "GET", std::move(url), {});
}

}  // namespace pantheon::session
