#include "engineio/timeouts.hpp"

namespace pantheon::engineio {

Timeouts::Timeouts(const asio::any_io_executor& executor)
    : queues_{Queue(executor), Queue(executor), Queue(executor)} {}

void Timeouts::arm(Timeout& timeout, TimeoutKind kind, core::SteadyTime due) {
  if (timeout.is_linked()) timeout.unlink();
  timeout.due_ = due;
  Queue& queue = queues_.at(static_cast<std::size_t>(kind));
  auto behind = queue.waiting.end();
  while (behind != queue.waiting.begin() && std::prev(behind)->due_ > due) --behind;
  queue.waiting.insert(behind, timeout);
  if (&queue.waiting.front() == &timeout) watch(queue);
}

void Timeouts::run_due() {
  const auto now = std::chrono::steady_clock::now();
  for (auto& queue : queues_) {
    if (!queue.waiting.empty() && queue.waiting.front().due_ <= now) run(queue);
  }
}

void Timeouts::rest() {
  for (auto& queue : queues_) {
    if (!queue.waiting.empty()) continue;
    queue.timer.cancel();
    queue.set = false;
  }
}

void Timeouts::watch(Queue& queue) {
  if (queue.waiting.empty()) return;
  const auto due = queue.waiting.front().due_;
  if (queue.set && queue.timer.expiry() <= due) return;  // it looks again when it has come
  queue.set = true;
  queue.timer.expires_at(due);
  queue.timer.async_wait([weak = weak_from_this(), &queue](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!error && self) self->run(queue);
  });
}

void Timeouts::run(Queue& queue) {
  queue.set = false;
  const auto now = std::chrono::steady_clock::now();
  while (!queue.waiting.empty() && queue.waiting.front().due_ <= now) {
    Timeout& timeout = queue.waiting.front();
    timeout.unlink();
    timeout.on_timeout();
  }
  watch(queue);
}

}  // namespace pantheon::engineio
