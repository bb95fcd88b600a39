#include "signaling/shard_group.hpp"

#include <algorithm>

#include "auth/nonces.hpp"
#include "core/random.hpp"
#include "core/run_on.hpp"
#include "http/url.hpp"
#include "http/websocket_handshake.hpp"

namespace pantheon::signaling {
namespace {

namespace json = core::json;

constexpr std::size_t kMaxUsedNonces = 1'000'000;  // of the last minute
constexpr std::size_t kGeneration1Shard = 0;
constexpr std::string_view kMarks = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

template <class T>
boost::asio::awaitable<T> ask(const std::function<T()>* what) {
  co_return (*what)();
}

void add_up(json::value& sum, const json::value& more) {
  if (sum.is_object() && more.is_object()) {
    for (const auto& [name, value] : more.get_object()) {
      auto& entry = sum.get_object()[name];
      if (entry.is_null()) {
        entry = value;
      } else {
        add_up(entry, value);
      }
    }
  } else if (sum.is_number() && more.is_number()) {
    sum = sum.to_number<std::int64_t>() + more.to_number<std::int64_t>();
  }
}

/// Counts are those of all; the state of the cluster is that of the shard which is worst off.
json::object health_of_all(std::vector<json::object> parts) {
  json::object all;
  json::object cluster;
  for (auto& part : parts) {
    if (const auto* state = core::get_object(part, "cluster")) {
      if (cluster.empty() || !core::get_bool(*state, "ready").value_or(false)) cluster = *state;
      part.erase("cluster");
    }
    json::value sum = std::move(all);
    add_up(sum, part);
    all = std::move(sum.get_object());
  }
  if (!cluster.empty()) all["cluster"] = std::move(cluster);
  return all;
}

}  // namespace

ShardGroup::ShardGroup(std::vector<boost::asio::any_io_executor> shards,
                       const cluster::LocalHubOptions& options)
    : executors_(std::move(shards)),
      reporters_(executors_.size()),
      hub_(executors_, options),
      nonce_key_(core::random_bytes(auth::Nonces::kKeySize)) {}

std::shared_ptr<AddressLimiter> ShardGroup::limiter(const std::string& name, const Rate& rate) {
  const std::scoped_lock lock(mutex_);
  auto& limiter = limiters_[name];
  if (!limiter) limiter = std::make_shared<AddressLimiter>(rate);
  return limiter;
}

bool ShardGroup::use_nonce(std::string_view nonce, core::WallTime expires_at, core::WallTime now) {
  const std::scoped_lock lock(mutex_);
  while (!used_nonces_.empty() && used_nonces_.begin()->first < now) used_nonces_.erase(used_nonces_.begin());
  if (used_nonces_.size() >= kMaxUsedNonces) return false;
  return used_nonces_.emplace(expires_at, std::string(nonce)).second;
}

char ShardGroup::sid_mark(std::size_t shard) {
  return kMarks.at(shard);
}

// Generation 1 lives on one shard: its requests are answered by whoever else of it is there.
std::optional<std::size_t> ShardGroup::home_of(const http::Request& request) const {
  if (request.path == "/socket.io/") {
    const auto sid = http::query_parameter(request.query, "sid");
    if (!sid || sid->empty()) return std::nullopt;
    const auto shard = kMarks.find(sid->front());
    return shard < size() ? std::optional(shard) : std::nullopt;
  }
  if (http::wants_websocket(request) || request.path.starts_with("/api/v1/peers/")) return kGeneration1Shard;
  return std::nullopt;
}

void ShardGroup::set_reporter(std::size_t shard, Reporter reporter) {
  reporters_.at(shard) = std::move(reporter);
}

template <class T>
boost::asio::awaitable<std::vector<T>> ShardGroup::ask_all(ShardGroup& self,
                                                           std::function<T()> Reporter::*what) {
  std::vector<T> answers;
  for (std::size_t i = 0; i < self.size(); ++i) {
    auto answer = co_await core::run_on(self.executors_[i], ask(&(self.reporters_[i].*what)));
    if (!answer) break;  // cancelled
    answers.push_back(std::move(*answer));
  }
  co_return answers;
}

boost::asio::awaitable<json::object> ShardGroup::health(ShardGroup& self) {
  auto parts = co_await ask_all(self, &Reporter::health);
  auto all = health_of_all(std::move(parts));
  all["roomCount"] = self.census_->accounts();  // an account may be on several shards
  all["shards"] = self.size();
  co_return all;
}

boost::asio::awaitable<std::vector<std::string>> ShardGroup::obstacles(ShardGroup& self) {
  auto parts = co_await ask_all(self, &Reporter::obstacles);
  std::vector<std::string> all;
  for (auto& part : parts) {
    for (auto& obstacle : part) {
      if (std::ranges::find(all, obstacle) == all.end()) all.push_back(std::move(obstacle));
    }
  }
  co_return all;
}

boost::asio::awaitable<std::string> ShardGroup::metrics(ShardGroup& self) {
  const auto parts = co_await ask_all(self, &Reporter::metrics);
  co_return Metrics::text_of(parts);
}

std::shared_ptr<AddressLimiter> limiter_of(const Options& options, const std::string& name,
                                           const Rate& rate) {
  if (options.shards) return options.shards->limiter(name, rate);
  return std::make_shared<AddressLimiter>(rate);
}

}  // namespace pantheon::signaling
