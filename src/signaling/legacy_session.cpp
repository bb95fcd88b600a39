#include "signaling/legacy_session.hpp"

#include "core/log.hpp"
#include "signaling/legacy_message.hpp"

namespace pantheon::signaling {
LegacySession::LegacySession(std::unique_ptr<http::WebSocket> socket, core::TaskGroup& tasks,
                             std::chrono::steady_clock::duration farewell)
    : socket_(std::move(socket)),
      tasks_(&tasks),
      deadline_(tasks.executor(), [this] { on_silence(); }),
      farewell_(farewell) {}

void LegacySession::send(std::string text) {
  if (ended_ || close_code_ != 0) return;
  if (queue_.size() >= kMaxQueued || queued_bytes_ + text.size() > kMaxQueue.count) {
    core::logger("signaling")->info("a generation-1 client reads too slowly and was cut off");
    return abort();
  }
  queued_bytes_ += text.size();
  queue_.push_back(std::move(text));
  wake_writer();
}

void LegacySession::close(std::uint16_t code, std::string reason) {
  if (ended_ || close_code_ != 0) return;
  close_code_ = code;
  close_reason_ = std::move(reason);
  deadline_.arm(farewell_);
  wake_writer();
}

void LegacySession::abort() {
  ended_ = true;
  socket_->abort();
}

void LegacySession::expect_within(std::chrono::steady_clock::duration time, core::Error else_why) {
  if (closing()) return;
  why_silent_ = std::move(else_why);
  deadline_.arm(time);
}

void LegacySession::on_silence() {
  if (closing()) return abort();
  send(legacy_error({*why_silent_}));
  close(kPolicyViolation, std::string(why_silent_->code()));
}

void LegacySession::wake_writer() {
  if (std::exchange(writing_, true)) return;
  tasks_->spawn(write(shared_from_this()));
}

http::asio::awaitable<void> LegacySession::write(std::shared_ptr<LegacySession> self) {
  while (!self->queue_.empty() && !self->ended_) {
    const auto text = std::move(self->queue_.front());
    self->queue_.pop_front();
    self->queued_bytes_ -= text.size();
    const auto sent = co_await self->socket_->write(text, true);
    if (!sent) co_return self->abort();
  }
  self->writing_ = false;
  if (self->ended_ || self->close_code_ == 0) co_return;
  co_await self->socket_->close(self->close_code_, self->close_reason_);
  self->ended_ = true;
}

}  // namespace pantheon::signaling
