// Bare libdatachannel between two processes on loopback, to compare with: prints one line of JSON.
//
// bare_channel bulk --bytes N          64 KiB messages, as fast as they are taken
// bare_channel paced --tokens N        one message a token: ten streams of 100 a second at random phases
// bare_channel connect --count N       connects one after the other, each side offering in turn
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

#include "link/bare_peer.hpp"
#include "link/measure.hpp"
#include "link/token_event.hpp"
#include "run_tool.hpp"

namespace pantheon::bench {
namespace {

using namespace std::chrono_literals;
constexpr auto kPatience = 30s;
constexpr std::size_t kBulkMessage = 64 * 1024;
constexpr std::size_t kMostBuffered = 1024 * 1024;

struct Order {
  std::uint64_t bytes = 0;
  std::uint64_t tokens = 0;
  std::int64_t connects = 0;
};

// Makes connection `number`, on the answering side from the first signal of the other; nothing after
// kPatience.
std::unique_ptr<BarePeer> connect(Wire& wire, std::int64_t number, bool offers,
                                  const std::function<void(rtc::binary)>& on_message = {}) {
  std::unique_ptr<BarePeer> peer;
  const auto make = [&] {
    peer = std::make_unique<BarePeer>(wire, number, offers);
    peer->on_message(on_message);
  };
  if (offers) make();
  const auto deadline = Clock::now() + kPatience;
  while (!(peer && peer->open()) && Clock::now() < deadline) {
    const auto message = wire.receive(100ms);
    if (!message) continue;
    if (!peer && core::get_integer(*message, "number") == number) make();
    if (peer) peer->signal(*message);
  }
  if (!peer || !peer->open()) throw std::runtime_error("no connection");
  return peer;
}

core::json::object wait_for_result(Wire& wire, BarePeer* peer) {
  const auto deadline = Clock::now() + 5min;
  while (Clock::now() < deadline) {
    const auto message = wire.receive(100ms);
    if (!message) continue;
    if (message->contains("result")) return *message;
    if (peer != nullptr) peer->signal(*message);
  }
  throw std::runtime_error("no result");
}

class Room {
 public:
  explicit Room(rtc::DataChannel& channel) : channel_(channel) {
    channel.setBufferedAmountLowThreshold(kMostBuffered / 2);
    channel.onBufferedAmountLow([this] {
      const std::lock_guard lock(mutex_);
      changed_.notify_one();
    });
  }
  ~Room() { channel_.onBufferedAmountLow(nullptr); }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 10ms, [this] { return channel_.bufferedAmount() <= kMostBuffered / 2; });
  }

 private:
  rtc::DataChannel& channel_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

void send_bulk(BarePeer& peer, std::uint64_t bytes) {
  Room room(peer.channel());
  const rtc::binary message(kBulkMessage);
  for (std::uint64_t sent = 0; sent < bytes; sent += message.size()) {
    while (peer.channel().bufferedAmount() + message.size() > kMostBuffered) room.wait();
    peer.channel().send(message.data(), message.size());
  }
}

void send_paced(BarePeer& peer, std::uint64_t tokens) {
  constexpr auto kPeriod = 10ms;
  constexpr std::size_t kStreams = 10;
  std::mt19937_64 random{std::random_device{}()};
  std::uniform_int_distribution<std::int64_t> part(0, std::chrono::nanoseconds(kPeriod).count());
  std::vector<std::chrono::nanoseconds> phases;
  for (std::size_t i = 0; i < kStreams; ++i) phases.emplace_back(part(random));
  std::sort(phases.begin(), phases.end());
  const auto begin = Clock::now();
  for (std::uint64_t i = 0; i < tokens; ++i) {
    std::this_thread::sleep_until(begin + kPeriod * (i / kStreams) + phases[i % kStreams]);
    const auto event = token_event(steady_now_ns(), wall_now_ns());
    peer.channel().send(reinterpret_cast<const std::byte*>(event.data()), event.size());
  }
}

// What the receiving process counted, all on the library's thread.
struct Received {
  std::uint64_t bytes = 0;
  std::uint64_t tokens = 0;
  Samples delays;
  std::optional<Clock::time_point> first;
  Clock::time_point last;
  std::chrono::nanoseconds cpu_at_first{0};
  std::atomic_bool complete{false};
};

void note(Received& received, const rtc::binary& message, const Order& order) {
  if (!received.first) {
    received.first = Clock::now();
    received.cpu_at_first = own_cpu_time();
  }
  received.bytes += message.size();
  if (order.tokens > 0) {
    TokenReader reader;
    const core::ByteView bytes(reinterpret_cast<const std::uint8_t*>(message.data()), message.size());
    reader.read(bytes, [&](std::int64_t emitted) {
      ++received.tokens;
      received.delays.add(std::chrono::nanoseconds(steady_now_ns() - emitted));
    });
  }
  received.last = Clock::now();
  received.complete = order.tokens > 0 ? received.tokens >= order.tokens : received.bytes >= order.bytes;
}

void receive(Wire& wire, const Order& order) {
  Received received;
  const auto peer = connect(wire, 0, false, [&](const rtc::binary& message) {
    note(received, message, order);
    if (received.complete) wire.wake();
  });
  while (!received.complete) {
    if (const auto message = wire.receive(100ms)) peer->signal(*message);
  }
  const auto time = std::chrono::duration<double>(received.last - *received.first).count();
  const auto cpu = own_cpu_time() - received.cpu_at_first;
  wire.send({{"result", true},
             {"seconds", time},
             {"mib_per_second", static_cast<double>(received.bytes) / 1048576 / time},
             {"delay_ms", received.delays.summary()},
             {"receiver_cpu_s", std::chrono::duration<double>(cpu).count()}});
  (void)wire.receive(kPatience);  // lets the last acknowledgements leave
}

core::json::object send(Wire& wire, const Order& order) {
  const auto peer = connect(wire, 0, true);
  std::this_thread::sleep_for(200ms);  // connecting is over on both sides
  const auto cpu = own_cpu_time();
  if (order.tokens > 0) {
    send_paced(*peer, order.tokens);
  } else {
    send_bulk(*peer, order.bytes);
  }
  auto result = wait_for_result(wire, peer.get());
  result["sender_cpu_s"] = std::chrono::duration<double>(own_cpu_time() - cpu).count();
  wire.send({{"done", true}});
  return result;
}

Samples connect_in_turn(Wire& wire, std::int64_t count, bool parent) {
  Samples times;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool offers = (i % 2 == 0) == parent;
    const auto begin = Clock::now();
    const auto peer = connect(wire, i, offers);
    if (offers) times.add(Clock::now() - begin);
    wire.send({{"number", i}, {"open", true}});
    // Both are done before either goes on, so that what is left of one connect is not measured in the next.
    const auto deadline = Clock::now() + kPatience;
    while (!peer->other_open() && Clock::now() < deadline) {
      if (const auto message = wire.receive(100ms)) peer->signal(*message);
    }
  }
  return times;
}

core::json::object run_parent(Wire& wire, const Order& order) {
  if (order.connects == 0) return send(wire, order);
  const auto times = connect_in_turn(wire, order.connects, true);
  auto result = wait_for_result(wire, nullptr);
  result["parent_offers_ms"] = times.summary();
  return result;
}

void run_child(Wire& wire, const Order& order) {
  if (order.connects == 0) return receive(wire, order);
  const auto times = connect_in_turn(wire, order.connects, false);
  wire.send({{"result", true}, {"child_offers_ms", times.summary()}});
}

int run(const Order& order) {
  std::array<int, 2> sockets{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()) != 0) return 1;
  const auto child = ::fork();  // before any thread is started
  ::close(sockets[child == 0 ? 0 : 1]);
  Wire wire(sockets[child == 0 ? 1 : 0]);
  rtc::InitLogger(rtc::LogLevel::Error);
  rtc::Preload();
  try {
    if (child == 0) {
      run_child(wire, order);
      std::_Exit(0);
    }
    std::cout << core::serialize_json(run_parent(wire, order)) << std::endl;
    ::waitpid(child, nullptr, 0);
    std::_Exit(0);
  } catch (const std::exception& error) {
    std::cerr << "bare_channel: " << error.what() << std::endl;
    std::_Exit(1);
  }
}

}  // namespace
}  // namespace pantheon::bench

static int parse_and_run(int argc, char** argv) {
  pantheon::bench::Order order;
  CLI::App app("Bare libdatachannel between two processes on loopback");
  app.require_subcommand(1);
  app.add_subcommand("bulk", "64 KiB messages")->add_option("--bytes", order.bytes)->required();
  app.add_subcommand("paced", "One message a token")->add_option("--tokens", order.tokens)->required();
  app.add_subcommand("connect", "Connects in turn")->add_option("--count", order.connects)->required();
  CLI11_PARSE(app, argc, argv);
  return pantheon::bench::run(order);
}

int main(int argc, char** argv) {
  return pantheon::bench::run_tool(parse_and_run, argc, argv);
}
