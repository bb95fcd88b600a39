#include "signaling/tokens.hpp"

#include "auth/error.hpp"
#include "auth/refresh_tokens.hpp"
#include "core/log.hpp"
#include "http/server.hpp"
#include "identity/error.hpp"
#include "identity/hello_proof.hpp"
#include "signaling/error.hpp"
#include "signaling/http_support.hpp"
#include "signaling/shard_group.hpp"
#include "store/error.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;
using auth::AuthError;

constexpr double kRefreshBurstSeconds = 20;
constexpr std::size_t kMostUnused = 32;  // for one token: tabs of one browser, or answers that were lost
// Of all that a device was given; what always runs uses a hundred a day, each of which would stay for months.
// So many that those unused of a token cannot push out the token itself.
constexpr std::size_t kMostOfDevice = 128;

// An I/O error is what some file systems answer when they are full; the others come and go, or need somebody.
bool is_unwritable(const core::Error& error) {
  using enum store::StoreError;
  return error.is(full) || error.is(not_writable) || error.is(failed);
}

tl::unexpected<core::Error> invalid_token() {
  return core::failure(AuthError::auth_invalid, "refresh token");
}

}  // namespace

json::object to_json(const DeviceTokens& tokens) {
  return {{"accessToken", tokens.access_token},
          {"refreshToken", tokens.refresh_token},
          {"expiresIn", tokens.expires_in.count()}};
}

Tokens::Tokens(store::DeviceStore& store, const auth::AccessTokens& access, auth::Nonces& nonces,
               Directory& directory, const Options& options)
    : store_(&store),
      access_(&access),
      nonces_(&nonces),
      directory_(&directory),
      clock_(options.clock),
      keep_devices_(options.keep_devices),
      refresh_lifetime_(options.refresh_token_lifetime),
      proxies_(options.proxies),
      limiter_(limiter_of(options, "refreshes",
                          {options.limits.refreshes_per_second,
                           options.limits.refreshes_per_second * kRefreshBurstSeconds})) {}

void Tokens::add_to(http::Server& server) {
  server.route("GET", "/v1/nonce", [this](http::Request) {
    return ready(
        no_store(json_ok({{"nonce", nonces_->issue()}, {"expiresIn", auth::Nonces::kLifetime.count()}})));
  });
  server.route("GET", "/.well-known/jwks.json",
               [this](http::Request) { return ready(json_ok(access_->public_keys())); });
  server.route("POST", "/v1/tokens/refresh",
               [this](http::Request request) { return ready(no_store(refresh(request))); }, {kMaxBody});
}

core::Result<DeviceTokens> Tokens::issue_access(const store::DeviceRow& device) const {
  const auto key = identity::parse_public_key(device.public_key);
  if (!key) return core::failure(key.error());
  auto access = access_->issue(device.account, device.device_id, *key, device.token_generation);
  if (!access) return core::failure(access.error());
  return DeviceTokens{device.account, std::move(*access), {}, access_->lifetime()};
}

core::Result<DeviceTokens> Tokens::issue(const store::DeviceRow& device,
                                         std::optional<core::ByteVector> predecessor) {
  auto tokens = issue_access(device);
  if (!tokens) return tokens;
  auto refresh = auth::make_refresh_token();
  const auto hash = auth::hash_refresh_token(refresh);
  const auto added =
      store_->add_refresh_token({core::ByteVector(hash.begin(), hash.end()), device.account, device.device_id,
                                 clock_() + refresh_lifetime_, std::nullopt, std::move(predecessor)});
  if (!added) return core::failure(added.error());
  if (auto kept = store_->keep_newest_of_device(device.account, device.device_id, hash, kMostOfDevice); !kept)
    return core::failure(kept.error());
  tokens->refresh_token = std::move(refresh);
  return tokens;
}

core::Result<store::DeviceRow> Tokens::device_of(const auth::Bearer& bearer) {
  if (!bearer.bound) return core::failure(AuthError::auth_invalid);
  auto device = store_->find_device(bearer.account, bearer.bound->device_id);
  if (!device) return core::failure(device.error());
  if (!*device) return core::failure(AuthError::auth_invalid, "unknown device");
  if ((*device)->revoked) return core::failure(identity::IdentityError::device_revoked);
  const auto key = identity::parse_public_key((*device)->public_key);
  if (!key || identity::key_thumbprint(*key) != bearer.bound->key_thumbprint ||
      (*device)->token_generation != bearer.bound->token_generation) {
    return core::failure(AuthError::auth_invalid, "the device's tokens were taken back");
  }
  return std::move(**device);
}

http::Response Tokens::refresh(const http::Request& request) {
  const auto from = proxies_.client_of(request.remote_address, request.headers);
  if (const auto wait = limiter_->take(from, std::chrono::steady_clock::now()))
    return rate_limited_response(*wait);
  if (!keep_devices_) return http::error_response(core::Error(SignalingError::devices_off));
  const auto body = core::parse_json_object(request.body);
  if (!body) return http::error_response(body.error());
  const auto tokens = refresh(*body);
  if (!tokens) return http::error_response(tokens.error());
  return json_ok(to_json(*tokens));
}

// The signature is checked before anything is done: who holds a token alone learns and changes nothing.
core::Result<DeviceTokens> Tokens::refresh(const json::object& body) {
  const auto text = core::get_string(body, "refreshToken");
  const auto device_id = core::get_string(body, "deviceId");
  const auto nonce = core::get_string(body, "nonce");
  const auto signature_text = core::get_string(body, "signature");
  if (!text || !device_id || !nonce || !signature_text)
    return core::failure(core::CommonError::invalid_argument);
  const auto signature = identity::parse_signature(*signature_text);
  if (!signature) return core::failure(signature.error());
  const auto token = store_->find_refresh_token(auth::hash_refresh_token(*text));
  if (!token) return core::failure(token.error());
  if (!*token || (*token)->device_id != *device_id) return invalid_token();
  const auto device = store_->find_device((*token)->account, *device_id);
  if (!device) return core::failure(device.error());
  if (!*device) return invalid_token();
  const auto key = identity::parse_public_key((*device)->public_key);
  if (!key) return core::failure(key.error());
  const auto proven = identity::verify_refresh(*key, *nonce, *device_id, *text, *signature);
  if (!proven) return core::failure(proven.error());
  if (!nonces_->redeem(*nonce)) return core::failure(identity::IdentityError::proof_invalid, "nonce");
  auto verdict = judge(**token, **device);
  if (!verdict) return core::failure(verdict.error());
  auto rotated = rotate(**token, **device);
  if (rotated || !is_unwritable(rotated.error())) return rotated;
  return keep(std::string(*text), **device, rotated.error());
}

core::Result<void> Tokens::judge(const store::RefreshTokenRow& token, const store::DeviceRow& device) {
  switch (auth::judge_refresh(token.expires_at, token.superseded_at, clock_())) {
    case auth::RefreshVerdict::expired:
      return core::failure(AuthError::auth_expired);
    case auth::RefreshVerdict::reused: {
      core::logger("signaling")
          ->warn("a refresh token of {} was used again; its tokens are taken back", device.device_id);
      const auto revoked = store_->revoke_tokens(device.account, device.device_id);
      if (!revoked) return core::failure(revoked.error());
      directory_->cut_device(device.account, device.device_id);
      return core::failure(AuthError::auth_invalid, "the refresh token was used before");
    }
    case auth::RefreshVerdict::rotate:
      break;
  }
  return {};
}

core::Result<DeviceTokens> Tokens::rotate(const store::RefreshTokenRow& token,
                                          const store::DeviceRow& device) {
  auto transaction = store_->begin();
  if (!transaction) return core::failure(transaction.error());
  // Its use proves that the device has this token: only now does the one before it end. Were that to happen
  // when this one was given out, an answer lost on the way would lock the device out.
  if (token.predecessor) {
    if (auto noted = store_->supersede_refresh_token(*token.predecessor, clock_()); !noted)
      return core::failure(noted.error());
  }
  auto tokens = issue(device, token.hash);
  if (!tokens) return tokens;
  const auto latest = auth::hash_refresh_token(tokens->refresh_token);
  if (auto kept = store_->keep_newest_successors(token.hash, latest, kMostUnused); !kept)
    return core::failure(kept.error());
  if (auto done = transaction->commit(); !done) return core::failure(done.error());
  return tokens;
}

// A full disk must not lock out who is known: its refresh token goes on as long as nothing can be written.
core::Result<DeviceTokens> Tokens::keep(std::string refresh_token, const store::DeviceRow& device,
                                        const core::Error& unwritten) {
  auto tokens = issue_access(device);
  if (!tokens) return tokens;
  if (told_kept_.due(std::chrono::steady_clock::now())) {
    core::logger("signaling")
        ->error("refresh tokens stay as they are, as no new ones can be kept: {}", unwritten.message());
  }
  tokens->refresh_token = std::move(refresh_token);
  return tokens;
}

void Tokens::clean() {
  if (const auto done = store_->delete_expired_refresh_tokens(clock_()); !done) {
    core::logger("signaling")->error("{}", done.error().message());
  }
}

}  // namespace pantheon::signaling
