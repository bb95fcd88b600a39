#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>

#include "engine/engine.hpp"
#include "host/statistics.hpp"

namespace pantheon::host {

// What a host tells its owner, for status lines. No event holds content.

struct RequestStarted {
  std::uint64_t number = 0;  ///< of the request, since the host began
  std::string device_name;
  std::string model;
};

struct RequestFinished {
  std::uint64_t number = 0;
  std::string device_name;
  std::string model;
  Outcome outcome = Outcome::served;
  std::string error_code;  ///< why it failed, or empty
  TokenCount tokens;
  std::chrono::milliseconds duration{0};  ///< from the engine's turn on, waiting in the queue included
};

struct EngineUp {
  engine::EngineInfo engine;
  std::size_t models = 0;
};
struct EngineDown {
  engine::EngineInfo engine;
};
/// An engine of no known kind was found; it is shared after Catalogue::approve().
struct EngineFound {
  engine::EngineInfo engine;
};

using HostEvent = std::variant<RequestStarted, RequestFinished, EngineUp, EngineDown, EngineFound>;
using HostEventHandler = std::function<void(const HostEvent&)>;

}  // namespace pantheon::host
