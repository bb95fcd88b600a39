#include "link/workload.hpp"

#include "core/task_group.hpp"
#include "link/token_event.hpp"

namespace pantheon::bench {
namespace {

using namespace std::chrono_literals;

constexpr const char* kChat = "/v1/chat/completions";
// Opening more streams a second than this is paced by the link, and that is not what is measured.
constexpr auto kPause = 25ms;

std::string order(unsigned tokens, double rate, bool spread) {
  return core::serialize_json(core::json::object{{"model", "paced"},
                                                 {"stream", true},
                                                 {"messages", core::json::array{}},
                                                 {"max_tokens", tokens},
                                                 {"rate", rate},
                                                 {"spread", spread}});
}

struct TokenTally {
  Samples delays;
  unsigned failed = 0;
  std::string error;
};

asio::awaitable<void> read_stream(Source& source, TokenLoad load, TokenTally& tally) {
  auto reader = std::make_shared<TokenReader>();
  // Named, not written into the call: GCC 12 destroys captures of such a temporary twice.
  Source::OnBytes on_bytes = [reader, &tally](core::ByteView bytes) {
    reader->read(bytes, [&tally](std::int64_t emitted) {
      tally.delays.add(std::chrono::nanoseconds(steady_now_ns() - emitted));
    });
  };
  const auto done = co_await source.ask(kChat, order(load.tokens, load.rate, true), std::move(on_bytes));
  if (done) co_return;
  ++tally.failed;
  tally.error = done.error().message();
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

asio::awaitable<core::json::object> measure_tokens(Source& source, TokenLoad load) {
  Source::OnBytes ignore = [](core::ByteView) {};
  const auto warm = co_await source.ask(kChat, order(1, load.rate, false), std::move(ignore));
  if (!warm) co_return core::json::object{{"error", warm.error().message()}};
  TokenTally tally;
  core::TaskGroup tasks(co_await asio::this_coro::executor);
  const auto own_before = own_cpu_time();
  const auto watched_before = cpu_time_of(load.watched_pid);
  for (unsigned i = 0; i < load.streams; ++i) tasks.spawn(read_stream(source, load, tally));
  co_await tasks.join();
  const auto watched_after = cpu_time_of(load.watched_pid);
  core::json::object result{{"tokens", tally.delays.size()},
                            {"failed", tally.failed},
                            {"delay_ms", tally.delays.summary()},
                            {"client_cpu_s", seconds(own_cpu_time() - own_before)}};
  if (!tally.error.empty()) result["error"] = tally.error;
  if (watched_before && watched_after) result["watched_cpu_s"] = seconds(*watched_after - *watched_before);
  co_return result;
}

asio::awaitable<core::json::object> measure_first_token(Source& source, unsigned count) {
  Samples times;
  for (unsigned i = 0; i < count; ++i) {
    const auto begin = Clock::now();
    bool first = true;
    Source::OnBytes on_bytes = [&](core::ByteView) {
      if (std::exchange(first, false) && i > 0) times.add(Clock::now() - begin);  // the very first connects
    };
    const auto done = co_await source.ask(kChat, order(1, 100, false), std::move(on_bytes));
    if (!done) co_return core::json::object{{"error", done.error().message()}};
    (void)co_await core::sleep_for(kPause);
  }
  co_return core::json::object{{"first_token_ms", times.summary()}};
}

asio::awaitable<core::json::object> measure_bulk(Source& source, std::string path, std::string body) {
  std::uint64_t bytes = 0;
  std::optional<Clock::time_point> first;
  Clock::time_point last;
  Source::OnBytes on_bytes = [&](core::ByteView piece) {
    if (!first) first = Clock::now();
    bytes += piece.size();
    last = Clock::now();
  };
  const auto done = co_await source.ask(std::move(path), std::move(body), std::move(on_bytes));
  if (!done || !first) {
    co_return core::json::object{{"error", done ? std::string("empty") : done.error().message()}};
  }
  const auto time = std::chrono::duration<double>(last - *first).count();
  co_return core::json::object{{"mib_per_second", static_cast<double>(bytes) / 1048576 / time}};
}

asio::awaitable<core::json::object> measure_connects(Device& device, std::string to, unsigned count) {
  Samples times;
  const auto id = co_await device.find(std::move(to));
  for (unsigned i = 0; i < count; ++i) {
    const auto begin = Clock::now();
    auto link = co_await device.connect(id);
    if (!link) co_return core::json::object{{"error", link.error().message()}};
    times.add(Clock::now() - begin);
    co_await device.disconnect(**link);
    (void)co_await core::sleep_for(kPause);
  }
  co_return core::json::object{{"connect_ms", times.summary()}};
}

}  // namespace pantheon::bench
