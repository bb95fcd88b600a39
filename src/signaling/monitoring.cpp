#include "signaling/monitoring.hpp"

#include "auth/error.hpp"
#include "core/bytes.hpp"
#include "core/log.hpp"
#include "http/address.hpp"
#include "http/server.hpp"
#include "http/url.hpp"
#include "signaling/http_support.hpp"
#include "signaling/shard_group.hpp"

namespace pantheon::signaling {
namespace {

constexpr std::string_view kBearer = "Bearer ";
// Whoever asks more often gets the same answer: asking costs a write.
constexpr std::chrono::seconds kDatabasePause{1};

/// Of this machine, and through no proxy on it that serves others.
bool is_direct_and_local(const http::Request& request) {
  const bool local = http::unmapped(request.remote_address).is_loopback();
  for (const auto* name : {"X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"}) {
    if (request.headers.get(name)) return false;
  }
  return local && http::is_loopback(request.headers.get("Host").value_or(""));
}

}  // namespace

Monitoring::Monitoring(store::DeviceStore& store, std::string metrics_token)
    : store_(&store), metrics_token_(std::move(metrics_token)) {}

void Monitoring::add_to(http::Server& server) {
  server.route("GET", "/ready", [this](http::Request) { return ready_route(*this); });
  server.route("GET", "/metrics",
               [this](http::Request request) { return metrics_route(*this, std::move(request)); });
  server.after([this](const http::Request&, http::Response& response) {
    metrics_.add(Count::http_responses, std::to_string(response.status));
    if (response.status == 429) metrics_.add(Count::rate_limited, "requests");
  });
}

std::optional<std::string> Monitoring::check_database() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_database_check_) return database_obstacle_;
  next_database_check_ = now + kDatabasePause;
  const auto written = store_->check_writable(core::wall_now());
  if (!written && !database_reads_only_)
    core::logger("signaling")->error("the database takes nothing new: {}", written.error().message());
  database_reads_only_ = !written;
  // On a full disk known devices still come in, and all nodes that share it would be as full: a proxy would
  // have none left to choose.
  const bool is_read = written || store_->has_devices();
  database_obstacle_ =
      is_read ? std::nullopt : std::optional("database: " + std::string(written.error().code()));
  return database_obstacle_;
}

std::vector<std::string> Monitoring::obstacles() {
  std::vector<std::string> found;
  if (draining_) found.emplace_back("draining");
  if (auto obstacle = check_database()) found.push_back(std::move(*obstacle));
  for (const auto& check : checks_) {
    if (auto obstacle = check()) found.push_back(std::move(*obstacle));
  }
  return found;
}

boost::asio::awaitable<http::Response> Monitoring::ready_route(Monitoring& self) {
  std::vector<std::string> found;
  if (self.shards_ == nullptr) {
    found = self.obstacles();
  } else {
    found = co_await ShardGroup::obstacles(*self.shards_);
  }
  if (found.empty()) co_return no_store(json_ok({{"status", "ready"}}));
  const core::json::object body{{"status", "unavailable"},
                                {"reasons", core::json::array(found.begin(), found.end())}};
  co_return no_store(http::json_response(503, core::serialize_json(body)));
}

core::Result<void> Monitoring::may_read_metrics(const http::Request& request) const {
  if (metrics_token_.empty()) {
    if (is_direct_and_local(request)) return {};
    return core::failure(auth::AuthError::auth_required, "set metrics-token to read metrics from elsewhere");
  }
  const auto header = request.headers.get("Authorization").value_or("");
  if (!header.starts_with(kBearer)) return core::failure(auth::AuthError::auth_required);
  if (!core::equal_constant_time(header.substr(kBearer.size()), metrics_token_))
    return core::failure(auth::AuthError::auth_invalid);
  return {};
}

boost::asio::awaitable<http::Response> Monitoring::metrics_route(const Monitoring& self,
                                                                 http::Request request) {
  if (const auto allowed = self.may_read_metrics(request); !allowed)
    co_return no_store(http::error_response(allowed.error()));
  std::string text;
  if (self.shards_ == nullptr) {
    text = self.metrics_.text();
  } else {
    text = co_await ShardGroup::metrics(*self.shards_);
  }
  http::Response response{
      200, {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}}, std::move(text)};
  co_return no_store(std::move(response));
}

}  // namespace pantheon::signaling
