#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>
#include <memory>

#include "core/clock.hpp"

namespace pantheon::engineio {

namespace asio = boost::asio;

/// Which time-outs wait together: those of one kind take about equally long, so that each finds its place
/// near the end.
enum class TimeoutKind { heartbeat, answer, closing };

/// One of them, a part of what it belongs to. Gone, it calls nobody any more.
class Timeout
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Timeout() = default;

 protected:
  virtual void on_timeout() = 0;

 private:
  friend class Timeouts;
  core::SteadyTime due_;
};

/// The time-outs of many connections on one timer for each kind: an idle connection costs two pointers, not a
/// timer. Use from the executor's thread.
class Timeouts : public std::enable_shared_from_this<Timeouts> {
 public:
  explicit Timeouts(const asio::any_io_executor& executor);
  /// Calls `timeout` once at `due`, and not at the time it was armed for before.
  void arm(Timeout& timeout, TimeoutKind kind, core::SteadyTime due);
  /// Calls whatever is due but waits for its turn on the loop: before something that comes too late is taken.
  void run_due();
  /// When nobody waits any more: a loop that ends when nothing is left to do does not wait for the timers.
  void rest();
  static void disarm(Timeout& timeout) {
    if (timeout.is_linked()) timeout.unlink();
  }

 private:
  struct Queue {
    explicit Queue(const asio::any_io_executor& executor) : timer(executor) {}
    boost::intrusive::list<Timeout, boost::intrusive::constant_time_size<false>> waiting;  ///< by `due`
    asio::steady_timer timer;
    bool set = false;
  };
  void watch(Queue& queue);
  void run(Queue& queue);
  std::array<Queue, 3> queues_;
};

}  // namespace pantheon::engineio
