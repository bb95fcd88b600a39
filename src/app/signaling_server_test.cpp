#include "app/signaling_server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "core/random.hpp"

namespace pantheon::app {
namespace {

using namespace std::chrono_literals;

asio::awaitable<void> note_end(asio::awaitable<core::Result<void>> joining, std::string& how) {
  const auto joined = co_await std::move(joining);
  how = joined ? "joined" : joined.error().code();
}

asio::awaitable<void> stop_while_it_joins(std::unique_ptr<SignalingServer> server, std::string& how) {
  const auto executor = co_await asio::this_coro::executor;
  core::TaskGroup tasks(executor);
  tasks.spawn(note_end(server->join(), how));
  constexpr int kTurns = 3;  // of the loop, so that it waits by now
  for (int turn = 0; turn < kTurns; ++turn) co_await asio::post(executor, asio::use_awaitable);
  EXPECT_EQ(how, "");
  tasks.cancel();
  co_await tasks.join();
  co_await server->stop();
}

TEST(SignalingServer, LeavesNothingBehindWhenItIsStoppedWhileItWaitsForOtherNodes) {
  const auto folder = std::filesystem::temp_directory_path() / ("pantheon-app-" + core::random_id());
  std::filesystem::create_directories(folder);
  asio::io_context io;
  SignalingServerOptions options;
  options.bind_address = "127.0.0.1";
  options.port = 0;
  options.database = folder / "signaling.db";
  options.signaling.redis_url = "redis://127.0.0.1:1";  // where nobody is
  auto server = SignalingServer::start(io.get_executor(), std::move(options));
  ASSERT_TRUE(server);
  std::string how;
  std::exception_ptr failure;
  asio::co_spawn(io, stop_while_it_joins(std::move(*server), how),
                 [&failure](std::exception_ptr error) { failure = error; });
  const auto began = std::chrono::steady_clock::now();
  io.run_for(20s);
  EXPECT_TRUE(io.stopped()) << "something still waits";
  EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
  EXPECT_EQ(failure, nullptr);
  EXPECT_EQ(how, "cancelled");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace pantheon::app
