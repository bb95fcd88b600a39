#include "session/json_handler.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "core/log.hpp"

namespace pantheon::session {

asio::awaitable<core::Result<core::json::value>> ask_handler(JsonRequestHandler handler, std::string type,
                                                             core::json::value data, PeerIdentity peer) {
  try {
    co_return co_await handler(std::move(type), std::move(data), std::move(peer));
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    core::logger("session")->error("a request of an older client failed: {}", error.what());
  } catch (const std::exception& error) {
    core::logger("session")->error("a request of an older client failed: {}", error.what());
  }
  co_return core::failure(core::CommonError::internal);
}

}  // namespace pantheon::session
