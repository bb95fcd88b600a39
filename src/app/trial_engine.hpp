#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "platform/child_process.hpp"

namespace pantheon::app {

namespace asio = boost::asio;

/// A small real model on a real engine, for a machine that has none: set up in the cache folder by
/// `get-model` and run as our child, which ends with us.
class TrialEngine {
 public:
  /// Bytes fetched so far; a total of 1 is a step without bytes, to be said in words.
  struct Progress {
    core::Bytes done;
    core::Bytes total;
    std::string what;
  };

  explicit TrialEngine(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  /// Fetches what is missing and starts the engine; its base URL on loopback. `setup_failed`, whose reason
  /// went to standard error; `setup_unavailable`.
  asio::awaitable<core::Result<std::string>> start(std::function<void(const Progress&)> on_progress);
  asio::awaitable<void> stop();

  /// Whether it can be set up: the scripts that do it belong to the checkout, which may be gone.
  static bool is_available();
  /// What it is, for people: model, size, where it is kept.
  static std::string description();

 private:
  asio::any_io_executor executor_;
  std::unique_ptr<platform::ChildProcess> setup_;
  std::unique_ptr<platform::ChildProcess> server_;
};

}  // namespace pantheon::app
