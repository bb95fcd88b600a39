#include "cluster/roster.hpp"

#include <algorithm>
#include <map>

#include "cluster/roster_view.hpp"
#include "cluster/roster_writer.hpp"
#include "core/async_event.hpp"
#include "core/log.hpp"
#include "core/task_group.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;
using Clock = std::chrono::steady_clock;
constexpr std::size_t kMaxEntries =
    16 * 1024;  // of other nodes, in one group: more than any limit of sockets
constexpr std::chrono::milliseconds kRetry{500};

struct Group {
  explicit Group(const asio::any_io_executor& executor) : known(executor) {}
  RosterView view;
  core::AsyncEvent known;
  bool is_known = false;  // read at least once since Redis was last ready
  bool reading = false;
};

/// An entry from `{ version, value }`; nothing when it is malformed.
std::optional<RosterEntry> entry_of(std::string node, std::string id, const json::object& content) {
  const auto version = core::get_integer(content, "version");
  const auto* value = core::get_object(content, "value");
  if (!version || *version < 0 || value == nullptr || node.empty() || id.empty()) return std::nullopt;
  return RosterEntry{std::move(node), std::move(id), static_cast<std::uint64_t>(*version), *value};
}

std::optional<RosterEntry> entry_of(const std::string& field, const std::string& text) {
  const auto slash = field.find('/');
  auto content = core::parse_json_object(text);
  if (slash == std::string::npos || !content) return std::nullopt;
  return entry_of(field.substr(0, slash), field.substr(slash + 1), *content);
}

}  // namespace

struct Roster::State {
  State(const asio::any_io_executor& e, RedisClient& c, Nodes& n, Handlers h)
      : executor(e), client(&c), nodes(&n), handlers(std::move(h)), own(e, c, n), tasks(e) {}

  void receive(const std::string& group, core::ByteView bytes);
  void receive_put(const std::string& group, Group& in, RosterEntry entry, bool found);
  void node_gone(const std::string& node);
  void node_settled(const std::string& node);
  void joined();
  void read_anew();
  void start_reading(const std::string& name);
  void apply(const std::string& name, RosterView::Difference difference);
  std::shared_ptr<Group> find(const std::string& name) const {
    const auto found = groups.find(name);
    return found == groups.end() ? nullptr : found->second;
  }
  static asio::awaitable<void> read(State& state, std::string name);
  static asio::awaitable<core::Result<std::vector<RosterEntry>>> read_entries(State& state, std::string name);

  asio::any_io_executor executor;
  RedisClient* client;
  Nodes* nodes;
  Handlers handlers;
  std::map<std::string, std::shared_ptr<Group>> groups;
  RosterWriter own;
  core::TaskGroup tasks;
};

void Roster::State::receive(const std::string& group, core::ByteView bytes) {
  const auto in = find(group);
  auto message = core::parse_json_object(core::as_text(bytes));
  std::string node;
  if (message) node = core::get_string(*message, "node").value_or("");
  if (!in || node == nodes->id()) return;
  if (node.empty()) return core::logger("cluster")->warn("a malformed message about a group was ignored");
  if (const auto id = core::get_string(*message, "put")) {
    const auto* content = core::get_object(*message, "content");
    auto entry = content == nullptr ? std::nullopt : entry_of(node, std::string(*id), *content);
    // What was told when it came has not reached this node, if that is how it comes to know the entry.
    const bool found =
        core::get_bool(*message, "again").value_or(false) ||
        (core::get_bool(*message, "changed").value_or(false) && !in->view.has(node, std::string(*id)));
    nodes->heard_from(node);
    if (entry) receive_put(group, *in, std::move(*entry), found);
    return;
  }
  if (const auto id = core::get_string(*message, "drop")) {
    const auto at = core::get_integer(*message, "version").value_or(0);
    const auto dropped =
        in->view.drop(node, std::string(*id), static_cast<std::uint64_t>(std::max<std::int64_t>(at, 0)));
    if (dropped) handlers.drop(group, *dropped);
    return;
  }
  if (const auto* told = core::get_object(*message, "tell")) handlers.tell(group, *told);
}

void Roster::State::receive_put(const std::string& group, Group& in, RosterEntry entry, bool found) {
  if (in.view.entries().size() >= kMaxEntries) return;
  if (const auto* changed = in.view.put(std::move(entry))) {
    const auto copy = *changed;
    handlers.put(group, copy, found);
  }
}

void Roster::State::node_gone(const std::string& node) {
  for (const auto& [name, group] : std::map(groups)) {
    for (const auto& entry : group->view.drop_node(node)) handlers.drop(name, entry);
  }
}

void Roster::State::node_settled(const std::string& node) {
  for (const auto& [name, group] : std::map(groups)) {
    for (const auto& entry : group->view.settle(node)) handlers.drop(name, entry);
  }
}

// Redis may have forgotten everything, and this node may have missed anything. Everybody writes before
// reading: so less is missed of what the others have not written yet.
void Roster::State::joined() {
  for (const auto& [name, group] : groups) group->is_known = false;
  own.write_anew([this] {
    nodes->written_anew();
    read_anew();
  });
}

void Roster::State::read_anew() {
  for (const auto& [name, group] : groups) start_reading(name);
}

void Roster::State::start_reading(const std::string& name) {
  const auto group = find(name);
  if (!group || std::exchange(group->reading, true)) return;
  tasks.spawn(read(*this, name));
}

asio::awaitable<core::Result<std::vector<RosterEntry>>> Roster::State::read_entries(State& state,
                                                                                    std::string name) {
  auto listening = co_await state.client->wait_subscribed(state.own.key_of(name));
  if (!listening) co_return core::failure(listening.error());
  if (const auto group = state.find(name)) group->view.begin_reading();
  std::vector<std::string> command{"HGETALL", state.own.key_of(name)};
  const auto reply = co_await state.client->command(std::move(command));
  if (!reply) co_return core::failure(reply.error());
  std::vector<RosterEntry> entries;
  bool strangers = false;
  for (std::size_t i = 0; i + 1 < reply->elements.size() && entries.size() < kMaxEntries; i += 2) {
    auto entry = entry_of(reply->elements[i].text, reply->elements[i + 1].text);
    if (!entry || entry->node == state.nodes->id()) continue;
    strangers = strangers || !state.nodes->is_alive(entry->node);
    entries.push_back(std::move(*entry));
  }
  if (strangers) static_cast<void>(co_await state.nodes->refresh());
  std::erase_if(entries, [&](const RosterEntry& entry) { return !state.nodes->is_alive(entry.node); });
  co_return entries;
}

asio::awaitable<void> Roster::State::read(State& state, std::string name) {
  for (;;) {
    auto entries = co_await read_entries(state, name);
    const auto group = state.find(name);
    if (!group) co_return;
    if (!state.nodes->joined()) {
      group->reading = false;  // joined() begins anew
      co_return;
    }
    if (entries) {
      group->reading = false;
      group->is_known = true;
      state.apply(name, group->view.end_reading(std::move(*entries), state.nodes->awaited()));
      group->known.notify();
      co_return;
    }
    const bool alive = co_await core::sleep_for(kRetry);
    if (!alive) co_return;
  }
}

void Roster::State::apply(const std::string& name, RosterView::Difference difference) {
  for (const auto& entry : difference.put) handlers.put(name, entry, true);
  for (const auto& entry : difference.dropped) handlers.drop(name, entry);
}

Roster::Roster(asio::any_io_executor executor, RedisClient& client, Nodes& nodes, Handlers handlers)
    : state_(std::make_unique<State>(executor, client, nodes, std::move(handlers))) {
  auto* state = state_.get();
  nodes.on_gone([state](const std::string& node) { state->node_gone(node); });
  nodes.on_settled([state](const std::string& node) { state->node_settled(node); });
  nodes.on_joined([state] { state->joined(); });
}
Roster::~Roster() = default;

asio::awaitable<void> Roster::open(std::string group, std::chrono::milliseconds patience) {
  auto* state = state_.get();
  auto& entry = state->groups[group];
  if (!entry) {
    entry = std::make_shared<Group>(state->executor);
    state->client->subscribe(
        state->own.key_of(group),
        [state, group](std::string_view, core::ByteView message) { state->receive(group, message); });
    if (state->nodes->joined()) state->start_reading(group);
  }
  const auto opened = entry;
  const auto deadline = Clock::now() + patience;
  while (!opened->is_known && state->nodes->joined() && Clock::now() < deadline) {
    const bool alive = co_await opened->known.wait_until(deadline);
    if (!alive) co_return;
  }
}

void Roster::close(const std::string& group) {
  if (state_->groups.erase(group) != 0) state_->client->unsubscribe(state_->own.key_of(group));
}

bool Roster::is_open(const std::string& group) const {
  return state_->groups.contains(group);
}

std::vector<std::string> Roster::open_groups() const {
  std::vector<std::string> names;
  for (const auto& [name, group] : state_->groups) names.push_back(name);
  return names;
}

const std::vector<RosterEntry>& Roster::others(const std::string& group) const {
  static const std::vector<RosterEntry> kNone;
  const auto found = state_->groups.find(group);
  return found == state_->groups.end() ? kNone : found->second->view.entries();
}

void Roster::put(const std::string& group, const std::string& id, json::object value) {
  state_->own.put(group, id, std::move(value));
}

void Roster::drop(const std::string& group, const std::string& id) {
  state_->own.drop(group, id);
}

void Roster::tell_of(const std::string& group, const std::string& id, json::object message) {
  if (!state_->own.has_yet_to_write(group, id)) tell(group, std::move(message), Delivery::may_be_lost);
}

void Roster::tell(const std::string& group, json::object message, Delivery delivery) {
  json::object told{{"tell", std::move(message)}};
  if (delivery != Delivery::may_be_lost) return state_->own.say(group, std::move(told), delivery);
  static_cast<void>(state_->own.publish(group, std::move(told)));
}

asio::awaitable<void> Roster::stop() {
  co_await state_->own.stop();
  state_->tasks.cancel();
  co_await state_->tasks.join();
}

}  // namespace pantheon::cluster
