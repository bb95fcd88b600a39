#pragma once

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

/// What an operator sees: `GET /ready` and `GET /metrics`.
class Monitoring {
 public:
  /// Says why the server should get no new clients, or nothing.
  using Check = std::function<std::optional<std::string>()>;

  /// Without a token /metrics is for requests of this machine that came through no proxy.
  Monitoring(store::DeviceStore& store, std::string metrics_token);
  void add_to(http::Server& server);

  Metrics& metrics() { return metrics_; }
  /// Before the server listens.
  void add_check(Check check) { checks_.push_back(std::move(check)); }
  void begin_draining() { draining_ = true; }
  bool draining() const { return draining_; }
  /// Why it is not ready; none when it is.
  std::vector<std::string> obstacles();

 private:
  http::Response ready_response();
  http::Response metrics_response(const http::Request& request) const;
  core::Result<void> may_read_metrics(const http::Request& request) const;
  std::optional<std::string> check_database();

  store::DeviceStore* store_;
  std::string metrics_token_;
  Metrics metrics_;
  std::vector<Check> checks_;
  bool draining_ = false;
  std::optional<std::string> database_obstacle_;
  core::SteadyTime next_database_check_;
};

}  // namespace pantheon::signaling
