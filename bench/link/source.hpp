#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/account.hpp"
#include "core/async_event.hpp"
#include "core/bytes.hpp"
#include "core/error.hpp"
#include "http/client.hpp"
#include "session/account_client.hpp"

namespace pantheon::bench {

namespace asio = boost::asio;

/// Where a model is asked. Both kinds hand over bytes of the answer as they arrive.
class Source {
 public:
  using OnBytes = std::function<void(core::ByteView)>;
  virtual ~Source() = default;
  /// Asks, and returns at the end of the answer; an error for any status but 200.
  virtual asio::awaitable<core::Result<void>> ask(std::string path, std::string body, OnBytes on_bytes) = 0;
};

/// The engine itself, over HTTP.
class EngineSource final : public Source {
 public:
  EngineSource(asio::any_io_executor executor, std::string url) : http_(executor), url_(std::move(url)) {}
  asio::awaitable<core::Result<void>> ask(std::string path, std::string body, OnBytes on_bytes) override;

 private:
  http::Client http_;
  std::string url_;
};

/// A device of the account, paired and kept in a folder of its own.
class Device {
 public:
  struct Options {
    std::string server;
    std::string folder;
    std::string pair_link;  ///< empty: paired before
    session::ExchangeHandler serve;
  };
  /// Joins the account and signs in.
  static asio::awaitable<core::Result<std::unique_ptr<Device>>> start(asio::any_io_executor executor,
                                                                      Options options);
  asio::awaitable<void> stop() { return client_->stop(); }
  std::string id() const { return state_.key().device_id(); }

  /// The link to a device (`host`: the one that shares models), once it is online.
  asio::awaitable<core::Result<session::LinkChannel*>> connect(std::string to);
  /// Waits until `to` is seen at the signaling server; its device id.
  asio::awaitable<std::string> find(std::string to);
  /// Closes the link and waits for its end.
  asio::awaitable<void> disconnect(session::LinkChannel& link);

 private:
  Device(asio::any_io_executor executor, app::DeviceState state)
      : executor_(executor), state_(std::move(state)), http_(executor), changed_(executor) {}
  void begin(Options options);

  asio::any_io_executor executor_;
  app::DeviceState state_;
  http::Client http_;
  core::AsyncEvent changed_;
  std::unique_ptr<app::Account> account_;
  std::unique_ptr<session::AccountClient> client_;
  bool online_ = false;
  int disconnected_ = 0;
};

/// A host of the account, over the links of one or several devices in turn.
class LinkSource final : public Source {
 public:
  LinkSource(std::vector<std::unique_ptr<Device>>& devices, std::string to)
      : devices_(devices), to_(std::move(to)) {}
  asio::awaitable<core::Result<void>> ask(std::string path, std::string body, OnBytes on_bytes) override;

 private:
  std::vector<std::unique_ptr<Device>>& devices_;
  std::string to_;
  std::size_t next_ = 0;
};

/// Serves `GET /bulk/<bytes>` with that many bytes, so that a link can be measured without an engine.
asio::awaitable<void> serve_bulk(std::shared_ptr<session::Exchange> exchange);

}  // namespace pantheon::bench
