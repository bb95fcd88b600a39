#include "session/insist.hpp"

#include <algorithm>
#include <chrono>

#include "core/async_event.hpp"

namespace pantheon::session {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kAnswerPatience{10s};
constexpr milliseconds kFirstWait{500};
constexpr milliseconds kShortestWait{100};
constexpr milliseconds kLongestWait{1min};

const core::json::object* object_of(const core::Result<core::json::array>& ack) {
  return !ack || ack->empty() ? nullptr : ack->front().if_object();
}

bool knows_no_such_event(const core::Result<core::json::array>& ack) {
  const auto* object = object_of(ack);
  return object != nullptr && core::get_string(*object, "code") == "unknown_event";
}

}  // namespace

core::Result<core::json::object> acknowledged(const core::Result<core::json::array>& ack) {
  if (!ack) return core::failure(ack.error());
  const auto* object = object_of(ack);
  if (object == nullptr) return core::failure(core::CommonError::invalid_json, "empty acknowledgement");
  if (core::get_bool(*object, "ok") == true) return *object;
  const core::Error refused(
      core::CommonError::unavailable,
      std::string(core::get_string(*object, "message").value_or("refused by the server")));
  const milliseconds after(core::get_integer(*object, "retryAfterMs").value_or(0));
  return core::failure(refused.with_retry_after(std::clamp(after, milliseconds(0), kLongestWait)));
}

boost::asio::awaitable<core::Result<core::json::object>> insist(
    socketio::Client& signaling, std::string event, std::function<bool()> wanted,
    std::function<core::json::array()> arguments) {
  for (auto wait = kFirstWait; wanted(); wait = std::min(2 * wait, kLongestWait)) {
    core::json::array said;
    if (arguments) said = arguments();
    const auto ack = co_await signaling.request(event, std::move(said), kAnswerPatience);
    auto answer = acknowledged(ack);
    if (answer || knows_no_such_event(ack)) co_return std::move(answer);
    const auto asked = answer.error().retry_after();
    const bool alive = co_await core::sleep_for(asked > 0ms ? std::max(asked, kShortestWait) : wait);
    if (!alive) break;
  }
  co_return core::failure(core::CommonError::cancelled);
}

}  // namespace pantheon::session
