#include "cluster/nodes.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "cluster/error.hpp"
#include "cluster/socket_text.hpp"
#include "core/async_event.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "core/task_group.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;
using Clock = std::chrono::steady_clock;

/// Removes what a node shared, in one step and only if its lease has run out: a node that comes back first
/// takes a lease, then writes anew. Entries of `KEYS[2]` are `<field> <key of the hash>`.
constexpr const char* kRemoveNode = R"(
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for _, entry in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  local field, key = string.match(entry, '^(%S+) (.*)$')
  if field then redis.call('HDEL', key, field) end
end
redis.call('DEL', KEYS[2])
redis.call('SREM', KEYS[3], ARGV[1])
return 1)";

// What a lease says of its node.
constexpr const char* kWriting = "writing";  // it has joined anew, and not yet written all that it shares
constexpr const char* kWritten = "1";
constexpr std::chrono::milliseconds kLookForAwaited{500};
constexpr std::chrono::milliseconds kRetryAnswer{50};
constexpr core::Bytes kMostUnsent{64 * 1024 * 1024};  // of answers that wait for room

struct WaitingForNode {
  WaitingForNode(const asio::any_io_executor& executor, std::string asked)
      : node(std::move(asked)), answered(executor) {}
  std::string node;
  bool gone = false;
  std::optional<json::object> answer;
  core::AsyncEvent answered;
};

}  // namespace

struct Nodes::State {
  State(const asio::any_io_executor& e, RedisClient& c, Options o)
      : executor(e), client(&c), options(std::move(o)), changed(e), wake(e), tasks(e) {}

  std::string lease_key(const std::string& node) const { return options.prefix + ":node:" + node; }
  std::string channel(const std::string& node) const { return options.prefix + ":to-node:" + node; }
  std::string founding_key() const { return options.prefix + ":founding"; }
  std::string nodes_key() const { return options.prefix + ":nodes"; }

  core::Result<void> publish(const std::string& node, json::object message) const;
  void receive(core::ByteView bytes);
  void receive(const std::string& from, json::object& message);
  void set_alive(std::set<std::string> now_alive);
  void settle(std::set<std::string> now_alive, const std::set<std::string>& have_written);
  void lapse();
  void note(const core::Result<void>& renewed);
  static asio::awaitable<void> answer(State& state, std::string to, std::string id, json::object message);
  static asio::awaitable<void> publish_when_there_is_room(State& state, std::string channel,
                                                          std::string text);
  static asio::awaitable<void> run(State& state);
  static asio::awaitable<core::Result<void>> renew(State& state);
  static asio::awaitable<core::Result<void>> join(State& state, std::string lease);
  static asio::awaitable<core::Result<void>> check_founding(State& state, std::string lease);
  static asio::awaitable<core::Result<void>> refresh(State& state);
  static asio::awaitable<bool> is_gone(State& state, std::string node);

  asio::any_io_executor executor;
  RedisClient* client;
  Options options;
  std::string id = core::to_hex(core::random_bytes(8));
  std::vector<std::function<void(const std::string&)>> gone_handlers;
  std::vector<std::function<void()>> joined_handlers;
  std::vector<std::function<void(const std::string&)>> settled_handlers;
  MessageHandler message_handler = [](const std::string&, const json::object&) {};
  TextHandler text_handler = [](const SocketText&) {};
  RequestHandler request_handler;
  std::set<std::string> alive;                     // without this node
  std::map<std::string, Clock::time_point> heard;  // nodes that spoke since the last look at the leases began
  std::unordered_map<std::string, std::shared_ptr<WaitingForNode>> requests;
  std::map<std::string, Clock::time_point> awaited;  // and until when
  bool joined = false;
  bool written = false;  // all that this node shares, since it joined
  std::optional<core::Error> trouble;
  core::Bytes unsent{0};
  Clock::time_point renewed_at;
  core::AsyncEvent changed;
  core::AsyncEvent wake;
  core::TaskGroup tasks;
};

core::Result<void> Nodes::State::publish(const std::string& node, json::object message) const {
  message["node"] = id;
  const auto text = core::serialize_json(message);
  return client->publish(channel(node), core::as_bytes(text));
}

void Nodes::State::receive(core::ByteView bytes) {
  if (is_socket_text(bytes)) {
    const auto text = parse_socket_text(bytes);
    if (!text)
      return core::logger("cluster")->warn("a text of a node was ignored: {}", text.error().message());
    return text_handler(*text);
  }
  auto message = core::parse_json_object(core::as_text(bytes));
  const auto from = message ? core::get_string(*message, "node") : std::nullopt;
  if (!from) return core::logger("cluster")->warn("a malformed message of a node was ignored");
  receive(std::string(*from), *message);
}

void Nodes::State::receive(const std::string& from, json::object& message) {
  const auto* content = core::get_object(message, "message");
  if (content == nullptr)
    return core::logger("cluster")->warn("a message of a node without content was ignored");
  if (const auto answered = core::get_string(message, "answer")) {
    const auto request = requests.find(std::string(*answered));
    if (request == requests.end()) return;
    request->second->answer = *content;
    return request->second->answered.notify();
  }
  if (const auto asked = core::get_string(message, "request")) {
    if (request_handler) tasks.spawn(answer(*this, from, std::string(*asked), *content));
    return;
  }
  message_handler(from, *content);
}

asio::awaitable<void> Nodes::State::answer(State& state, std::string to, std::string id,
                                           json::object message) {
  json::object envelope;
  envelope["answer"] = id;
  envelope["message"] = co_await state.request_handler(to, message);
  envelope["node"] = state.id;
  auto text = core::serialize_json(envelope);
  auto channel = state.channel(to);
  envelope.clear();
  co_await publish_when_there_is_room(state, std::move(channel), std::move(text));
}

// Without its answer the node that asked would wait in vain, and hold a place meanwhile.
asio::awaitable<void> Nodes::State::publish_when_there_is_room(State& state, std::string channel,
                                                               std::string text) {
  const auto deadline = Clock::now() + state.options.request_timeout;
  const auto fits = [&] {
    const auto sent = state.client->publish(channel, core::as_bytes(text));
    return sent || !sent.error().is(ClusterError::queue_full);
  };
  if (fits() || state.unsent.count + text.size() > kMostUnsent.count) co_return;
  state.unsent.count += text.size();
  const std::shared_ptr<void> no_more(nullptr, [&](void*) { state.unsent.count -= text.size(); });
  while (Clock::now() < deadline) {
    const bool alive = co_await core::sleep_for(kRetryAnswer);
    if (!alive || fits()) co_return;
  }
}

void Nodes::State::set_alive(std::set<std::string> now_alive) {
  const auto before = std::exchange(alive, std::move(now_alive));
  for (const auto& node : before) {
    if (alive.contains(node)) continue;
    core::logger("cluster")->warn("node {} is gone", node);
    for (const auto& handler : gone_handlers) handler(node);
    for (const auto& [request_id, request] : requests) {
      request->gone = request->gone || request->node == node;
      request->answered.notify();
    }
  }
}

// What the first node leaves lasts as long as there are nodes.
asio::awaitable<core::Result<void>> Nodes::State::check_founding(State& state, std::string lease) {
  std::vector<std::string> leave{"SET", state.founding_key(), state.options.found(), "PX", lease, "NX"};
  const auto left = co_await state.client->command(std::move(leave));
  if (!left) co_return core::failure(left.error());
  std::vector<std::string> read{"GET", state.founding_key()};
  const auto founding = co_await state.client->command(std::move(read));
  if (!founding) co_return core::failure(founding.error());
  co_return state.options.may_join(founding->text);
}

asio::awaitable<core::Result<void>> Nodes::State::join(State& state, std::string lease) {
  const auto checked = co_await check_founding(state, lease);
  if (!checked) co_return core::failure(checked.error());
  std::vector<std::string> take{"SET", state.lease_key(state.id), kWriting, "PX", lease};
  const auto taken = co_await state.client->command(std::move(take));
  if (!taken) co_return core::failure(taken.error());
  std::vector<std::string> enter{"SADD", state.nodes_key(), state.id};
  const auto entered = co_await state.client->command(std::move(enter));
  if (!entered) co_return core::failure(entered.error());
  state.joined = true;
  state.written = false;
  // Whatever made this node join anew may make the others, and they may take a little longer.
  for (const auto& node : state.alive)
    state.awaited.insert_or_assign(node, Clock::now() + state.options.lease);
  for (const auto& handler : state.joined_handlers) handler();
  co_return core::Result<void>();
}

asio::awaitable<core::Result<void>> Nodes::State::renew(State& state) {
  const auto lease = std::to_string(state.options.lease.count());
  bool lapsed = !state.joined;
  if (!lapsed) {
    const auto* says = state.written ? kWritten : kWriting;
    std::vector<std::string> renewal{"SET", state.lease_key(state.id), says, "PX", lease, "XX"};
    const auto renewed = co_await state.client->command(std::move(renewal));
    if (!renewed) co_return core::failure(renewed.error());
    lapsed = renewed->type == RedisReply::Type::nil;
    static_cast<void>(state.client->post({"PEXPIRE", state.founding_key(), lease}));
  }
  if (lapsed) {
    const auto joined = co_await join(state, lease);
    if (!joined) co_return core::failure(joined.error());
  }
  state.renewed_at = Clock::now();
  co_return core::Result<void>();
}

asio::awaitable<core::Result<void>> Nodes::State::refresh(State& state) {
  const auto begun = Clock::now();
  std::vector<std::string> list{"SMEMBERS", state.nodes_key()};
  const auto known = co_await state.client->command(std::move(list));
  if (!known) co_return core::failure(known.error());
  std::vector<std::string> ids;
  std::vector<std::string> look_up{"MGET"};
  for (const auto& node : known->elements) {
    if (node.text == state.id) continue;
    ids.push_back(node.text);
    look_up.push_back(state.lease_key(node.text));
  }
  std::set<std::string> now_alive;
  std::set<std::string> written;
  if (!ids.empty()) {
    const auto leases = co_await state.client->command(std::move(look_up));
    if (!leases) co_return core::failure(leases.error());
    if (leases->elements.size() != ids.size()) co_return core::failure(ClusterError::bad_reply, "MGET");
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (leases->elements[i].type != RedisReply::Type::nil) {
        now_alive.insert(ids[i]);
        if (leases->elements[i].is_text(kWritten)) written.insert(ids[i]);
        continue;
      }
      const auto lease = state.lease_key(ids[i]);
      static_cast<void>(state.client->post(
          {"EVAL", kRemoveNode, "3", lease, lease + ":entries", state.nodes_key(), ids[i]}));
    }
  }
  // Who began while the answers were under way has a lease by now.
  std::erase_if(state.heard, [&](const auto& node) { return node.second < begun; });
  for (const auto& [node, at] : state.heard) now_alive.insert(node);
  if (!state.joined) co_return core::failure(ClusterError::unavailable);  // Redis may be back, and empty
  state.settle(std::move(now_alive), written);
  co_return core::Result<void>();
}

void Nodes::State::settle(std::set<std::string> now_alive, const std::set<std::string>& have_written) {
  std::vector<std::string> settled;
  for (const auto& [node, until] : awaited) {
    if (have_written.contains(node) || Clock::now() >= until) {
      settled.push_back(node);
    } else {
      now_alive.insert(node);
    }
  }
  for (const auto& node : settled) awaited.erase(node);
  set_alive(std::move(now_alive));
  for (const auto& node : settled) {
    if (!alive.contains(node)) continue;
    for (const auto& handler : settled_handlers) handler(node);
  }
}

void Nodes::State::lapse() {
  joined = false;
  awaited.clear();
  set_alive({});
}

asio::awaitable<bool> Nodes::State::is_gone(State& state, std::string node) {
  if (state.alive.contains(node)) co_return false;
  const auto refreshed = co_await refresh(state);  // it may be new
  co_return refreshed && !state.alive.contains(node);
}

void Nodes::State::note(const core::Result<void>& renewed) {
  const auto before = std::exchange(trouble, std::nullopt);
  if (!renewed) trouble = renewed.error();
  if (trouble && (!before || before->code() != trouble->code()))
    core::logger("cluster")->error("this node cannot join the others: {}", trouble->message());
  changed.notify();
}

asio::awaitable<void> Nodes::State::run(State& state) {
  for (;;) {
    bool holds = false;
    if (state.client->ready()) {
      const auto renewed = co_await renew(state);
      state.note(renewed);
      holds = renewed.has_value();
      if (holds) static_cast<void>(co_await refresh(state));
    }
    // The others think the same of this node by now.
    if (!holds && Clock::now() - state.renewed_at > state.options.lease) state.lapse();
    auto pause = state.options.lease / 4;
    if (!state.awaited.empty()) pause = std::min(pause, kLookForAwaited);
    const bool alive = co_await state.wake.wait_until(Clock::now() + pause);
    if (!alive) co_return;
  }
}

Nodes::Nodes(asio::any_io_executor executor, RedisClient& client, Options options)
    : state_(std::make_unique<State>(executor, client, std::move(options))) {
  auto* state = state_.get();
  client.subscribe(state->channel(state->id),
                   [state](std::string_view, core::ByteView message) { state->receive(message); });
  client.on_ready([state](bool) {
    state->joined = false;  // also when Redis is back: it may have forgotten everything
    state->wake.notify();
  });
}
Nodes::~Nodes() = default;

void Nodes::on_gone(std::function<void(const std::string&)> handler) {
  state_->gone_handlers.push_back(std::move(handler));
}
void Nodes::on_joined(std::function<void()> handler) {
  state_->joined_handlers.push_back(std::move(handler));
}
void Nodes::written_anew() {
  state_->written = true;
  const auto lease = std::to_string(state_->options.lease.count());
  // Where the queue has no room, renewing says it.
  static_cast<void>(
      state_->client->post({"SET", state_->lease_key(state_->id), kWritten, "PX", lease, "XX"}));
}
std::set<std::string> Nodes::awaited() const {
  std::set<std::string> nodes;
  for (const auto& [node, until] : state_->awaited) nodes.insert(node);
  return nodes;
}
void Nodes::on_settled(std::function<void(const std::string&)> handler) {
  state_->settled_handlers.push_back(std::move(handler));
}
void Nodes::on_message(MessageHandler handler) {
  state_->message_handler = std::move(handler);
}
void Nodes::on_text(TextHandler handler) {
  state_->text_handler = std::move(handler);
}
void Nodes::on_request(RequestHandler handler) {
  state_->request_handler = std::move(handler);
}

void Nodes::start() {
  state_->tasks.spawn(State::run(*state_));
}

asio::awaitable<void> Nodes::stop(std::chrono::milliseconds linger) {
  state_->gone_handlers.clear();
  state_->joined_handlers.clear();
  state_->settled_handlers.clear();
  state_->tasks.cancel();
  co_await state_->tasks.join();
  if (!state_->joined) co_return;
  state_->joined = false;
  const auto lease = state_->lease_key(state_->id);
  if (linger.count() > 0) {
    std::vector<std::string> run_out{"PEXPIRE", lease, std::to_string(linger.count())};
    static_cast<void>(co_await state_->client->command(std::move(run_out)));
    co_return;
  }
  std::vector<std::string> give_back{"DEL", lease};
  static_cast<void>(co_await state_->client->command(std::move(give_back)));
  std::vector<std::string> remove{"EVAL",    kRemoveNode, "3", lease, lease + ":entries", state_->nodes_key(),
                                  state_->id};
  static_cast<void>(co_await state_->client->command(std::move(remove)));
}

const std::string& Nodes::id() const {
  return state_->id;
}
const std::string& Nodes::prefix() const {
  return state_->options.prefix;
}
bool Nodes::joined() const {
  return state_->joined && state_->client->ready();
}
std::optional<core::Error> Nodes::trouble() const {
  if (joined()) return std::nullopt;
  if (auto of_redis = state_->client->trouble()) return of_redis;
  return state_->trouble ? state_->trouble : core::Error(ClusterError::unavailable, "it has not joined yet");
}

asio::awaitable<core::Result<void>> Nodes::wait_joined(Clock::time_point deadline) {
  while (!joined()) {
    if (state_->trouble && state_->trouble->is(ClusterError::other_cluster))
      co_return core::failure(*state_->trouble);
    if (Clock::now() >= deadline) {
      auto why = trouble();
      co_return core::failure(why ? std::move(*why) : core::Error(ClusterError::unavailable));
    }
    const bool alive = co_await state_->changed.wait_until(deadline);
    if (!alive) co_return core::failure(core::CommonError::cancelled);
  }
  co_return core::Result<void>();
}

void Nodes::heard_from(const std::string& node) {
  if (node == state_->id || !state_->joined) return;
  state_->heard[node] = Clock::now();
  state_->alive.insert(node);
}

bool Nodes::is_alive(const std::string& node) const {
  return state_->alive.contains(node);
}
std::vector<std::string> Nodes::others() const {
  return {state_->alive.begin(), state_->alive.end()};
}

asio::awaitable<core::Result<void>> Nodes::refresh() {
  return State::refresh(*state_);
}

core::Result<void> Nodes::send(const std::string& node, const json::object& message) {
  return state_->publish(node, json::object{{"message", message}});
}

core::Result<void> Nodes::send_text(const std::string& node, SocketText text) {
  return state_->client->publish(state_->channel(node), core::as_bytes(serialize_socket_text(text)));
}

asio::awaitable<core::Result<json::object>> Nodes::request(std::string node, json::object message) {
  auto* state = state_.get();
  if (state->requests.size() >= state->options.max_requests)
    co_return core::failure(ClusterError::queue_full);
  const auto id = core::random_id();
  const auto waiting = std::make_shared<WaitingForNode>(state->executor, node);
  // Forgotten also when the coroutine is cancelled.
  const std::shared_ptr<void> forget(nullptr, [state, id](void*) { state->requests.erase(id); });
  state->requests.emplace(id, waiting);
  // One that was gone before is told of no more.
  const bool gone = co_await State::is_gone(*state, node);
  if (gone) co_return core::failure(ClusterError::timeout);
  json::object envelope;
  envelope["request"] = id;
  envelope["message"] = std::move(message);
  if (auto sent = state->publish(node, std::move(envelope)); !sent) co_return core::failure(sent.error());
  const auto deadline = Clock::now() + state->options.request_timeout;
  while (!waiting->answer) {
    const bool alive = co_await waiting->answered.wait_until(deadline);
    if (waiting->answer) break;
    if (!alive) co_return core::failure(core::CommonError::cancelled);
    if (waiting->gone || Clock::now() >= deadline) co_return core::failure(ClusterError::timeout);
  }
  co_return std::move(*waiting->answer);
}

}  // namespace pantheon::cluster
