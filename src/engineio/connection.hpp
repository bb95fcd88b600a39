#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.hpp"
#include "core/task_group.hpp"
#include "engineio/send_turn.hpp"
#include "engineio/session.hpp"
#include "engineio/timeouts.hpp"
#include "engineio/transport.hpp"

namespace pantheon::engineio {

struct QueueLimits {
  core::Bytes max_bytes{4 * 1024 * 1024};
  std::size_t max_packets = 20'000;  ///< no fewer than the answers to one POST
};

/// What the connections of a server have in common.
struct Surroundings {
  /// `tasks` owns the coroutines that write what cannot be sent at once.
  Surroundings(std::shared_ptr<core::TaskGroup> tasks, QueueLimits limits);
  std::shared_ptr<core::TaskGroup> tasks;
  QueueLimits limits;
  std::shared_ptr<SendTurn> turn;
  std::shared_ptr<Timeouts> timeouts;
};

/// What a connection is for.
class Listener {
 public:
  virtual ~Listener() = default;
  /// A message, while the call lasts.
  virtual void received(const PacketView& message) = 0;
  /// Once; the connection forgets its listener then.
  virtual void closed(CloseReason reason) = 0;
};

/// One open Engine.IO session over a transport, server or client side: pings, a bounded send queue, and an
/// orderly end. Use from the executor's thread.
class Connection : public std::enable_shared_from_this<Connection>,
                   private Timeout,
                   private Transport::Receiver {
 public:
  using MessageHandler = std::function<void(const PacketView&)>;
  using CloseHandler = std::function<void(CloseReason)>;

  Connection(std::string id, Role role, Session::Timing timing, std::shared_ptr<Transport> transport,
             std::shared_ptr<const Surroundings> common);
  /// With surroundings of its own.
  Connection(std::string id, Role role, Session::Timing timing, std::shared_ptr<Transport> transport,
             std::shared_ptr<core::TaskGroup> tasks, QueueLimits limits)
      : Connection(std::move(id), role, timing, std::move(transport),
                   std::make_shared<const Surroundings>(std::move(tasks), limits)) {}

  const std::string& id() const { return id_; }
  bool open() const { return session_.open() && !closing_; }
  bool finished() const { return finished_; }
  /// All that was sent has been handed on, and the transport is ready for more.
  bool writable() const { return open() && outbox_.empty() && !writing_ && transport_->writable(); }
  /// Sends what waits, or begins to. For SendTurn.
  void flush();
  /// Set before run(). It is kept until the connection ends.
  void listen(std::shared_ptr<Listener> listener) { listener_ = std::move(listener); }
  /// The same with two functions. What a message is a view of is gone when the handler returns.
  void on_message(MessageHandler handler);
  /// Called once; both handlers are dropped with it.
  void on_close(CloseHandler handler);

  /// The largest message that is taken from now on, on whatever transport.
  void limit_messages(core::Bytes most) {
    most_received_ = static_cast<std::uint32_t>(most.count);
    transport_->limit_messages(most);
  }
  /// The same, or nothing: the server's own limit counts.
  std::optional<core::Bytes> message_limit() const {
    if (most_received_ == 0) return std::nullopt;
    return core::Bytes{most_received_};
  }

  /// Puts a packet into the send queue. `closed`; `send_queue_full` also ends this connection.
  core::Result<void> send(Frame frame);
  core::Result<void> send_message(std::string text);
  /// Sends what waits in the queue, then ends the transport politely; a peer that takes too long is cut off.
  void close(CloseReason reason = CloseReason::forced_close);
  /// Ends it now.
  void abort(CloseReason reason);

  /// Goes over to another transport: what was not sent is sent there. `received` are packets of the old one
  /// that run() has not taken yet. That run() returns and leaves the session open; await a new one.
  void upgrade(std::shared_ptr<Transport> transport, std::vector<Packet> received);

  /// Whoever holds connections and lets go of those that have ended.
  class Holder {
   public:
    virtual ~Holder() = default;
    virtual void ended(const Connection& connection) = 0;
  };
  /// Receives until the session ends; then the holder is told once, from the loop. No coroutine is kept for
  /// it. False when the transport needs one: await run().
  static bool start(const std::shared_ptr<Connection>& self, std::weak_ptr<Holder> holder);
  /// Receives until the session ends. When it is cancelled, the session ends with "transport close".
  static asio::awaitable<void> run(std::shared_ptr<Connection> self);

 private:
  void enqueue(Frame frame);
  void wake_writer();
  void apply(Session::Step step);
  void take(const PacketView& packet);
  void deliver(const PacketView& message);
  bool receive(const core::Result<PacketView>& packet);
  Transport::Sink sink_of(const Transport& transport);
  void on_timeout() override;
  void take_from(const Transport& transport, const core::Result<PacketView>& packet) override;
  void ended(const core::Error& why) override;
  struct Handlers;
  Handlers& handlers();
  void watch();
  enum class Ending : bool { at_once, politely };
  void finish(CloseReason reason, Ending ending = Ending::at_once);
  void fail(const core::Error& why);
  bool has_room(core::Bytes size) const;
  static asio::awaitable<void> write(std::shared_ptr<Connection> self);

  std::string id_;
  Session session_;
  std::shared_ptr<Transport> transport_;
  std::shared_ptr<const Surroundings> common_;
  core::SteadyTime watched_;  ///< the deadline that the timer is set to
  Outbox outbox_;
  std::shared_ptr<Listener> listener_;  ///< null when it has ended
  std::weak_ptr<Holder> holder_;
  CloseReason reason_ = CloseReason::transport_close;
  std::uint32_t most_received_ = 0;  ///< 0: as the transport was made
  bool queued_ = false;              ///< for its turn to send
  bool writing_ = false;
  bool closing_ = false;
  bool finished_ = false;
};

}  // namespace pantheon::engineio
