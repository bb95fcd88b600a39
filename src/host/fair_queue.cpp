#include "host/fair_queue.hpp"

#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <unordered_set>

#include "core/async_event.hpp"

namespace pantheon::host {
namespace {

using namespace std::chrono_literals;

// docs/link-protocol.md, section 5: at most 10 interim heads a second.
constexpr auto kPositionInterval = 100ms;

}  // namespace

struct FairQueue::State {
  State(asio::any_io_executor executor, FairOrder::Limits limits)
      : order(limits), changed(std::move(executor)) {}

  void admit() {
    while (const auto ticket = order.next()) admitted.insert(*ticket);
    changed.notify();
  }
  void leave(FairOrder::Ticket ticket) {
    admitted.erase(ticket);
    order.leave(ticket);
    admit();
  }

  FairOrder order;
  std::unordered_set<FairOrder::Ticket> admitted;
  core::AsyncEvent changed;
};

FairQueue::Place::Place(Place&& other) noexcept : state_(std::move(other.state_)), ticket_(other.ticket_) {}

FairQueue::Place& FairQueue::Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  release();
  state_ = std::move(other.state_);
  ticket_ = other.ticket_;
  return *this;
}

void FairQueue::Place::release() {
  if (const auto state = std::exchange(state_, nullptr)) state->leave(ticket_);
}

FairQueue::FairQueue(asio::any_io_executor executor, FairOrder::Limits limits)
    : state_(std::make_shared<State>(std::move(executor), limits)) {}

asio::awaitable<core::Result<FairQueue::Place>> FairQueue::wait_for_place(std::shared_ptr<State> state,
                                                                          std::string lane,
                                                                          FairOrder::LaneLimits limits,
                                                                          PositionHandler on_position) {
  const auto ticket = state->order.enter(lane, limits);
  if (!ticket) co_return core::failure(ticket.error());
  Place place(state, *ticket);  // leaves the line when this coroutine ends early
  state->admit();
  std::size_t told = 0;
  auto told_at = std::chrono::steady_clock::time_point::min();
  while (!state->admitted.contains(*ticket)) {
    const auto position = state->order.position(*ticket);
    const auto now = std::chrono::steady_clock::now();
    const bool may_tell = told == 0 || now - told_at >= kPositionInterval;
    if (position != told && may_tell) {
      told = position;
      told_at = now;
      if (on_position) on_position(position);
    }
    bool go_on = true;
    if (position != told) {
      go_on = co_await state->changed.wait_until(told_at + kPositionInterval);
    } else {
      go_on = co_await state->changed.wait();
    }
    if (!go_on) co_return core::failure(core::CommonError::cancelled);
  }
  co_return place;
}

asio::awaitable<core::Result<FairQueue::Place>> FairQueue::enter(std::string lane,
                                                                 FairOrder::LaneLimits limits,
                                                                 PositionHandler on_position) {
  return wait_for_place(state_, std::move(lane), limits, std::move(on_position));
}

void FairQueue::set_running_limit(unsigned running) {
  state_->order.set_running_limit(running);
  state_->admit();
}

std::size_t FairQueue::waiting() const {
  return state_->order.waiting();
}
unsigned FairQueue::running() const {
  return state_->order.running();
}

}  // namespace pantheon::host
