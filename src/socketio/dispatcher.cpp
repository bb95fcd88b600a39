#include "socketio/dispatcher.hpp"

#include "core/log.hpp"

namespace pantheon::socketio {

void call_safely(std::string_view what, const std::function<void()>& handler) {
  try {
    handler();
  } catch (const std::exception& error) {
    core::logger("socketio")->error("handler of {} failed: {}", what, error.what());
  }
}

bool Dispatcher::has_room() {
  if (count_ < max_handlers_) {
    ++count_;
    return true;
  }
  core::logger("socketio")
      ->error("a socket has more than {} handlers; further ones are ignored", max_handlers_);
  return false;
}

void Dispatcher::on(std::string event, EventHandler handler) {
  if (!has_room()) return;
  if (!handlers_) handlers_ = std::make_unique<Named>();
  (*handlers_)[std::move(event)].push_back(std::move(handler));
}

void Dispatcher::on_any(EventHandler handler) {
  if (has_room()) any_.push_back(std::move(handler));
}

void Dispatcher::dispatch(const Event& event) const {
  // Copies: a handler may change what is iterated here.
  const auto any = any_;
  for (const auto& handler : any) call_safely(event.name, [&] { handler(event); });
  if (!handlers_) return;  // one of the above may have ended the connection
  const auto found = handlers_->find(event.name);
  if (found == handlers_->end()) return;
  const auto named = found->second;
  for (const auto& handler : named) call_safely(event.name, [&] { handler(event); });
}

void Dispatcher::clear() {
  handlers_.reset();
  any_.clear();
  count_ = 0;
}

}  // namespace pantheon::socketio
