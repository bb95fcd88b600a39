#include "cluster/local_groups.hpp"

#include "cluster/local_hub_state.hpp"

namespace pantheon::cluster {

LocalGroups::LocalGroups(const LocalHub& hub, std::size_t shard, Handlers handlers)
    : state_(std::make_unique<State>(hub.state_, shard, std::move(handlers))) {
  state_->hub->inboxes.at(shard)->groups = state_.get();
}
LocalGroups::~LocalGroups() = default;

asio::awaitable<void> LocalGroups::open(std::string group, std::chrono::milliseconds) {
  if (state_->open.contains(group)) co_return;
  const auto opened = state_->hub->open(state_->shard, group);
  state_->open[group] = opened.since;
  for (const auto& entry : opened.entries) state_->handlers.put(group, *entry, true);
}

void LocalGroups::close(const std::string& group) {
  if (state_->open.erase(group) != 0) state_->hub->close(state_->shard, group);
}

std::vector<std::string> LocalGroups::open_groups() const {
  std::vector<std::string> names;
  for (const auto& [name, since] : state_->open) names.push_back(name);
  return names;
}

void LocalGroups::put(const std::string& group, const std::string& id, core::json::object value) {
  state_->hub->put(state_->shard, group, id, std::move(value));
}

void LocalGroups::drop(const std::string& group, const std::string& id) {
  state_->hub->drop(state_->shard, group, id);
}

void LocalGroups::tell(const std::string& group, core::json::object message, Delivery delivery) {
  state_->hub->tell(state_->shard, group, std::move(message), delivery);
}

asio::awaitable<void> LocalGroups::stop() {
  state_->hub->inboxes.at(state_->shard)->groups = nullptr;
  for (const auto& group : open_groups()) close(group);
  co_return;
}

}  // namespace pantheon::cluster
