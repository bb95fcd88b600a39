#include "engineio/send_turn.hpp"

#include <boost/asio/post.hpp>

#include "engineio/connection.hpp"

namespace pantheon::engineio {
namespace {

constexpr std::size_t kKept = 1024;
// Whoever waits for more to come waits for no longer than this.
constexpr std::size_t kMany = 32;
constexpr unsigned kMaxPolls = 16;

}  // namespace

void SendTurn::add(std::shared_ptr<Connection> connection) {
  waiting_.push_back(std::move(connection));
  if (waiting_.size() == 1) post();
}

void SendTurn::post() {
  seen_ = waiting_.size();
  asio::post(executor_, [self = shared_from_this()] { self->run(); });
}

// Between post() and run() the loop asks the system once what is ready.
void SendTurn::run() {
  const bool more_came = waiting_.size() > seen_;
  if (more_came && waiting_.size() < kMany && polls_ < kMaxPolls) {
    ++polls_;
    return post();
  }
  polls_ = 0;
  sending_.swap(waiting_);
  for (const auto& connection : sending_) connection->flush();
  sending_.clear();
  if (sending_.capacity() > kKept) sending_.shrink_to_fit();
}

}  // namespace pantheon::engineio
