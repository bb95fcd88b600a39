#include "session/token_renewal.hpp"

#include <chrono>
#include <utility>

#include "core/caught.hpp"
#include "core/log.hpp"
#include "core/mark.hpp"

namespace pantheon::session {
namespace {

constexpr std::chrono::seconds kRenewalPatience{10};

/// Empty when the server took the token, else why not.
std::string refusal_of(const core::Result<core::json::array>& answer) {
  if (!answer) return answer.error().message();
  const auto* object = answer->empty() ? nullptr : answer->front().if_object();
  if (object != nullptr && core::get_bool(*object, "ok") == true) return {};
  const auto message = object == nullptr ? std::nullopt : core::get_string(*object, "message");
  return std::string(message.value_or("the server does not say why"));
}

}  // namespace

TokenRenewal::TokenRenewal(core::TaskGroup& tasks, socketio::Client& signaling,
                           CredentialsProvider credentials, Introduce introduce,
                           std::chrono::milliseconds again_after)
    : tasks_(&tasks),
      signaling_(&signaling),
      credentials_(std::move(credentials)),
      introduce_(std::move(introduce)),
      again_after_(again_after) {}

asio::awaitable<core::Result<core::json::object>> TokenRenewal::sign_in() {
  auto chosen = co_await credentials_();
  if (!chosen) co_return core::failure(chosen.error());
  in_use_ = chosen->token;
  co_return co_await introduce_(std::move(*chosen));
}

void TokenRenewal::asked() {
  asked_of_ = signaling_->id();
  if (!std::exchange(running_, true)) tasks_->spawn(renew(*this));
}

// Whoever writes the newer token may be late; the session ends with the old one.
asio::awaitable<void> TokenRenewal::renew(TokenRenewal& self) {
  const core::Mark running(self.running_);
  const std::function<asio::awaitable<core::Result<bool>>()> once = [&self] { return self.renew_once(); };
  while (self.signaling_->connected() && self.signaling_->id() == self.asked_of_) {
    const auto renewed = co_await core::caught(once, "session", "a renewal of the token");
    if (renewed && *renewed) co_return;
    const bool alive = co_await core::sleep_for(self.again_after_);
    if (!alive) co_return;
  }
}

// Whether the server has taken a newer one.
asio::awaitable<core::Result<bool>> TokenRenewal::renew_once() {
  auto chosen = co_await credentials_();
  if (!chosen || chosen->token == in_use_) co_return false;
  std::string token = chosen->token;
  auto auth = co_await introduce_(std::move(*chosen));
  if (!auth) co_return false;
  core::json::object payload{{"token", token}};
  payload["proof"] = std::move((*auth)["proof"]);
  core::json::array arguments;
  arguments.push_back(std::move(payload));
  const auto answer = co_await signaling_->request("auth-renew", std::move(arguments), kRenewalPatience);
  const auto refusal = refusal_of(answer);
  if (!refusal.empty()) {
    core::logger("session")->warn("a newer token was not taken: {}", refusal);
    co_return false;
  }
  in_use_ = std::move(token);
  co_return true;
}

}  // namespace pantheon::session
