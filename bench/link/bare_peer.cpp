#include "link/bare_peer.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace pantheon::bench {
namespace {

constexpr std::size_t kMessageSize = 256 * 1024;  // announced, as the product does

rtc::Configuration loopback() {
  rtc::Configuration configuration;
  configuration.bindAddress = "127.0.0.1";
  configuration.maxMessageSize = kMessageSize;
  return configuration;
}

std::string text_of(const core::json::object& message, std::string_view key) {
  return std::string(core::get_string(message, key).value_or(""));
}

}  // namespace

Wire::Wire(int socket) : socket_(socket), event_(::eventfd(0, EFD_NONBLOCK)) {}

Wire::~Wire() {
  ::close(socket_);
  ::close(event_);
}

void Wire::send(const core::json::object& message) {
  const auto line = core::serialize_json(message) + "\n";
  // Lines are short and the reader is quick: the socket takes them whole.
  std::ignore = ::send(socket_, line.data(), line.size(), MSG_NOSIGNAL);
}

void Wire::wake() {
  const std::uint64_t one = 1;
  std::ignore = ::write(event_, &one, sizeof one);
}

std::optional<std::string> Wire::line() {
  const auto end = buffer_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  auto line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return line;
}

std::optional<core::json::object> Wire::receive(std::chrono::milliseconds limit) {
  for (;;) {
    if (const auto text = line()) {
      auto message = core::parse_json_object(*text);
      return message ? std::optional(std::move(*message)) : std::nullopt;
    }
    std::array<pollfd, 2> waiting{{{socket_, POLLIN, 0}, {event_, POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), static_cast<int>(limit.count())) <= 0) return std::nullopt;
    if ((waiting[1].revents & POLLIN) != 0) {
      std::uint64_t count = 0;
      std::ignore = ::read(event_, &count, sizeof count);
      return std::nullopt;
    }
    std::array<char, 65536> piece{};
    const auto size = ::recv(socket_, piece.data(), piece.size(), 0);
    if (size <= 0) return std::nullopt;
    buffer_.append(piece.data(), static_cast<std::size_t>(size));
  }
}

BarePeer::BarePeer(Wire& wire, std::int64_t number, bool offers)
    : wire_(wire), number_(number), connection_(loopback()) {
  connection_.onLocalDescription([this](const rtc::Description& description) {
    wire_.send({{"number", number_}, {"type", description.typeString()}, {"sdp", std::string(description)}});
  });
  connection_.onLocalCandidate([this](const rtc::Candidate& candidate) {
    wire_.send({{"number", number_}, {"candidate", candidate.candidate()}, {"mid", candidate.mid()}});
  });
  if (offers) {
    listen(connection_.createDataChannel("bench"));
  } else {
    connection_.onDataChannel([this](const std::shared_ptr<rtc::DataChannel>& channel) { listen(channel); });
  }
}

BarePeer::~BarePeer() {
  if (channel_) channel_->resetCallbacks();
  connection_.resetCallbacks();
  connection_.close();
}

void BarePeer::listen(const std::shared_ptr<rtc::DataChannel>& channel) {
  channel_ = channel;
  channel->onMessage(
      [this](rtc::binary message) {
        if (handler_) handler_(std::move(message));
      },
      nullptr);
  channel->onOpen([this] {
    *open_ = true;
    wire_.wake();
  });
}

void BarePeer::signal(const core::json::object& message) {
  if (core::get_integer(message, "number") != number_) return;  // of the connection before
  if (message.contains("sdp")) {
    connection_.setRemoteDescription(rtc::Description(text_of(message, "sdp"), text_of(message, "type")));
  } else if (message.contains("candidate")) {
    connection_.addRemoteCandidate(rtc::Candidate(text_of(message, "candidate"), text_of(message, "mid")));
  } else if (message.contains("open")) {
    other_open_ = true;
  }
}

}  // namespace pantheon::bench
