#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "http/message.hpp"
#include "signaling/metrics.hpp"
#include "store/device_store.hpp"

namespace pantheon::http {
class Server;
}

namespace pantheon::signaling {

class ShardGroup;

/// What an operator sees: `GET /ready` and `GET /metrics`.
class Monitoring {
 public:
  /// Says why the server should get no new clients, or nothing.
  using Check = std::function<std::optional<std::string>()>;

  /// Without a token /metrics is for requests of this machine that came through no proxy.
  Monitoring(store::DeviceStore& store, std::string metrics_token);
  /// Answers for all shards of a group, which must outlive this. Call before add_to().
  void answer_for(ShardGroup* shards) { shards_ = shards; }
  void add_to(http::Server& server);

  Metrics& metrics() { return metrics_; }
  /// Before the server listens.
  void add_check(Check check) { checks_.push_back(std::move(check)); }
  void begin_draining() { draining_ = true; }
  bool draining() const { return draining_; }
  /// Why it is not ready; none when it is.
  std::vector<std::string> obstacles();

 private:
  static boost::asio::awaitable<http::Response> ready_route(Monitoring& self);
  static boost::asio::awaitable<http::Response> metrics_route(const Monitoring& self, http::Request request);
  core::Result<void> may_read_metrics(const http::Request& request) const;
  std::optional<std::string> check_database();

  store::DeviceStore* store_;
  ShardGroup* shards_ = nullptr;
  std::string metrics_token_;
  Metrics metrics_;
  std::vector<Check> checks_;
  bool draining_ = false;
  std::optional<std::string> database_obstacle_;
  bool database_reads_only_ = false;
  core::SteadyTime next_database_check_;
};

}  // namespace pantheon::signaling
