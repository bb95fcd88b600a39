#include "cluster/local_node.hpp"

#include "cluster/error.hpp"
#include "cluster/local_hub_state.hpp"
#include "core/async_event.hpp"
#include "core/task_group.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;
using Clock = std::chrono::steady_clock;

struct WaitingForShard {
  explicit WaitingForShard(const asio::any_io_executor& executor) : answered(executor) {}
  std::optional<json::object> answer;
  core::AsyncEvent answered;
};

}  // namespace

struct LocalNode::State {
  State(std::shared_ptr<LocalHub::State> h, std::size_t s)
      : hub(std::move(h)), shard(s), executor(hub->inboxes.at(s)->executor), tasks(executor) {}

  void asked(std::size_t from, std::uint64_t number, json::object message);
  void answered(std::uint64_t number, json::object message);
  static asio::awaitable<void> answer(State& state, std::size_t to, std::uint64_t number,
                                      json::object message);

  std::shared_ptr<LocalHub::State> hub;
  std::size_t shard;
  asio::any_io_executor executor;
  MessageHandler message_handler = [](const std::string&, const json::object&) {};
  TextHandler text_handler = [](const SocketText&) {};
  RequestHandler request_handler;
  std::uint64_t last_request = 0;
  std::unordered_map<std::uint64_t, std::shared_ptr<WaitingForShard>> requests;
  core::TaskGroup tasks;
};

void LocalNode::State::asked(std::size_t from, std::uint64_t number, json::object message) {
  if (request_handler) tasks.spawn(answer(*this, from, number, std::move(message)));
}

asio::awaitable<void> LocalNode::State::answer(State& state, std::size_t to, std::uint64_t number,
                                               json::object message) {
  auto answer = co_await state.request_handler(state.hub->inboxes.at(to)->id, std::move(message));
  state.hub->post_always(to, [number, answer = std::move(answer)](LocalHub::State::Inbox& inbox) {
    if (inbox.node != nullptr) inbox.node->answered(number, answer);
  });
}

void LocalNode::State::answered(std::uint64_t number, json::object message) {
  const auto request = requests.find(number);
  if (request == requests.end()) return;  // too late
  request->second->answer = std::move(message);
  request->second->answered.notify();
}

LocalNode::LocalNode(const LocalHub& hub, std::size_t shard)
    : state_(std::make_unique<State>(hub.state_, shard)) {
  state_->hub->inboxes.at(shard)->node = state_.get();
}
LocalNode::~LocalNode() = default;

const std::string& LocalNode::id() const {
  return state_->hub->inboxes.at(state_->shard)->id;
}
void LocalNode::on_message(MessageHandler handler) {
  state_->message_handler = std::move(handler);
}
void LocalNode::on_text(TextHandler handler) {
  state_->text_handler = std::move(handler);
}
void LocalNode::on_request(RequestHandler handler) {
  state_->request_handler = std::move(handler);
}

core::Result<void> LocalNode::send(const std::string& node, const json::object& message) {
  const auto to = state_->hub->find(node);
  if (!to) return core::failure(ClusterError::unavailable, "no such shard");
  const auto& from = id();
  const bool taken = state_->hub->post(*to, [&from, message](LocalHub::State::Inbox& inbox) {
    if (inbox.node != nullptr) inbox.node->message_handler(from, message);
  });
  if (!taken) return core::failure(ClusterError::queue_full);
  return {};
}

core::Result<void> LocalNode::send_text(const std::string& node, SocketText text) {
  const auto to = state_->hub->find(node);
  if (!to) return core::failure(ClusterError::unavailable, "no such shard");
  const auto shared = std::make_shared<const SocketText>(std::move(text));
  const bool taken = state_->hub->post(*to, [shared](LocalHub::State::Inbox& inbox) {
    if (inbox.node != nullptr) inbox.node->text_handler(*shared);
  });
  if (!taken) return core::failure(ClusterError::queue_full);
  return {};
}

asio::awaitable<core::Result<json::object>> LocalNode::request(std::string node, json::object message) {
  auto* state = state_.get();
  const auto to = state->hub->find(node);
  if (!to) co_return core::failure(ClusterError::unavailable, "no such shard");
  if (state->requests.size() >= state->hub->options.max_requests)
    co_return core::failure(ClusterError::queue_full);
  const auto number = ++state->last_request;
  const auto waiting = std::make_shared<WaitingForShard>(state->executor);
  // Forgotten also when the coroutine is cancelled.
  const std::shared_ptr<void> forget(nullptr, [state, number](void*) { state->requests.erase(number); });
  state->requests.emplace(number, waiting);
  LocalHub::State::Work ask = [from = state->shard, number, message = std::move(message)](auto& inbox) {
    if (inbox.node != nullptr) inbox.node->asked(from, number, message);
  };
  if (!state->hub->post(*to, std::move(ask))) co_return core::failure(ClusterError::queue_full);
  const auto deadline = Clock::now() + state->hub->options.request_timeout;
  while (!waiting->answer) {
    const bool alive = co_await waiting->answered.wait_until(deadline);
    if (waiting->answer) break;
    if (!alive) co_return core::failure(core::CommonError::cancelled);
    if (Clock::now() >= deadline) co_return core::failure(ClusterError::timeout);
  }
  co_return std::move(*waiting->answer);
}

asio::awaitable<void> LocalNode::stop() {
  state_->tasks.cancel();
  co_await state_->tasks.join();
  state_->hub->inboxes.at(state_->shard)->node = nullptr;
}

}  // namespace pantheon::cluster
