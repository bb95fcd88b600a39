#include "cli/enter_key.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>

#include "core/task_group.hpp"
#include "platform/terminal.hpp"

namespace pantheon::cli {

asio::awaitable<void> on_enter(int keyboard, std::function<asio::awaitable<void>()> act,
                               std::chrono::milliseconds pause) {
  asio::posix::stream_descriptor input(co_await asio::this_coro::executor, keyboard);
  std::string typed;
  for (;;) {
    boost::system::error_code error;
    const auto size = co_await asio::async_read_until(input, asio::dynamic_buffer(typed, 4096), '\n',
                                                      asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      typed.erase(0, size);
      co_await act();
    } else if (platform::another_job_has(keyboard)) {
      if (!co_await core::sleep_for(pause)) co_return;
    } else {
      co_return;
    }
  }
}

}  // namespace pantheon::cli
