#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

#include "app/trial_engine.hpp"
#include "app/up.hpp"
#include "core/error.hpp"
#include "engine/catalogue.hpp"
#include "engine/engine_client.hpp"
#include "host/device_rules.hpp"
#include "host/host.hpp"

namespace pantheon::app {

/// This machine's engines and the host that serves them: finds engines, sets up the trial one when there is
/// none and that is wanted. Use from the executor's one thread.
class ModelHost {
 public:
  ModelHost(asio::any_io_executor executor, const UpOptions& options, const UpEvents& events,
            std::string device_id);
  ~ModelHost();
  ModelHost(const ModelHost&) = delete;
  ModelHost& operator=(const ModelHost&) = delete;

  /// Returns when the engines were asked once, and the trial engine runs if it was set up.
  asio::awaitable<core::Result<void>> start();
  asio::awaitable<void> stop();

  host::Host& host() { return *host_; }

 private:
  asio::awaitable<core::Result<void>> find_engines(std::string own);
  asio::awaitable<core::Result<void>> set_up_trial();
  void show_engines();
  void note_missing();
  void note_locked();
  void show_event(const host::HostEvent& event);

  asio::any_io_executor executor_;
  const UpOptions& options_;
  const UpEvents& events_;
  host::HostIdentity identity_;
  engine::EngineClient client_;
  std::unique_ptr<engine::Catalogue> catalogue_;
  std::unique_ptr<host::Host> host_;
  host::SharingRules sharing_;
  TrialEngine trial_;
};

}  // namespace pantheon::app
