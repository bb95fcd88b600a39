#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>

#include "core/error.hpp"
#include "socketio/error.hpp"
#include "socketio/event.hpp"

namespace pantheon::socketio {

namespace asio = boost::asio;

/// Acknowledgements one side waits for. Use from the executor's thread.
class PendingAcks {
 public:
  explicit PendingAcks(std::size_t max_pending) : max_pending_(max_pending) {}

  struct Ticket;
  /// A number for the packet that asks. `too_many_pending_acks`.
  core::Result<std::shared_ptr<Ticket>> open(asio::any_io_executor executor,
                                             std::chrono::milliseconds timeout);
  static std::uint64_t id_of(const Ticket& ticket);
  /// Waits for the answer: `ack_timeout`, `disconnected`, or `cancelled`. The ticket is void afterwards.
  static asio::awaitable<core::Result<Answer>> wait(std::shared_ptr<Ticket> ticket);

  /// False when nobody waits for this number (any more).
  bool resolve(std::uint64_t id, Answer answer);
  /// Everyone who waits gets `disconnected`.
  void fail_all();

 private:
  using Table = std::map<std::uint64_t, std::weak_ptr<Ticket>>;
  std::shared_ptr<Table> table_;  ///< made at the first use: most sockets never ask for one
  std::uint64_t next_ = 0;
  std::size_t max_pending_;
};

}  // namespace pantheon::socketio
