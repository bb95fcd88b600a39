#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <rtc/rtc.hpp>
#include <string>

#include "core/json.hpp"

namespace pantheon::bench {

/// A socket to the other process that carries JSON lines, and an event by which the library's threads wake
/// the reader. Reading is for one thread; send() and wake() for any.
class Wire {
 public:
  explicit Wire(int socket);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  void send(const core::json::object& message);
  void wake();
  /// The next message; nothing after a wake(), at the time limit, or when the other side is gone.
  std::optional<core::json::object> receive(std::chrono::milliseconds limit);

 private:
  std::optional<std::string> line();
  int socket_;
  int event_;
  std::string buffer_;
};

/// One connection of libdatachannel on loopback with nothing of ours in between; its signals go over the
/// wire.
class BarePeer {
 public:
  BarePeer(Wire& wire, std::int64_t number, bool offers);
  ~BarePeer();
  BarePeer(const BarePeer&) = delete;
  BarePeer& operator=(const BarePeer&) = delete;
  void signal(const core::json::object& message);
  bool open() const { return *open_; }
  /// The other side has said so of its end.
  bool other_open() const { return other_open_; }
  /// Once open() is true.
  rtc::DataChannel& channel() { return *channel_; }
  /// Before it opens: called on the library's thread for every message.
  void on_message(std::function<void(rtc::binary)> handler) { handler_ = std::move(handler); }

 private:
  void listen(const std::shared_ptr<rtc::DataChannel>& channel);
  Wire& wire_;
  std::int64_t number_;
  std::shared_ptr<std::atomic_bool> open_ = std::make_shared<std::atomic_bool>(false);
  bool other_open_ = false;
  std::function<void(rtc::binary)> handler_;
  std::shared_ptr<rtc::DataChannel> channel_;
  rtc::PeerConnection connection_;
};

}  // namespace pantheon::bench
