#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace pantheon::rtc {

/// Hands what other threads report to one executor in batches. While a batch waits or is worked on, further
/// reports join the next one and cost no wake-up. `Events` is default-constructible and movable; the reader
/// takes batches in turn until there is none.
template <class Events>
class Inbox {
 public:
  /// `reader` is called on the executor whenever there may be something to take().
  Inbox(boost::asio::any_io_executor executor, std::function<void()> reader)
      : executor_(std::move(executor)), reader_(std::make_shared<std::function<void()>>(std::move(reader))) {}

  /// Any thread: reports something by changing the waiting batch. Does nothing after detach().
  template <class Change>
  void add(Change&& change) {
    const std::lock_guard lock(mutex_);
    if (detached_) return;
    change(waiting_);
    any_ = true;
    if (!std::exchange(reading_, true)) post();
  }

  /// Reader only: the waiting batch; nothing when there is none, and then the next add() calls the reader
  /// again.
  std::optional<Events> take() {
    const std::lock_guard lock(mutex_);
    if (detached_ || !any_) {
      reading_ = false;
      return std::nullopt;
    }
    any_ = false;
    return std::exchange(waiting_, Events{});
  }

  /// Reader only: adds what is left and goes on in a later turn of the executor, so that others get theirs.
  template <class Change>
  void yield(Change&& change) {
    const std::lock_guard lock(mutex_);
    if (detached_) return;
    change(waiting_);
    any_ = true;
    post();
  }

  /// Executor only: after it returns, the executor is not touched any more.
  void detach() {
    Events dropped;  // destroyed after the lock is released: that may report something or wake a thread
    const std::lock_guard lock(mutex_);
    detached_ = true;
    std::swap(dropped, waiting_);
  }

 private:
  void post() {
    boost::asio::post(executor_, [reader = reader_] { (*reader)(); });
  }

  const boost::asio::any_io_executor executor_;
  const std::shared_ptr<std::function<void()>> reader_;
  std::mutex mutex_;
  Events waiting_;
  bool any_ = false;
  bool reading_ = false;
  bool detached_ = false;
};

}  // namespace pantheon::rtc
