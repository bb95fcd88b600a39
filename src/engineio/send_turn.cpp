#include "engineio/send_turn.hpp"

#include <boost/asio/post.hpp>

#include "engineio/connection.hpp"

namespace pantheon::engineio {
namespace {

constexpr std::size_t kKept = 1024;

}  // namespace

void SendTurn::add(std::shared_ptr<Connection> connection) {
  waiting_.push_back(std::move(connection));
  if (waiting_.size() > 1) return;
  asio::post(executor_, [self = shared_from_this()] { self->run(); });
}

void SendTurn::run() {
  sending_.swap(waiting_);
  for (const auto& connection : sending_) connection->flush();
  sending_.clear();
  if (sending_.capacity() > kKept) sending_.shrink_to_fit();
}

}  // namespace pantheon::engineio
