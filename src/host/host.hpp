#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "engine/catalogue.hpp"
#include "engine/engine_client.hpp"
#include "host/answers.hpp"
#include "host/device_rules.hpp"
#include "host/events.hpp"
#include "host/request_spool.hpp"
#include "host/statistics.hpp"
#include "session/exchange.hpp"

namespace pantheon::host {

struct HostOptions {
  HostIdentity identity;
  SharingRules sharing;
  SpoolBudget::Limits spool;
  FairOrder::Limits queue;  ///< `running` comes from the engine
  bool hosting = true;
  /// How long an engine may say nothing, before its answer or in the midst of it, and keep its place in the
  /// queue.
  std::chrono::milliseconds engine_silence{std::chrono::minutes(15)};
  /// Largest answer handed to a client of the older JSON messages, which cannot stream.
  core::Bytes max_legacy_answer = core::Bytes{8 * 1024 * 1024};
};

struct HostState;

/// Serves this machine's models to the peers of the account: rules, fair queue, engine, answer. Use from the
/// executor's one thread. Exchanges under way may outlive it; catalogue and client must outlive those.
class Host {
 public:
  using Options = HostOptions;
  /// Hosting went on or off, or the catalogue changed: the time to announce it and to push it over links.
  using ChangeHandler = std::function<void()>;

  Host(asio::any_io_executor executor, engine::EngineClient& client, engine::Catalogue& catalogue,
       Options options);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// For links: see docs/link-protocol.md. The coroutine it returns stops the engine when it is cancelled.
  session::ExchangeHandler exchange_handler();
  /// For clients of the older JSON messages: `get_models`, `chat`, `ping`.
  session::JsonRequestHandler json_handler();

  /// Off: new requests are refused with `hosting_off`; those under way are finished.
  void set_hosting(bool on);
  bool hosting() const;
  void set_sharing(SharingRules sharing);

  /// The object of `GET /pantheon/catalogue` and of the `catalogue` push, as that peer sees it; without
  /// models while hosting is off.
  core::json::object catalogue(const session::PeerIdentity& peer) const;
  /// The models as older clients know them: for announcements to the signaling server.
  core::json::array announced_models() const;

  const Statistics& statistics() const;
  void on_event(HostEventHandler handler);
  void on_change(ChangeHandler handler);

 private:
  std::shared_ptr<HostState> state_;
};

}  // namespace pantheon::host
