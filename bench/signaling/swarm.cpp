#include "signaling/swarm.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "link/measure.hpp"

namespace pantheon::bench {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kReadBuffer = 256 * 1024;
constexpr std::size_t kMaxEvents = 512;
constexpr std::size_t kMostRetries = 10'000;
constexpr auto kPatience = 60s;  // without any progress

constexpr std::string_view kUpgrade =
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint32_t host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl((127U << 24) | host);
  return address;
}

void set(int socket, int level, int option, int value) {
  if (::setsockopt(socket, level, option, &value, sizeof value) != 0) fail("setsockopt");
}

// From an address of its own, since one address has too few ports for all clients.
int start_connecting(std::uint16_t port, std::uint32_t source) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) fail("socket");
  set(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  const auto from = loopback(source, 0);
  const auto to = loopback(1, port);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) fail("bind");
  const int result = ::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  if (result != 0 && errno != EINPROGRESS) fail("connect");
  return socket;
}

}  // namespace

Swarm::Swarm(SwarmOptions options, std::size_t clients)
    : options_(std::move(options)),
      clients_(clients),
      buffer_(kReadBuffer),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) fail("epoll_create1");
}

Swarm::~Swarm() {
  drop_all(true);
  ::close(epoll_);
}

std::string Swarm::device_of(std::size_t client) {
  return (client % 2 == 0 ? "a" : "b") + std::to_string(client / 2);
}

std::size_t Swarm::account_of(std::size_t index) const {
  return options_.accounts == 0 ? index / 2 : index / 2 % options_.accounts;
}

std::string Swarm::hello_of(std::size_t index) const {
  const auto& known = options_.credentials;
  const auto account = account_of(index);
  std::string credential = "dev:p" + std::to_string(account);
  if (!known.empty()) credential = known.at(known.size() >= clients_.size() ? index : account);
  const auto device = device_of(index);
  return R"(40{")" + options_.field + R"(":")" + credential + R"(","userId":")" + device +
         R"(","deviceId":")" + device + R"(","clientType":"native"})";
}

void Swarm::connect(std::size_t first, std::size_t last, std::size_t in_flight) {
  connect(first, last, in_flight, [this] { poll(100ms); });
}

void Swarm::connect(std::size_t first, std::size_t last, std::size_t in_flight,
                    const std::function<void()>& work) {
  most_under_way_ = in_flight;
  for (auto i = first; i < last; ++i) waiting_.push_back(i);
  wait_for_all(work);
}

void Swarm::connect_in_turn(std::size_t count, std::size_t slots, std::size_t in_flight) {
  most_under_way_ = std::min(in_flight, slots / 2);
  for (std::size_t i = 0; i < count; ++i) waiting_.push_back(i % slots);
  wait_for_all([this] { poll(100ms); });
}

void Swarm::wait_for_all(const std::function<void()>& work) {
  auto progress_at = Clock::now();
  auto left = coming() + 1;
  while (coming() > 0) {
    work();
    const auto now = Clock::now();
    if (coming() < left) progress_at = now;
    left = coming();
    if (now > progress_at + kPatience || retries_ > kMostRetries) {
      throw std::runtime_error("the server does not get on: " + std::to_string(left) +
                               " clients are not connected, " + std::to_string(retries_) +
                               " connects broke off");
    }
  }
}

void Swarm::open_some() {
  while (!waiting_.empty() && under_way_ < most_under_way_) {
    say_goodbye(waiting_.front());
    open(waiting_.front());
    waiting_.pop_front();
  }
}

void Swarm::open(std::size_t index) {
  auto& client = clients_[index];
  constexpr std::uint32_t kFirstSource = 2;
  const auto source = kFirstSource + static_cast<std::uint32_t>(index % options_.addresses);
  client.socket = start_connecting(options_.ports[index % options_.ports.size()], source);
  client.stage = Stage::connecting;
  ++under_way_;
  client.waits_to_write = true;
  watch(index);
}

// Once: what has changed since it was last told is enough, as everything is read that is there.
void Swarm::watch(std::size_t index) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = index;
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, clients_[index].socket, &event) != 0) fail("epoll_ctl");
}

void Swarm::close(std::size_t index, bool reset) {
  auto& client = clients_[index];
  if (client.stage == Stage::away) return;
  if (client.stage == Stage::joined) {
    --joined_;
  } else {
    --under_way_;
  }
  if (reset) {
    const linger at_once{1, 0};
    ::setsockopt(client.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  ::close(client.socket);
  client.socket = -1;
  client.stage = Stage::away;
  client.input.clear();
  client.output.clear();
}

void Swarm::say_goodbye(std::size_t index) {
  if (clients_[index].stage != Stage::joined) return;
  clients_[index].output += client_frame("41") + client_frame("\x03\xe8", false);
  write(index);
  close(index, false);
}

void Swarm::drop_all(bool reset) {
  for (std::size_t i = 0; i < clients_.size(); ++i) close(i, reset);
}

void Swarm::broke(std::size_t index) {
  if (clients_[index].stage == Stage::joined) {
    ++lost_;
  } else {
    ++retries_;
    waiting_.push_back(index);
  }
  close(index, true);
}

void Swarm::send(std::size_t index, const SignalFrame& frame, const Stamp& stamp) {
  auto& client = clients_[index];
  if (client.stage != Stage::joined) return;
  frame.append_to(client.output, stamp);
  if (!client.has_news) unflushed_.push_back(index);
  client.has_news = true;
}

void Swarm::flush() {
  for (std::size_t i = 0; i < unflushed_.size(); ++i) {
    auto& client = clients_[unflushed_[i]];
    client.has_news = false;
    if (client.stage == Stage::joined && !client.waits_to_write) write(unflushed_[i]);
  }
  unflushed_.clear();
}

void Swarm::say(std::size_t index, std::string_view message) {
  clients_[index].output += client_frame(message);
  write(index);
}

void Swarm::write(std::size_t index) {
  auto& client = clients_[index];
  const auto sent = ::send(client.socket, client.output.data(), client.output.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return;  // reading finds the end, and what came before it
  if (sent > 0) client.output.erase(0, static_cast<std::size_t>(sent));
  client.waits_to_write = !client.output.empty();
}

void Swarm::poll(std::chrono::milliseconds wait) {
  open_some();
  std::array<epoll_event, kMaxEvents> events;
  const int count = ::epoll_wait(epoll_, events.data(), kMaxEvents, static_cast<int>(wait.count()));
  if (count < 0 && errno != EINTR) fail("epoll_wait");
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    handle(static_cast<std::size_t>(event.data.u64), event.events);
    flush();
  }
}

void Swarm::run_for(std::chrono::nanoseconds time) {
  const auto end = Clock::now() + time;
  while (Clock::now() < end) poll(1ms);
}

void Swarm::handle(std::size_t index, std::uint32_t events) {
  auto& client = clients_[index];
  if (client.stage == Stage::away) return;
  if (client.stage == Stage::connecting && (events & (EPOLLERR | EPOLLHUP)) == 0) {
    client.stage = Stage::upgrading;
    client.output = kUpgrade;
  }
  if ((events & EPOLLOUT) != 0 && !client.output.empty()) write(index);
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) return;
  const bool is_ending = (events & (EPOLLRDHUP | EPOLLERR | EPOLLHUP)) != 0;
  std::size_t received = buffer_.size();
  while (client.stage != Stage::away && received > 0 && (is_ending || received == buffer_.size()))
    received = read(index);
}

// How much there was: less than fits into the buffer is all.
std::size_t Swarm::read(std::size_t index) {
  const auto received = ::recv(clients_[index].socket, buffer_.data(), buffer_.size(), 0);
  if (received < 0 && errno == EAGAIN) return 0;
  if (received <= 0) {
    broke(index);
    return 0;
  }
  const auto bytes = static_cast<std::size_t>(received);
  take(index, {buffer_.data(), bytes});
  return bytes;
}

void Swarm::take(std::size_t index, std::string_view bytes) {
  auto& client = clients_[index];
  std::string whole;
  if (!client.input.empty()) {
    whole = std::move(client.input);
    whole += bytes;
    bytes = whole;
  }
  if (client.stage == Stage::upgrading) bytes.remove_prefix(take_upgrade(index, bytes));
  while (client.stage > Stage::upgrading) {
    const auto frame = next_frame(bytes);
    if (!frame) break;
    if (frame->is_text) take_message(index, frame->payload);
    bytes.remove_prefix(frame->size);
  }
  if (client.stage != Stage::away) client.input.assign(bytes);
}

std::size_t Swarm::take_upgrade(std::size_t index, std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const auto end = bytes.find(kEnd);
  if (end == std::string_view::npos) return 0;
  if (!bytes.starts_with("HTTP/1.1 101 ")) {
    throw std::runtime_error("the server refused a WebSocket: " + std::string(bytes.substr(0, end)));
  }
  clients_[index].stage = Stage::opening;
  return end + kEnd.size();
}

void Swarm::take_message(std::size_t index, std::string_view message) {
  auto& client = clients_[index];
  if (message == "2") return say(index, "3");
  if (client.stage == Stage::joined) {
    if (const auto stamp = stamp_of(message)) {
      if (on_signal_) on_signal_(index, *stamp);
    } else if (message.starts_with(R"(42["error")")) {
      throw std::runtime_error("the server refused an event: " + std::string(message));
    }
  } else if (client.stage == Stage::opening && message.starts_with("0{")) {
    client.stage = Stage::signing_in;
    say(index, hello_of(index));
  } else if (client.stage == Stage::signing_in && message.starts_with("40")) {
    client.stage = Stage::joining;
    say(index, R"(42["join-account"])");
  } else if (client.stage == Stage::joining && message.starts_with(R"(42["existing-peers")")) {
    client.stage = Stage::joined;
    --under_way_;
    ++joined_;
  } else if (message.starts_with("44")) {
    throw std::runtime_error("the server refused a client: " + std::string(message));
  }
}

}  // namespace pantheon::bench
