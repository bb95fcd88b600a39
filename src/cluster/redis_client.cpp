#include "cluster/redis_client.hpp"

#include <unordered_map>

#include "cluster/error.hpp"
#include "core/async_event.hpp"
#include "core/log.hpp"

namespace pantheon::cluster {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kNamesPerCommand = 500;

/// The channels, or the patterns, that are listened to.
class Subscriptions {
 public:
  /// `prefix` is "" or "p", as in the names of the commands.
  Subscriptions(RedisLink& link, std::string prefix) : link_(&link), prefix_(std::move(prefix)) {}

  void add(const std::string& name, RedisClient::MessageHandler handler) {
    const auto [entry, is_new] =
        handlers_.insert_or_assign(name, std::make_shared<RedisClient::MessageHandler>(std::move(handler)));
    static_cast<void>(entry);
    if (is_new && link_->post({prefix_ + "subscribe", name})) ++unconfirmed_[name];
  }

  void remove(const std::string& name) {
    if (handlers_.erase(name) != 0) static_cast<void>(link_->post({prefix_ + "unsubscribe", name}));
  }

  /// After the connection was made anew.
  void restore() {
    unconfirmed_.clear();
    std::vector<std::string> command{prefix_ + "subscribe"};
    for (const auto& [name, handler] : handlers_) {
      command.push_back(name);
      if (command.size() > kNamesPerCommand) send(command);
    }
    send(command);
  }

  void forget_confirmations() { unconfirmed_.clear(); }

  /// Takes a confirmation or a message; false when it is neither.
  bool receive(const RedisReply& push) {
    const auto& parts = push.elements;
    if (parts.size() < 3) return false;
    if (parts[0].is_text(prefix_ + "subscribe")) {
      const auto entry = unconfirmed_.find(parts[1].text);
      if (entry != unconfirmed_.end() && --entry->second == 0) unconfirmed_.erase(entry);
      return true;
    }
    if (!parts[0].is_text(prefix_ + "message")) return false;
    // Of a message: name, payload; of a pattern's: pattern, channel, payload.
    const auto entry = handlers_.find(parts[1].text);
    if (entry == handlers_.end()) return true;
    const auto handler = entry->second;
    const auto& channel = parts[parts.size() - 2].text;
    (*handler)(channel, core::as_bytes(parts.back().text));
    return true;
  }

  bool has(const std::string& name) const { return handlers_.contains(name); }
  bool confirmed(const std::string& name) const { return has(name) && !unconfirmed_.contains(name); }
  bool all_confirmed() const { return unconfirmed_.empty(); }

 private:
  void send(std::vector<std::string>& command) {
    if (command.size() > 1 && link_->post(command)) {
      for (auto name = command.begin() + 1; name != command.end(); ++name) ++unconfirmed_[*name];
    }
    command.resize(1);
  }

  RedisLink* link_;
  std::string prefix_;
  std::unordered_map<std::string, std::shared_ptr<RedisClient::MessageHandler>> handlers_;
  std::unordered_map<std::string, int> unconfirmed_;  // by how many answers are still to come
};

}  // namespace

struct RedisClient::State {
  State(const asio::any_io_executor& executor, const RedisUrl& url, const Options& given)
      : options(given),
        commands(executor, url, RedisLink::Use::commands, given),
        listener(executor, url, RedisLink::Use::subscriptions, given),
        channels(listener, ""),
        patterns(listener, "p"),
        changed(executor) {}

  void listener_changed(bool up);
  void receive(const RedisReply& push);
  void update();

  Options options;
  RedisLink commands;
  RedisLink listener;
  Subscriptions channels;
  Subscriptions patterns;
  core::AsyncEvent changed;
  std::vector<std::function<void(bool)>> handlers;
  bool restored = false;  // every subscription was confirmed since the listener is connected
  bool ready = false;
};

void RedisClient::State::listener_changed(bool up) {
  restored = false;
  if (up) {
    channels.restore();
    patterns.restore();
    restored = channels.all_confirmed() && patterns.all_confirmed();
  } else {
    channels.forget_confirmations();
    patterns.forget_confirmations();
  }
  update();
}

void RedisClient::State::receive(const RedisReply& push) {
  try {
    if (!channels.receive(push)) patterns.receive(push);
  } catch (const std::exception& error) {
    core::logger("cluster")->error("a message could not be handled: {}", error.what());
  }
  restored = restored || (channels.all_confirmed() && patterns.all_confirmed());
  update();
}

void RedisClient::State::update() {
  const bool now_ready = commands.up() && listener.up() && restored;
  changed.notify();
  if (now_ready == ready) return;
  ready = now_ready;
  core::logger("cluster")->info(ready ? "Redis is ready" : "Redis is away; local traffic goes on");
  for (const auto& handler : handlers) handler(ready);
}

RedisClient::RedisClient(asio::any_io_executor executor, const RedisUrl& url, const Options& options)
    : state_(std::make_unique<State>(executor, url, options)) {
  auto* state = state_.get();
  state->commands.on_change([state](bool) { state->update(); });
  state->listener.on_change([state](bool up) { state->listener_changed(up); });
  state->listener.on_push([state](const RedisReply& push) { state->receive(push); });
}
RedisClient::~RedisClient() = default;

void RedisClient::on_ready(std::function<void(bool)> handler) {
  state_->handlers.push_back(std::move(handler));
}

void RedisClient::start() {
  state_->commands.start();
  state_->listener.start();
}

asio::awaitable<void> RedisClient::stop() {
  state_->handlers.clear();
  co_await state_->listener.stop();
  co_await state_->commands.stop();
}

bool RedisClient::ready() const {
  return state_->ready;
}

asio::awaitable<bool> RedisClient::wait_ready(Clock::time_point deadline) {
  while (!state_->ready && Clock::now() < deadline) {
    const bool alive = co_await state_->changed.wait_until(deadline);
    if (!alive) co_return false;
  }
  co_return state_->ready;
}

std::optional<core::Error> RedisClient::trouble() const {
  if (state_->ready) return std::nullopt;
  if (const auto& trouble = state_->commands.trouble()) return trouble;
  if (const auto& trouble = state_->listener.trouble()) return trouble;
  return core::Error(ClusterError::unavailable, "it has not answered yet");
}

asio::awaitable<core::Result<RedisReply>> RedisClient::command(std::vector<std::string> arguments) {
  return state_->commands.command(std::move(arguments));
}

core::Result<void> RedisClient::post(const std::vector<std::string>& arguments) {
  return state_->commands.post(arguments);
}

core::Result<void> RedisClient::publish(const std::string& channel, core::ByteView message) {
  if (!state_->ready) return core::failure(ClusterError::unavailable);
  return state_->commands.post({"PUBLISH", channel, std::string(core::as_text(message))});
}

void RedisClient::subscribe(const std::string& channel, MessageHandler handler) {
  state_->channels.add(channel, std::move(handler));
}
void RedisClient::unsubscribe(const std::string& channel) {
  state_->channels.remove(channel);
  state_->changed.notify();
}
void RedisClient::subscribe_pattern(const std::string& pattern, MessageHandler handler) {
  state_->patterns.add(pattern, std::move(handler));
}
void RedisClient::unsubscribe_pattern(const std::string& pattern) {
  state_->patterns.remove(pattern);
}

asio::awaitable<core::Result<void>> RedisClient::wait_subscribed(std::string channel) {
  const auto deadline = Clock::now() + state_->options.command_timeout;
  while (state_->channels.has(channel) && !(state_->ready && state_->channels.confirmed(channel))) {
    if (Clock::now() >= deadline) co_return core::failure(ClusterError::timeout);
    const bool alive = co_await state_->changed.wait_until(deadline);
    if (!alive) co_return core::failure(core::CommonError::cancelled);
  }
  if (!state_->channels.has(channel)) co_return core::failure(ClusterError::unavailable);
  co_return core::Result<void>();
}

}  // namespace pantheon::cluster
