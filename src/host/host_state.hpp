#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/fair_queue.hpp"
#include "host/host.hpp"

namespace pantheon::host {

/// What the coroutines of a host share. Of this part alone.
struct HostState : std::enable_shared_from_this<HostState> {
  HostState(asio::any_io_executor host_executor, engine::EngineClient& engine_client,
            engine::Catalogue& model_catalogue, HostOptions given);

  /// The models that a peer with these rules may see and use; they live as long as the snapshot.
  ModelRefs visible(const engine::Snapshot& snapshot, const PeerRules& rules) const;
  FairQueue& queue_of(const engine::EngineInfo& engine);
  void emit(const HostEvent& event) const;
  void tell_change() const;
  /// Compares with the snapshot before, and tells which engines came and went.
  void take_snapshot(engine::SnapshotPtr next);

  asio::any_io_executor executor;
  engine::EngineClient& client;
  engine::Catalogue& catalogue;
  HostOptions options;
  SpoolBudget spool;
  Statistics statistics;
  std::map<std::string, FairQueue> queues;  ///< by engine id
  engine::SnapshotPtr last_snapshot;
  std::vector<HostEventHandler> event_handlers;
  std::vector<Host::ChangeHandler> change_handlers;
  std::uint64_t last_number = 0;
};
using HostStatePtr = std::shared_ptr<HostState>;

/// Accounts for one request from its place in the queue to its end: a request that is dropped, by an
/// exception or a cancelled coroutine, counts as cancelled.
class RequestRecord {
 public:
  RequestRecord(HostStatePtr state, const session::PeerIdentity& peer, std::string model,
                core::Bytes received);
  ~RequestRecord();
  RequestRecord(const RequestRecord&) = delete;
  RequestRecord& operator=(const RequestRecord&) = delete;

  void failed(const core::Error& error);
  void served() { outcome_ = Outcome::served; }
  void sent(core::ByteView bytes) {
    sent_.count += bytes.size();
    tokens_.feed(core::as_text(bytes));
  }

 private:
  HostStatePtr state_;
  std::uint64_t number_;
  std::string device_;
  std::string device_name_;
  std::string model_;
  core::Bytes received_;
  core::Bytes sent_;
  TokenCounter tokens_;
  Outcome outcome_ = Outcome::cancelled;
  std::string error_code_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace pantheon::host
