#include "session/relayed_requests.hpp"

#include <map>
#include <memory>

#include "core/json_depth.hpp"
#include "core/log.hpp"
#include "http/deadline.hpp"
#include "session/error.hpp"
#include "session/json_handler.hpp"
#include "socketio/event.hpp"

namespace pantheon::session {
namespace {

namespace json = core::json;

constexpr std::size_t kMostRelayedAtOnce = 8;
constexpr std::size_t kLongestRelayedId = 128;

json::object failure_of(const core::Error& error) {
  return {{"success", false}, {"error", error.message()}, {"code", error.code()}};
}

json::object answer_of(core::Result<json::value> result) {
  if (!result) return failure_of(result.error());
  json::object answer{{"success", true}, {"data", std::move(*result)}};
  // In its packet it is one level deeper, and what the server cannot read ends the connection.
  const bool readable = !core::is_deeper(answer, core::kMaxJsonDepth - 1);
  if (!readable || core::serialize_json(answer).size() > RelayedRequests::kMaxAnswer.count)
    return failure_of(core::Error(core::CommonError::too_large, "answer"));
  return answer;
}

}  // namespace

struct RelayedRequests::State {
  JsonRequestHandler handler;
  std::chrono::milliseconds patience{};
  std::map<std::uint64_t, core::Task> running;
  std::uint64_t next = 0;
  bool logged = false;

  void cancel(std::uint64_t id) {
    if (const auto found = running.find(id); found != running.end()) found->second.cancel();
  }
};

namespace {

/// Counts a request as running as long as it is served, however that ends.
template <class State>
class Running {
 public:
  Running(std::shared_ptr<State> state, std::uint64_t id) : state_(std::move(state)), id_(id) {
    state_->running[id_] = {};
  }
  ~Running() { state_->running.erase(id_); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

 private:
  std::shared_ptr<State> state_;
  std::uint64_t id_;
};

template <class State>
asio::awaitable<void> serve(std::shared_ptr<State> state, RelayedRequest request, socketio::Event event,
                            std::uint64_t id, std::unique_ptr<Running<State>> running) {
  const auto executor = co_await asio::this_coro::executor;
  http::Deadline deadline(executor, [&state, id] { state->cancel(id); });
  deadline.arm(state->patience);
  auto result = co_await ask_handler(state->handler, std::move(request.type), std::move(request.data),
                                     std::move(request.from));
  running.reset();  // an acknowledgement may end the connection, and that cancels what is still running
  event.ack({answer_of(std::move(result))});
}

}  // namespace

core::Result<RelayedRequest> parse_relayed_request(json::object object) {
  RelayedRequest request;
  request.from.device_id = core::get_string(object, "fromUserId").value_or("");
  request.from.socket_id = core::get_string(object, "fromSocketId").value_or("");
  auto* data = object.if_contains("data");
  const bool well_formed =
      !request.from.device_id.empty() && request.from.device_id.size() <= kLongestRelayedId &&
      request.from.socket_id.size() <= kLongestRelayedId && data != nullptr && data->is_object();
  if (!well_formed) return core::failure(SessionError::bad_json_message);
  request.from.name = request.from.device_id;
  auto& content = data->get_object();
  request.type = core::get_string(content, "type").value_or("chat").substr(0, kLongestRelayedId);
  content.erase("type");
  // A chat request stands there itself, or as the data of a request of generation 2.
  auto* inner = content.if_contains("data");
  request.data = inner != nullptr && inner->is_object() ? std::move(*inner) : json::value(std::move(content));
  return request;
}

RelayedRequests::RelayedRequests(core::TaskGroup& tasks, JsonRequestHandler handler,
                                 const identity::KeyBook& book, std::chrono::milliseconds patience)
    : tasks_(&tasks),
      book_(&book),
      state_(std::make_shared<State>(State{std::move(handler), patience, {}, 0, false})) {}

bool RelayedRequests::enabled() const {
  return state_->handler && !book_->demands_proof("");  // of somebody unknown
}

void RelayedRequests::answer(const socketio::Event& event) {
  const auto* object = event.args.empty() ? nullptr : event.args.front().if_object();
  auto request = parse_relayed_request(object == nullptr ? json::object() : *object);
  if (!request) return event.ack({failure_of(request.error())});
  if (!enabled() || book_->demands_proof(request->from.device_id))
    return event.ack({failure_of(core::Error(SessionError::pinned_peer_over_json))});
  if (state_->running.size() >= kMostRelayedAtOnce)
    return event.ack({failure_of(core::Error(SessionError::too_many_requests))});
  if (!std::exchange(state_->logged, true)) {
    core::logger("session")->warn(
        "an older client uses this host through the signaling server, which could read its requests and our "
        "answers; update that client, or start with --no-legacy-relay to refuse it");
  }
  const auto id = state_->next++;
  auto running = std::make_unique<Running<State>>(state_, id);
  auto task = tasks_->spawn(serve(state_, std::move(*request), event, id, std::move(running)));
  if (const auto found = state_->running.find(id); found != state_->running.end())
    found->second = std::move(task);
}

void RelayedRequests::cancel() {
  const auto running = state_->running;
  for (const auto& [id, task] : running) task.cancel();
}

}  // namespace pantheon::session
