#include "socketio/pending_acks.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>

namespace pantheon::socketio {

struct PendingAcks::Ticket {
  Ticket(const asio::any_io_executor& executor, std::chrono::milliseconds timeout, std::uint64_t number,
         std::shared_ptr<Table> t)
      : timer(executor, timeout), id(number), table(std::move(t)) {}
  ~Ticket() { table->erase(id); }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  void complete(core::Result<Answer> value) {
    result = std::move(value);
    timer.cancel();
  }

  asio::steady_timer timer;
  std::uint64_t id;
  std::shared_ptr<Table> table;
  std::optional<core::Result<Answer>> result;
};

core::Result<std::shared_ptr<PendingAcks::Ticket>> PendingAcks::open(asio::any_io_executor executor,
                                                                     std::chrono::milliseconds timeout) {
  if (!table_) table_ = std::make_shared<Table>();
  if (table_->size() >= max_pending_) return core::failure(SocketioError::too_many_pending_acks);
  auto ticket = std::make_shared<Ticket>(std::move(executor), timeout, next_++, table_);
  table_->emplace(ticket->id, ticket);
  return ticket;
}

std::uint64_t PendingAcks::id_of(const Ticket& ticket) {
  return ticket.id;
}

asio::awaitable<core::Result<Answer>> PendingAcks::wait(std::shared_ptr<Ticket> ticket) {
  if (!ticket->result) {
    const auto [error] = co_await ticket->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!ticket->result) {
      if (error) co_return core::failure(core::CommonError::cancelled);
      co_return core::failure(SocketioError::ack_timeout);
    }
  }
  co_return std::move(*ticket->result);
}

bool PendingAcks::resolve(std::uint64_t id, Answer answer) {
  if (!table_) return false;
  const auto found = table_->find(id);
  if (found == table_->end()) return false;
  const auto ticket = found->second.lock();
  table_->erase(found);
  if (!ticket || ticket->result) return false;
  ticket->complete(std::move(answer));
  return true;
}

void PendingAcks::fail_all() {
  if (!table_) return;
  const Table waiting = std::exchange(*table_, {});
  for (const auto& [id, weak] : waiting) {
    if (const auto ticket = weak.lock()) ticket->complete(core::failure(SocketioError::disconnected));
  }
}

}  // namespace pantheon::socketio
