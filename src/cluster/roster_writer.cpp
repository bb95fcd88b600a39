#include "cluster/roster_writer.hpp"

#include <optional>

#include "cluster/error.hpp"
#include "core/mark.hpp"

namespace pantheon::cluster {
namespace {

namespace json = core::json;

// Of what is written later, so much at a time: a small part of what the queue to Redis holds.
constexpr std::size_t kEntriesAtATime = 500;
constexpr core::Bytes kBytesAtATime{1024 * 1024};
constexpr std::chrono::milliseconds kUntilThereIsRoom{50};
// Messages that wait for room; more are lost, as all are while Redis is away.
constexpr std::size_t kMostUnsaid = 10'000;
constexpr std::size_t kMostUnsaidThatArrive = 20'000;  // with those

}  // namespace

RosterWriter::RosterWriter(const asio::any_io_executor& executor, RedisClient& client, Nodes& nodes)
    : client_(&client), nodes_(&nodes), tasks_(executor) {}

void RosterWriter::put(const std::string& group, const std::string& id, json::object value) {
  const auto [place, is_new] = own_[group].try_emplace(id);
  auto& entry = place->second;
  entry = {++version_, std::move(value)};
  if (!nodes_->joined()) return;  // write_anew() writes everything
  const Key key(group, id);
  const auto waiting = unwritten_.find(key);
  auto occasion = is_new ? Occasion::first : Occasion::changed;
  if (waiting != unwritten_.end()) occasion = waiting->second;
  if (write(key, entry, occasion)) {
    if (waiting != unwritten_.end()) unwritten_.erase(waiting);
    return;
  }
  // What else this node says of it meanwhile may be lost, so the others take it for found.
  unwritten_[key] = Occasion::again;
  start();
}

void RosterWriter::drop(const std::string& group, const std::string& id) {
  const auto entries = own_.find(group);
  if (entries == own_.end() || entries->second.erase(id) == 0) return;
  if (entries->second.empty()) own_.erase(entries);
  ++version_;
  const Key key(group, id);
  unwritten_.erase(key);
  if (!nodes_->joined()) return;
  // Not before the entry that goes on as this one: what is dropped with nothing left is seen to leave.
  if (unwritten_.empty() && remove(key)) return;
  leftovers_ = true;
  start();
}

void RosterWriter::write_anew(std::function<void()> written) {
  for (const auto& [group, entries] : own_) {
    for (const auto& [id, entry] : entries) unwritten_[{group, id}] = Occasion::again;
  }
  leftovers_ = true;
  written_ = std::move(written);
  start();
}

void RosterWriter::say(const std::string& group, json::object message, Groups::Delivery delivery) {
  if (!nodes_->joined() || (unsaid_.empty() && publish(group, message))) return;
  const auto most = delivery == Groups::Delivery::arrives ? kMostUnsaidThatArrive : kMostUnsaid;
  if (unsaid_.size() < most) unsaid_.emplace_back(group, std::move(message));
  start();
}

core::Result<void> RosterWriter::publish(const std::string& group, json::object message) const {
  message["node"] = nodes_->id();
  const auto text = core::serialize_json(message);
  return client_->publish(key_of(group), core::as_bytes(text));
}

const RosterWriter::Entry* RosterWriter::find(const Key& key) const {
  const auto entries = own_.find(key.first);
  if (entries == own_.end()) return nullptr;
  const auto entry = entries->second.find(key.second);
  return entry == entries->second.end() ? nullptr : &entry->second;
}

// The set of entries first: what it names can always be removed again. How many bytes it was, about.
core::Result<std::size_t> RosterWriter::write(const Key& key, const Entry& entry, Occasion occasion) const {
  const auto& [group, id] = key;
  const auto hash = key_of(group);
  const json::object content{{"version", entry.version}, {"value", entry.value}};
  auto text = core::serialize_json(content);
  const auto size = 2 * text.size();
  if (auto listed = client_->post({"SADD", entries_key(), field(id) + " " + hash}); !listed)
    return core::failure(listed.error());
  if (auto set = client_->post({"HSET", hash, field(id), std::move(text)}); !set)
    return core::failure(set.error());
  auto told = publish(group, {{"put", id},
                              {"content", content},
                              {"again", occasion == Occasion::again},
                              {"changed", occasion == Occasion::changed}});
  if (!told) return core::failure(told.error());
  return size;
}

// The set of entries last: of what has not got so far it still knows.
core::Result<void> RosterWriter::remove(const Key& key) const {
  const auto& [group, id] = key;
  const auto hash = key_of(group);
  if (auto removed = client_->post({"HDEL", hash, field(id)}); !removed) return removed;
  if (auto told = publish(group, {{"drop", id}, {"version", version_}}); !told) return told;
  return client_->post({"SREM", entries_key(), field(id) + " " + hash});
}

core::Result<void> RosterWriter::say_some() {
  for (std::size_t n = 0; n < kEntriesAtATime && !unsaid_.empty(); ++n) {
    const auto& [group, message] = unsaid_.front();
    if (auto said = publish(group, message); !said) return said;
    unsaid_.pop_front();
  }
  return {};
}

core::Result<void> RosterWriter::write_some() {
  if (auto said = say_some(); !said) return said;
  core::Bytes size{0};
  for (std::size_t n = 0; n < kEntriesAtATime && size < kBytesAtATime && !unwritten_.empty(); ++n) {
    const auto& [key, occasion] = *unwritten_.begin();
    if (const auto* entry = find(key)) {
      const auto written = write(key, *entry, occasion);
      if (!written) return core::failure(written.error());
      size.count += *written;
    }
    unwritten_.erase(unwritten_.begin());
  }
  return {};
}

// `<node>/<id> <key of the hash>`
core::Result<void> RosterWriter::remove_if_dropped(std::string_view listed) const {
  const auto before_id = field("");
  const auto before_group = " " + group_prefix();
  const auto middle = listed.find(before_group);
  if (!listed.starts_with(before_id) || middle == std::string_view::npos) return {};
  const Key key(listed.substr(middle + before_group.size()),
                listed.substr(before_id.size(), middle - before_id.size()));
  if (find(key) != nullptr) return {};
  return remove(key);
}

asio::awaitable<core::Result<void>> RosterWriter::remove_leftovers(RosterWriter& self) {
  std::string cursor = "0";
  do {
    std::vector<std::string> scan{"SSCAN", self.entries_key(), cursor, "COUNT",
                                  std::to_string(kEntriesAtATime)};
    const auto found = co_await self.client_->command(std::move(scan));
    if (!found) co_return core::failure(found.error());
    if (found->elements.size() != 2) co_return core::failure(ClusterError::bad_reply, "SSCAN");
    cursor = found->elements[0].text;
    for (const auto& listed : found->elements[1].elements) {
      if (auto removed = self.remove_if_dropped(listed.text); !removed) co_return removed;
    }
  } while (cursor != "0");
  co_return core::Result<void>();
}

void RosterWriter::start() {
  if (!running_) tasks_.spawn(run(*this));
}

asio::awaitable<void> RosterWriter::run(RosterWriter& self) {
  const core::Mark mark(self.running_);
  while (self.nodes_->joined()) {
    auto done = self.write_some();
    if (done && self.unsaid_.empty() && self.unwritten_.empty()) {
      if (const auto written = std::exchange(self.written_, nullptr)) written();
      if (!std::exchange(self.leftovers_, false)) co_return;
      done = co_await remove_leftovers(self);
      if (!done) self.leftovers_ = true;
    }
    // The answer comes after those to everything before: then the queue is empty again.
    std::vector<std::string> ping{"PING"};
    const auto answered = co_await self.client_->command(std::move(ping));
    if (done && answered) continue;
    const bool alive = co_await core::sleep_for(kUntilThereIsRoom);
    if (!alive) co_return;
  }
}

asio::awaitable<void> RosterWriter::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace pantheon::cluster
