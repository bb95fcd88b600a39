#include "signaling/draining.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "core/task_group.hpp"
#include "http/server.hpp"
#include "http/websocket_handshake.hpp"
#include "signaling/error.hpp"
#include "signaling/http_support.hpp"

namespace pantheon::signaling {
namespace {

constexpr std::chrono::milliseconds kBatchPause{100};
constexpr std::size_t kSmallestBatch = 10;

}  // namespace

void Draining::add_to(http::Server& server) {
  server.before([monitoring = monitoring_](const http::Request& request) -> std::optional<http::Response> {
    if (!monitoring->draining()) return std::nullopt;
    const bool is_generation1 = request.path != kSocketIoPath && http::wants_websocket(request);
    if (!is_generation1 && !opens_session(request)) return std::nullopt;
    auto response = http::error_response(core::Error(SignalingError::draining));
    response.headers.set("Retry-After", "1");
    return response;
  });
}

boost::asio::awaitable<void> Draining::run(Draining& self, std::chrono::milliseconds spread) {
  self.monitoring_->begin_draining();
  const auto total = self.connections();
  core::logger("signaling")->info("draining {} connections within {} ms", total, spread.count());
  self.sockets_->of("/").select({}).local().emit("server-draining",
                                                 {core::json::object{{"withinMs", spread.count()}}});
  const auto batches = static_cast<std::size_t>(std::max<std::int64_t>(1, spread / kBatchPause));
  const auto batch = std::max(kSmallestBatch, (total + batches - 1) / batches);
  while (self.close_some(batch) > 0) {
    const bool awake = co_await core::sleep_for(kBatchPause);
    if (!awake) co_return;
  }
}

// Of both kinds in each batch, so that none of them waits for the end and comes as one storm.
std::size_t Draining::close_some(std::size_t count) {
  const auto all = connections();
  const auto of_legacy = all == 0 ? 0 : (count * legacy_->connections() + all - 1) / all;
  const auto closed = legacy_->close_some(of_legacy);
  return closed + sockets_->close_some(count - std::min(count, closed));
}

}  // namespace pantheon::signaling
