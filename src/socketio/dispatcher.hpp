#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "socketio/event.hpp"

namespace pantheon::socketio {

/// Handlers by event name. Handlers may add handlers and end the connection while they run.
class Dispatcher {
 public:
  explicit Dispatcher(std::size_t max_handlers) : max_handlers_(static_cast<std::uint32_t>(max_handlers)) {}
  void on(std::string event, EventHandler handler);
  void on_any(EventHandler handler);
  /// An exception of a handler is logged and keeps no other handler from running.
  void dispatch(const Event& event) const;
  void clear();

 private:
  bool has_room();
  using Named = std::map<std::string, std::vector<EventHandler>, std::less<>>;
  std::unique_ptr<Named> handlers_;  ///< null while there are none
  std::vector<EventHandler> any_;
  std::uint32_t count_ = 0;
  std::uint32_t max_handlers_;
};

/// Runs a handler; an exception is logged and ends there.
void call_safely(std::string_view what, const std::function<void()>& handler);

}  // namespace pantheon::socketio
