#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <functional>

#include "core/error.hpp"
#include "core/log.hpp"

namespace pantheon::core {

/// What the function gives. What it throws is logged, by `part` and as of `what`, and comes as `internal`;
/// only that it was cancelled goes on being thrown. For functions that others bring; it must outlive this.
template <class T>
boost::asio::awaitable<Result<T>> caught(const std::function<boost::asio::awaitable<Result<T>>()>& function,
                                         const char* part, const char* what) {
  try {
    auto result = co_await function();
    co_return result;
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) throw;
    logger(part)->error("{} failed: {}", what, error.what());
  } catch (const std::exception& error) {
    logger(part)->error("{} failed: {}", what, error.what());
  }
  co_return failure(CommonError::internal);
}

}  // namespace pantheon::core
