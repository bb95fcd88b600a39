#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>

namespace pantheon::cli {

namespace asio = boost::asio;

/// Awaits `act` for each line that a person types at the terminal `keyboard`, which it takes and closes. Ends
/// when the terminal is gone. While another job has the terminal, as after Ctrl-Z and `bg`, it looks every
/// `pause` whether this process has it again. Runs on the executor it is awaited on; cancel it to end it.
asio::awaitable<void> on_enter(int keyboard, std::function<asio::awaitable<void>()> act,
                               std::chrono::milliseconds pause = std::chrono::seconds(1));

}  // namespace pantheon::cli
