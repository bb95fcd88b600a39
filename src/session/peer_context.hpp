#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/task_group.hpp"
#include "identity/device_key.hpp"
#include "identity/key_book.hpp"
#include "rtc/peer_connection.hpp"
#include "session/exchange.hpp"

namespace pantheon::session {

/// How peer connections are made.
struct RtcSettings {
  std::vector<rtc::IceServer> ice_servers;
  std::optional<std::string> bind_address;
  rtc::PortRange ports;
  std::chrono::milliseconds offerer_patience{3000};  ///< then an offer of ours is given up and made anew
};

/// Who this device is, and how it serves: what all peer channels of an account share. The owner keeps it
/// alive longer than its channels.
struct PeerContext {
  core::TaskGroup& tasks;
  identity::DeviceKey key;
  std::string device_id;
  std::string account;
  identity::KeyBook& book;
  core::json::array own_statements;  ///< by which others chain our key to one they pinned
  RtcSettings rtc;
  std::vector<std::string> features;
  ExchangeHandler serve;            ///< empty on a device that only asks
  JsonRequestHandler serve_json;    ///< empty: the older protocol is not served
  std::size_t most_channels = 128;  ///< then an unproven peer makes room for the next
};

}  // namespace pantheon::session
