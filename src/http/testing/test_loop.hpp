#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <stdexcept>
#include <string>

namespace pantheon::http {

/// Runs an event loop until one coroutine ends. For tests.
class TestLoop {
 public:
  boost::asio::any_io_executor executor() { return context_.get_executor(); }

  template <class T>
  T run(boost::asio::awaitable<T> task) {
    std::optional<T> result;
    std::exception_ptr failure;
    boost::asio::co_spawn(context_, std::move(task), [&](std::exception_ptr error, T value) {
      failure = error;
      result.emplace(std::move(value));
      context_.stop();
    });
    spin();
    if (failure) std::rethrow_exception(failure);
    if (!result) throw std::runtime_error("the coroutine did not end in time");
    return std::move(*result);
  }

  void run(boost::asio::awaitable<void> task) {
    bool done = false;
    std::exception_ptr failure;
    boost::asio::co_spawn(context_, std::move(task), [&](std::exception_ptr error) {
      failure = error;
      done = true;
      context_.stop();
    });
    spin();
    if (failure) std::rethrow_exception(failure);
    if (!done) throw std::runtime_error("the coroutine did not end in time");
  }

  boost::asio::io_context& context() { return context_; }

 private:
  void spin() {
    context_.restart();
    context_.run_for(std::chrono::seconds(20));
  }
  boost::asio::io_context context_{1};
};

/// Sends bytes to a port of this machine and gives what comes back until the other side closes.
inline boost::asio::awaitable<std::string> exchange_raw(std::uint16_t port, std::string bytes) {
  namespace asio = boost::asio;
  constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
  asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  co_await socket.async_connect(endpoint, asio::use_awaitable);
  co_await asio::async_write(socket, asio::buffer(bytes), kTuple);
  std::string answer;
  co_await asio::async_read(socket, asio::dynamic_buffer(answer), kTuple);
  co_return answer;
}

}  // namespace pantheon::http
