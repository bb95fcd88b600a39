#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rtc/peer_connection.hpp"

namespace pantheon::rtc::test {

using Clock = std::chrono::steady_clock;

/// A peer connection on loopback that notes what it hears.
struct Side {
  struct Message {
    core::ByteVector bytes;
    bool is_text = false;
  };

  std::unique_ptr<PeerConnection> connection;
  Side* other = nullptr;
  std::vector<core::json::object> signals;
  std::vector<Message> messages;
  int opened = 0;
  int drained = 0;
  int closed = 0;
  std::optional<core::Error> error;
  std::function<void(core::json::object&)> on_signal;  ///< before the other side gets it
  std::function<void()> on_open;
  std::function<void()> on_message;

  static Options loopback(bool initiator) {
    Options options;
    options.initiator = initiator;
    options.bind_address = "127.0.0.1";
    options.connect_timeout = std::chrono::seconds(20);  // sanitizers are slow
    return options;
  }

  void start(boost::asio::io_context& io, Options options) {
    connection = std::make_unique<PeerConnection>(
        io.get_executor(), std::move(options),
        Callbacks{[this](core::json::object signal) {
                    if (on_signal) on_signal(signal);
                    if (other != nullptr && other->connection) {
                      if (auto taken = other->connection->signal(signal); !taken) error = taken.error();
                    }
                    signals.push_back(std::move(signal));
                  },
                  [this] {
                    ++opened;
                    if (on_open) on_open();
                  },
                  [this](core::ByteVector bytes, bool is_text) {
                    messages.push_back({std::move(bytes), is_text});
                    if (on_message) on_message();
                  },
                  [this] { ++drained; },
                  [this](std::optional<core::Error> why) {
                    ++closed;
                    error = std::move(why);
                  }});
  }
};

/// Two of them, each other's signaling.
struct Pair {
  boost::asio::io_context io;
  Side offerer, answerer;

  Pair() {
    offerer.other = &answerer;
    answerer.other = &offerer;
  }

  /// Runs the executor until `done`; false after 20 s.
  template <class Done>
  bool run_until(Done&& done) {
    const auto deadline = Clock::now() + std::chrono::seconds(20);
    io.restart();
    auto work = boost::asio::require(io.get_executor(), boost::asio::execution::outstanding_work.tracked);
    while (!done()) {
      if (io.run_one_until(deadline) == 0) return false;
    }
    return true;
  }

  bool connect(Options offering = Side::loopback(true), Options answering = Side::loopback(false)) {
    answerer.start(io, std::move(answering));
    offerer.start(io, std::move(offering));
    return run_until([this] { return offerer.opened + answerer.opened == 2; });
  }
};

}  // namespace pantheon::rtc::test
