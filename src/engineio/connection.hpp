#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
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
  std::size_t max_packets = 4096;
};

/// One open Engine.IO session over a transport, server or client side: pings, a bounded send queue, and an
/// orderly end. Use from the executor's thread.
class Connection : public std::enable_shared_from_this<Connection>, private Timeout {
 public:
  using MessageHandler = std::function<void(const PacketView&)>;
  using CloseHandler = std::function<void(CloseReason)>;

  /// `tasks` owns the coroutine that writes what cannot be sent at once. `turn` and `timeouts` are common to
  /// the connections of a server; without them, this one has its own.
  Connection(std::string id, Role role, Session::Timing timing, std::shared_ptr<Transport> transport,
             std::shared_ptr<core::TaskGroup> tasks, QueueLimits limits,
             std::shared_ptr<SendTurn> turn = nullptr, std::shared_ptr<Timeouts> timeouts = nullptr);

  const std::string& id() const { return id_; }
  bool open() const { return session_.open() && !closing_; }
  bool finished() const { return finished_; }
  /// All that was sent has been handed on, and the transport is ready for more.
  bool writable() const { return open() && outbox_.empty() && !writing_ && transport_->writable(); }
  /// Sends what waits, or begins to. For SendTurn.
  void flush();
  /// Set both before run(). What a message is a view of is gone when the handler returns.
  void on_message(MessageHandler handler) { on_message_ = std::move(handler); }
  /// Called once; both handlers are dropped with it.
  void on_close(CloseHandler handler) { on_close_ = std::move(handler); }

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

  /// Receives until the session ends; then `ended` is called once, from the loop. No coroutine is kept for
  /// it. False when the transport needs one: await run(). Whoever holds the connection lets go of it in
  /// `ended`.
  static bool start(const std::shared_ptr<Connection>& self, std::function<void()> ended);
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
  void watch();
  void finish(CloseReason reason);
  static asio::awaitable<void> write(std::shared_ptr<Connection> self);

  std::string id_;
  Session session_;
  std::shared_ptr<Transport> transport_;
  std::shared_ptr<core::TaskGroup> tasks_;
  std::shared_ptr<SendTurn> turn_;
  QueueLimits limits_;
  core::SteadyTime watched_;  ///< the deadline that the timer is set to
  std::shared_ptr<Timeouts> timeouts_;
  Outbox outbox_;
  MessageHandler on_message_;
  CloseHandler on_close_;
  CloseReason reason_ = CloseReason::transport_close;
  bool queued_ = false;  ///< for its turn to send
  bool writing_ = false;
  bool delivering_ = false;
  bool closing_ = false;
  bool finished_ = false;
};

}  // namespace pantheon::engineio
