#include "http/deadline.hpp"

#include <boost/asio/steady_timer.hpp>

namespace pantheon::http {

using Clock = std::chrono::steady_clock;

struct Deadline::State : std::enable_shared_from_this<Deadline::State> {
  State(const asio::any_io_executor& executor, std::function<void()> callback)
      : timer(executor), on_expiry(std::move(callback)) {}

  void wait(Clock::time_point time) {
    waiting_until = time;
    timer.expires_at(time);
    timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (!error && self) self->fired();
    });
  }

  void fired() {
    waiting_until = Clock::time_point::max();
    if (deadline == Clock::time_point::max()) return;
    if (Clock::now() < deadline) {
      wait(deadline);
      return;
    }
    deadline = Clock::time_point::max();
    expired = true;
    on_expiry();
  }

  asio::steady_timer timer;
  std::function<void()> on_expiry;
  Clock::time_point deadline = Clock::time_point::max();
  Clock::time_point waiting_until = Clock::time_point::max();
  bool expired = false;
};

Deadline::Deadline(asio::any_io_executor executor, std::function<void()> on_expiry)
    : state_(std::make_shared<State>(std::move(executor), std::move(on_expiry))) {}

Deadline::~Deadline() {
  state_->deadline = Clock::time_point::max();
  state_->timer.cancel();
}

void Deadline::arm(Clock::duration time) {
  state_->expired = false;
  state_->deadline = Clock::now() + time;
  if (state_->deadline < state_->waiting_until) state_->wait(state_->deadline);
}

void Deadline::disarm() {
  state_->deadline = Clock::time_point::max();
}

bool Deadline::expired() const {
  return state_->expired;
}

}  // namespace pantheon::http
