#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "host/fair_order.hpp"

namespace pantheon::host {

namespace asio = boost::asio;

/// The line in front of one engine, for coroutines. Use from the executor's one thread.
class FairQueue {
  struct State;

 public:
  /// A place at the engine, given back when it is destroyed. May outlive the queue.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place() { release(); }
    void release();

   private:
    friend class FairQueue;
    Place(std::shared_ptr<State> state, FairOrder::Ticket ticket)
        : state_(std::move(state)), ticket_(ticket) {}
    std::shared_ptr<State> state_;
    FairOrder::Ticket ticket_ = 0;
  };

  /// Told where in the line a request stands (1 is next), when it enters and on change, at most 10 times a
  /// second.
  using PositionHandler = std::function<void(std::size_t position)>;

  FairQueue(asio::any_io_executor executor, FairOrder::Limits limits);

  /// Waits for a place: `queue_full`, or `cancelled` when the coroutine is cancelled, which leaves the line.
  asio::awaitable<core::Result<Place>> enter(std::string lane, FairOrder::LaneLimits limits,
                                             PositionHandler on_position);
  void set_running_limit(unsigned running);
  std::size_t waiting() const;
  unsigned running() const;

 private:
  static asio::awaitable<core::Result<Place>> wait_for_place(std::shared_ptr<State> state, std::string lane,
                                                             FairOrder::LaneLimits limits,
                                                             PositionHandler on_position);
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::host
