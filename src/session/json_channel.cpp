#include "session/json_channel.hpp"

#include <map>

#include "core/log.hpp"
#include "rtc/error.hpp"
#include "session/error.hpp"
#include "session/json_handler.hpp"
#include "session/json_messages.hpp"

namespace pantheon::session {
namespace {

constexpr std::size_t kMostAtOnce = 8;

}  // namespace

struct JsonChannel::State {
  JsonRequestHandler handler;
  PeerIdentity peer;
  SendText send;
  std::map<std::uint64_t, core::Task> running;
  std::uint64_t next = 0;

  core::Result<void> answer(std::string_view text) {
    if (!send) return {};
    auto sent = send(text);
    if (!sent) core::logger("session")->info("answer not sent: {}", sent.error().code());
    return sent;
  }
  void refuse(std::string_view request_id, const core::Error& error) {
    (void)answer(json_error_message(request_id, error));
  }
};

namespace {

/// The place of a request among those that are served, however it ends.
template <class State>
struct Place {
  Place(State& s, std::uint64_t n) : state(s), id(n) {}
  ~Place() { state.running.erase(id); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  State& state;
  std::uint64_t id;
};

// Passed as parameters, not captured: the coroutine outlives the call that starts it.
template <class State>
asio::awaitable<void> serve_request(std::shared_ptr<State> state, JsonRequest request, std::uint64_t id) {
  const Place place(*state, id);
  const auto answer =
      co_await ask_handler(state->handler, std::move(request.type), std::move(request.data), state->peer);
  if (!answer) co_return state->refuse(request.request_id, answer.error());
  const auto sent = state->answer(json_response_message(request.request_id, *answer));
  if (!sent && sent.error().is(rtc::RtcError::message_too_large))
    state->refuse(request.request_id, core::Error(SessionError::answer_too_large));
}

}  // namespace

JsonChannel::JsonChannel(core::TaskGroup& tasks, JsonRequestHandler handler, PeerIdentity peer, SendText send)
    : tasks_(tasks),
      state_(std::make_shared<State>(State{std::move(handler), std::move(peer), std::move(send), {}, 0})) {}

JsonChannel::~JsonChannel() {
  state_->send = {};
  const auto running = std::move(state_->running);
  for (const auto& [id, task] : running) task.cancel();
}

void JsonChannel::receive(std::string_view message) {
  auto request = parse_json_request(message);
  if (!request) return state_->refuse("", request.error());
  if (state_->running.size() >= kMostAtOnce) {
    return state_->refuse(request->request_id, core::Error(SessionError::too_many_requests));
  }
  const auto id = state_->next++;
  state_->running[id] = {};
  auto task = tasks_.spawn(serve_request(state_, std::move(*request), id));
  if (const auto found = state_->running.find(id); found != state_->running.end())
    found->second = std::move(task);
}

void JsonChannel::push_models(const core::json::array& models) {
  (void)state_->answer(json_models_message(models));
}

}  // namespace pantheon::session
