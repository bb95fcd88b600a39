#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "core/clock.hpp"
#include "engineio/packet.hpp"

namespace pantheon::engineio {

enum class Role { server, client };

/// Why a connection ended.
enum class CloseReason {
  ping_timeout,
  transport_close,
  transport_error,
  parse_error,
  forced_close,
  server_shutdown
};
/// As the official libraries name it: "ping timeout" and so on.
std::string_view to_string(CloseReason reason);

/// The states and times of one Engine.IO session, whatever carries it. Pure: time comes in as a parameter.
class Session {
 public:
  struct Timing {
    std::chrono::milliseconds ping_interval{25'000};
    std::chrono::milliseconds ping_timeout{20'000};
  };
  /// What has to be done now.
  struct Step {
    std::optional<Packet> send;
    std::optional<PacketView> deliver;  ///< where the received bytes are
    std::optional<CloseReason> close;
  };

  /// An open session: the handshake is done.
  Session(Role role, Timing timing, core::SteadyTime now);

  Step receive(const PacketView& packet, core::SteadyTime now);
  /// Call when deadline() has come; harmless before.
  Step tick(core::SteadyTime now);
  core::SteadyTime deadline() const { return deadline_; }
  bool open() const { return open_; }
  /// A ping of this side is not answered yet.
  bool awaiting_pong() const { return awaiting_pong_; }
  /// Nothing is sent or delivered any more.
  void close() { open_ = false; }

 private:
  Step end(CloseReason reason);

  Timing timing_;
  core::SteadyTime deadline_;
  Role role_;
  bool awaiting_pong_ = false;
  bool heard_since_ping_ = false;  ///< something else than its pong
  bool open_ = true;
};

}  // namespace pantheon::engineio
