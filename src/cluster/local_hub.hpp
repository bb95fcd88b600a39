#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>
#include <vector>

namespace pantheon::cluster {

namespace asio = boost::asio;

struct LocalHubOptions {
  std::chrono::milliseconds request_timeout{40'000};  ///< until another shard has answered
  std::size_t max_requests = 1024;                    ///< of one shard, that wait for answers at one time
  /// Messages that one shard has not come round to taking; further ones fail (`cluster_queue_full`). What is
  /// put into groups and dropped always arrives: there is no more of it than of sockets.
  std::size_t max_waiting = 100'000;
};

/// What the shards of one process, each with a thread of its own, share to talk to each other: LocalNode and
/// LocalGroups are a shard's ends of it. A message is handed to the event loop of the shard it is for, and no
/// lock is held by all. A group's entries are in one of many small tables, locked for as long as an entry is
/// put or dropped. Thread-safe.
class LocalHub {
 public:
  using Options = LocalHubOptions;
  /// One executor for each shard, each of one thread; these must outlive it.
  explicit LocalHub(const std::vector<asio::any_io_executor>& shards, const Options& options = {});
  std::size_t size() const;

  struct State;

 private:
  friend class LocalNode;
  friend class LocalGroups;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::cluster
