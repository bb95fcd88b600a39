#include "engineio/session.hpp"

#include <algorithm>

namespace pantheon::engineio {

std::string_view to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::ping_timeout:
      return "ping timeout";
    case CloseReason::transport_close:
      return "transport close";
    case CloseReason::transport_error:
      return "transport error";
    case CloseReason::parse_error:
      return "parse error";
    case CloseReason::forced_close:
      return "forced close";
    case CloseReason::server_shutdown:
      return "server shutting down";
  }
  return "transport error";
}

Session::Session(Role role, Timing timing, core::SteadyTime now)
    : timing_(timing),
      deadline_(now + timing.ping_interval +
                (role == Role::client ? timing.ping_timeout : std::chrono::milliseconds(0))),
      role_(role) {}

Session::Step Session::end(CloseReason reason) {
  open_ = false;
  return {.send = {}, .deliver = {}, .close = reason};
}

Session::Step Session::receive(const PacketView& packet, core::SteadyTime now) {
  if (!open_) return {};
  // A peer whose pong is queued behind its messages is there. Once for each ping, as the official server
  // does.
  if (awaiting_pong_ && !heard_since_ping_ && packet.type != PacketType::pong) {
    heard_since_ping_ = true;
    deadline_ = std::max(deadline_, now + timing_.ping_timeout);
  }
  switch (packet.type) {
    case PacketType::message:
      return {.send = {}, .deliver = packet, .close = {}};
    case PacketType::ping:
      // In protocol 4 the server asks and the client answers.
      if (role_ == Role::server) return end(CloseReason::transport_error);
      deadline_ = now + timing_.ping_interval + timing_.ping_timeout;
      return {.send = Packet{PacketType::pong, std::string(packet.data), false}, .deliver = {}, .close = {}};
    case PacketType::pong:
      if (role_ == Role::client) return end(CloseReason::transport_error);
      if (awaiting_pong_) deadline_ = now + timing_.ping_interval;
      awaiting_pong_ = false;
      return {};
    case PacketType::close:
      return end(CloseReason::transport_close);
    default:
      return {};  // open, upgrade and noop mean nothing in an open session; the official server ignores them
  }
}

Session::Step Session::tick(core::SteadyTime now) {
  if (!open_ || now < deadline_) return {};
  if (role_ == Role::client || awaiting_pong_) return end(CloseReason::ping_timeout);
  awaiting_pong_ = true;
  heard_since_ping_ = false;
  // The time-out counts from when the ping was due, as it does for the client; but whoever is asked very late
  // can still answer.
  deadline_ = std::max(deadline_ + timing_.ping_timeout, now + timing_.ping_timeout * 3 / 4);
  return {.send = Packet{PacketType::ping, {}, false}, .deliver = {}, .close = {}};
}

}  // namespace pantheon::engineio
