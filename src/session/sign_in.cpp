#include "session/sign_in.hpp"

#include <chrono>
#include <memory>
#include <optional>

#include "core/async_event.hpp"
#include "identity/hello_proof.hpp"
#include "session/error.hpp"
#include "session/json_post.hpp"
#include "session/server_error.hpp"
#include "socketio/client.hpp"

namespace pantheon::session {
namespace {

constexpr std::chrono::seconds kAskPatience{15};

/// What the short sign-in of ask_account() brought.
struct Asked {
  explicit Asked(const asio::any_io_executor& executor) : changed(executor) {}
  core::AsyncEvent changed;
  std::optional<std::string> account;
  std::optional<core::Error> error;
};

void listen(socketio::Client& client, const std::shared_ptr<Asked>& asked) {
  client.on("server-info", [asked](const socketio::Event& event) {
    const auto* info = event.args.empty() ? nullptr : event.args.front().if_object();
    asked->account = info == nullptr ? "" : core::get_string(*info, "account").value_or("");
    asked->changed.notify();
  });
  client.on_connect_error([asked](const core::json::object& refusal) {
    asked->error = connect_error(refusal);
    asked->changed.notify();
  });
}

core::json::array caps_of(const SignInDevice& device) {
  core::json::array caps{"link"};
  if (device.serves_relayed) caps.emplace_back("legacy");
  if (device.renews) caps.emplace_back("renew");
  return caps;
}

}  // namespace

asio::awaitable<core::Result<core::json::object>> sign_in(http::Client& http, SignInDevice device,
                                                          identity::DeviceKey key, Credentials credentials) {
  const auto nonce = co_await ask_nonce(http, device.server_url);
  if (!nonce) co_return core::failure(nonce.error());
  const auto& secret = credentials.token.empty() ? credentials.auth_key : credentials.token;
  const auto proof = identity::sign_hello(key, *nonce, device.device_id, secret);
  core::json::object auth{
      {"clientType", "native"},
      {"deviceId", device.device_id},
      {"instance", device.instance},
      {"name", device.name},
      {"platform", device.platform},
      {"publicKey", identity::to_text(key.public_key())},
      {"proof", core::json::object{{"nonce", *nonce}, {"signature", identity::to_text(proof)}}},
      {"caps", caps_of(device)},
  };
  auth[credentials.token.empty() ? "authKey" : "token"] = secret;
  co_return auth;
}

bool token_is_over(const core::json::object& refusal) {
  const auto* data = core::get_object(refusal, "data");
  const auto code = data == nullptr ? std::nullopt : core::get_string(*data, "code");
  return code == "auth_expired" || code == "auth_invalid";
}

std::optional<std::chrono::milliseconds> asked_to_wait(const core::json::object& refusal) {
  const auto* data = core::get_object(refusal, "data");
  const auto asked = data == nullptr ? std::chrono::milliseconds(0) : wait_named(*data);
  if (asked.count() == 0) return std::nullopt;
  return asked;
}

core::Error connect_error(const core::json::object& refusal) {
  const auto* data = core::get_object(refusal, "data");
  const std::string code(data == nullptr ? "" : core::get_string(*data, "code").value_or(""));
  const std::string message(core::get_string(refusal, "message").value_or(""));
  const bool about_us = code.starts_with("auth_") || code.starts_with("proof_") || code == "device_revoked" ||
                        code == "not_signed_in" || code == "token_refused" || code == "key_changed";
  if (about_us) return {SessionError::token_refused, message};
  if (auto named = error_named(code, message)) return *std::move(named);
  return {SessionError::no_sign_in, message};
}

asio::awaitable<core::Result<std::string>> ask_account(asio::any_io_executor executor, SignInDevice device,
                                                       identity::DeviceKey key, Credentials credentials) {
  // Shared with the sign-in, which may still be under way when this coroutine is cancelled.
  const auto http = std::make_shared<http::Client>(executor);
  socketio::ClientOptions options;
  options.url = device.server_url;
  options.reconnect = false;
  socketio::Client client(executor, std::move(options), [http, device, key, credentials] {
    return sign_in(*http, device, key, credentials);
  });
  const auto asked = std::make_shared<Asked>(executor);
  listen(client, asked);
  client.start();
  const auto deadline = std::chrono::steady_clock::now() + kAskPatience;
  bool alive = true;
  while (alive && !asked->account && !asked->error && std::chrono::steady_clock::now() < deadline) {
    alive = co_await asked->changed.wait_until(deadline);
  }
  co_await client.stop();
  if (asked->account && !asked->account->empty()) co_return *asked->account;
  if (asked->error) co_return core::failure(*asked->error);
  co_return core::failure(core::CommonError::timeout, "the signaling server did not answer");
}

}  // namespace pantheon::session
