#include "session/device_tokens.hpp"

#include <chrono>

#include "core/log.hpp"
#include "identity/hello_proof.hpp"
#include "session/error.hpp"
#include "session/json_post.hpp"

namespace pantheon::session {
namespace {

constexpr std::chrono::minutes kLeastLifetime{1};

}  // namespace

core::WallTime expiry_of(std::string_view jwt) {
  const auto first = jwt.find('.');
  const auto second = first == std::string_view::npos ? first : jwt.find('.', first + 1);
  if (second == std::string_view::npos) return {};
  const auto payload = core::from_base64url(jwt.substr(first + 1, second - first - 1));
  if (!payload) return {};
  const auto claims = core::parse_json_object(core::as_text(*payload));
  if (!claims) return {};
  return core::WallTime(std::chrono::seconds(core::get_integer(*claims, "exp").value_or(0)));
}

DeviceTokens::DeviceTokens(http::Client& http, std::string server_url, std::string device_id,
                           identity::DeviceKey key, Pair tokens,
                           std::function<core::Result<void>(const Pair&)> store)
    : http_(http),
      server_url_(std::move(server_url)),
      device_id_(std::move(device_id)),
      key_(key),
      tokens_(std::move(tokens)),
      store_(std::move(store)) {}

asio::awaitable<core::Result<std::string>> DeviceTokens::access_token() {
  if (replace_ || expiry_of(tokens_.access_token) < core::wall_now() + kLeastLifetime) {
    const auto refreshed = co_await refresh();
    if (!refreshed) co_return core::failure(refreshed.error());
  }
  co_return tokens_.access_token;
}

asio::awaitable<core::Result<void>> DeviceTokens::refresh() {
  const auto nonce = co_await ask_nonce(http_, server_url_);
  if (!nonce) co_return core::failure(nonce.error());
  const auto signature = identity::sign_refresh(key_, *nonce, device_id_, tokens_.refresh_token);
  core::json::object body{{"refreshToken", tokens_.refresh_token},
                          {"deviceId", device_id_},
                          {"nonce", *nonce},
                          {"signature", identity::to_text(signature)}};
  auto answer = co_await post_json(http_, server_url_ + "/v1/tokens/refresh", std::move(body));
  if (!answer) co_return core::failure(answer.error());
  const auto access = core::get_string(*answer, "accessToken");
  const auto fresh = core::get_string(*answer, "refreshToken");
  if (!access || !fresh) co_return core::failure(SessionError::not_signed_in);
  const Pair pair{std::string(*access), std::string(*fresh)};
  tokens_.access_token = pair.access_token;
  replace_ = false;
  // One that is used and not kept would leave, after a restart, one that counts as used before.
  if (const auto kept = store_(pair); kept) {
    tokens_.refresh_token = pair.refresh_token;
  } else {
    core::logger("session")->warn("the newer tokens could not be kept: {}", kept.error().message());
  }
  co_return core::Result<void>{};
}

}  // namespace pantheon::session
