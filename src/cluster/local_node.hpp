#pragma once

#include <memory>

#include "cluster/local_hub.hpp"
#include "cluster/messenger.hpp"

namespace pantheon::cluster {

/// One shard's end of the messages of a LocalHub.
class LocalNode final : public Messenger {
 public:
  /// Make it before the shard's thread runs, one for each shard.
  LocalNode(const LocalHub& hub, std::size_t shard);
  ~LocalNode() override;
  LocalNode(const LocalNode&) = delete;
  LocalNode& operator=(const LocalNode&) = delete;

  const std::string& id() const override;
  void on_message(MessageHandler handler) override;
  void on_text(TextHandler handler) override;
  void on_request(RequestHandler handler) override;
  core::Result<void> send(const std::string& node, const core::json::object& message) override;
  core::Result<void> send_text(const std::string& node, SocketText text) override;
  asio::awaitable<core::Result<core::json::object>> request(std::string node,
                                                            core::json::object message) override;
  /// Await it before destroying; what still arrives is dropped.
  asio::awaitable<void> stop();

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace pantheon::cluster
