#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace pantheon::http {

namespace asio = boost::asio;

/// Calls back when a time is over, unless it is disarmed or armed anew before. Arming is cheap: the timer
/// underneath is only touched when it would be late. Use from the executor's thread; destroying it disarms
/// it.
class Deadline {
 public:
  Deadline(asio::any_io_executor executor, std::function<void()> on_expiry);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void arm(std::chrono::steady_clock::duration time);
  void disarm();
  /// True from expiry until it is armed again.
  bool expired() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::http
