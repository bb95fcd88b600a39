#pragma once

#include <memory>

#include "cluster/groups.hpp"
#include "cluster/local_hub.hpp"

namespace pantheon::cluster {

/// One shard's end of the groups of a LocalHub. What is there already is known when open() returns, without
/// waiting.
class LocalGroups final : public Groups {
 public:
  /// Make it before the shard's thread runs, one for each shard.
  LocalGroups(const LocalHub& hub, std::size_t shard, Handlers handlers);
  ~LocalGroups() override;
  LocalGroups(const LocalGroups&) = delete;
  LocalGroups& operator=(const LocalGroups&) = delete;

  asio::awaitable<void> open(std::string group, std::chrono::milliseconds patience) override;
  void close(const std::string& group) override;
  std::vector<std::string> open_groups() const override;
  void put(const std::string& group, const std::string& id, core::json::object value) override;
  void drop(const std::string& group, const std::string& id) override;
  void tell(const std::string& group, core::json::object message, Delivery delivery) override;
  asio::awaitable<void> stop() override;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace pantheon::cluster
