#include "engineio/probe.hpp"

#include <boost/asio/this_coro.hpp>

#include "http/deadline.hpp"

namespace pantheon::engineio {
namespace {

constexpr std::string_view kProbe = "probe";
// A poll that comes in between and has nothing to bring is let go after this time.
constexpr std::chrono::milliseconds kReleaseInterval{100};

}  // namespace

asio::awaitable<bool> probe(std::shared_ptr<PollingTransport> polling, std::shared_ptr<Transport> candidate,
                            std::chrono::milliseconds timeout, std::shared_ptr<core::TaskGroup> tasks) {
  const auto executor = co_await asio::this_coro::executor;
  http::Deadline patience(executor, [candidate, tasks] { close_in_background(*tasks, candidate); });
  patience.arm(timeout);
  std::optional<http::Deadline> release;
  release.emplace(executor, [&release, polling] {
    polling->release_poll();
    release->arm(kReleaseInterval);
  });
  for (;;) {
    const auto packet = co_await candidate->receive();
    if (!packet || patience.expired()) co_return false;
    if (packet->type != PacketType::ping || packet->data != kProbe) {
      co_return packet->type == PacketType::upgrade;
    }
    Outbox pong;
    pong.push(encode_frame({PacketType::pong, std::string(kProbe), false}));
    const auto sent = co_await candidate->send(pong);
    if (!sent) co_return false;
    polling->release_poll();
    release->arm(kReleaseInterval);
  }
}

}  // namespace pantheon::engineio
