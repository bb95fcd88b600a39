#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/bytes.hpp"
#include "link/connection.hpp"

/// For the tests and fuzz targets of the link: configs with a stand-in for signatures, and two sides joined
/// in memory.
namespace pantheon::link::testing {

/// A start of time for tests.
inline const core::SteadyTime kStart{std::chrono::hours(1)};

/// 64 bytes that depend on every byte of key and message, and on nothing secret: a signature for tests only.
inline core::ByteVector stand_in_signature(core::ByteView key, core::ByteView message) {
  core::ByteVector signature(64);
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a
  const auto mix = [&hash](core::ByteView bytes) {
    for (const auto byte : bytes) hash = (hash ^ byte) * 1099511628211U;
  };
  mix(key);
  mix(message);
  for (auto& byte : signature) {
    mix({&byte, 1});
    byte = static_cast<std::uint8_t>(hash >> 32U);
  }
  return signature;
}

/// A config whose binding is made and verified with the stand-in; the configs of both roles fit each other.
inline Config stand_in_config(Role role) {
  const bool offerer = role == Role::offerer;
  const std::uint8_t own = offerer ? 1 : 2;
  const std::uint8_t peer = offerer ? 2 : 1;
  Config config;
  config.role = role;
  config.device_id = offerer ? "device-offerer" : "device-answerer";
  config.local_fingerprint.assign(32, own);
  config.remote_fingerprint.assign(32, peer);
  config.account = "local:home:alice";
  config.nonce.assign(32, own);
  config.public_key.assign(32, own);
  config.sign = [key = config.public_key](core::ByteView transcript) {
    return stand_in_signature(key, transcript);
  };
  config.verify = [](core::ByteView key, core::ByteView message, core::ByteView signature) {
    return core::equal_constant_time(stand_in_signature(key, message), signature);
  };
  config.accept_key = [](std::string_view, core::ByteView,
                         const core::json::array&) -> core::Result<PeerTrust> { return PeerTrust::pinned; };
  return config;
}

/// Everything that is composed now, with an empty channel buffer.
inline std::vector<core::ByteVector> take_messages(Connection& connection, core::SteadyTime now) {
  std::vector<core::ByteVector> messages;
  core::ByteVector message;
  while (connection.compose(message, core::Bytes{0}, now)) messages.push_back(message);
  return messages;
}
/// All events that wait.
inline std::vector<Event> take_events(Connection& connection) {
  std::vector<Event> events;
  while (auto event = connection.next_event()) events.push_back(std::move(*event));
  return events;
}

/// Two ready connections; messages move when deliver() is called.
struct Pair {
  Connection offerer{stand_in_config(Role::offerer), kStart};
  Connection answerer{stand_in_config(Role::answerer), kStart};
  core::SteadyTime now = kStart;

  /// Makes both ready and drops the Ready events.
  static Pair ready();
  static Pair with(Config offerer_config, Config answerer_config);
  /// Moves messages until neither side has one.
  void deliver();
};

inline Pair Pair::with(Config offerer_config, Config answerer_config) {
  return Pair{Connection(std::move(offerer_config), kStart), Connection(std::move(answerer_config), kStart),
              kStart};
}

inline Pair Pair::ready() {
  Pair pair;
  pair.deliver();
  take_events(pair.offerer);
  take_events(pair.answerer);
  return pair;
}

inline void Pair::deliver() {
  for (bool moved = true; moved;) {
    moved = false;
    for (auto& message : take_messages(offerer, now)) {
      answerer.receive(message, now);
      moved = true;
    }
    for (auto& message : take_messages(answerer, now)) {
      offerer.receive(message, now);
      moved = true;
    }
  }
}

}  // namespace pantheon::link::testing
