#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <vector>

namespace pantheon::engineio {

namespace asio = boost::asio;

class Connection;

/// The connections that have something to send. They send when everything that is ready to be read has been
/// read, so that what one turn of the loop brings for a peer goes out together; and when there is much to do,
/// what a few turns bring, so that peers are woken once for many messages. Use from the executor's thread.
class SendTurn : public std::enable_shared_from_this<SendTurn> {
 public:
  explicit SendTurn(asio::any_io_executor executor) : executor_(std::move(executor)) {}
  /// Its flush() is called once, soon.
  void add(std::shared_ptr<Connection> connection);

 private:
  void post();
  void run();
  asio::any_io_executor executor_;
  std::vector<std::shared_ptr<Connection>> waiting_;
  std::size_t seen_ = 0;                              ///< how many waited when it was posted
  unsigned polls_ = 0;                                ///< for which they have waited
  std::vector<std::shared_ptr<Connection>> sending_;  ///< empty between turns; kept for its memory
};

}  // namespace pantheon::engineio
