#include "cli/enter_key.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>
#include <utility>

#include "core/task_group.hpp"
#include "platform/terminal.hpp"

namespace pantheon::cli {

asio::awaitable<void> on_enter(int keyboard, std::function<asio::awaitable<void>()> act,
                               std::chrono::milliseconds pause) {
  asio::posix::stream_descriptor input(co_await asio::this_coro::executor, keyboard);
  std::string typed;
  bool refused = false;
  for (;;) {
    boost::system::error_code error;
    const auto size = co_await asio::async_read_until(input, asio::dynamic_buffer(typed, 4096), '\n',
                                                      asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      typed.erase(0, size);
      refused = false;
      co_await act();
      continue;
    }
    // The shell may have given the terminal back since the read was refused: only a second refusal says that
    // it is gone.
    const bool in_background = platform::another_job_has(keyboard);
    if (!in_background && std::exchange(refused, true)) co_return;
    if (in_background) refused = false;
    const bool alive = co_await core::sleep_for(pause);
    if (!alive) co_return;
  }
}

}  // namespace pantheon::cli
