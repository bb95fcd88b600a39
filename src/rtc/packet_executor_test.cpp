#include <gtest/gtest.h>

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <rtc/rtc.hpp>
#include <string>
#include <thread>
#include <vector>

#include "rtc/library.hpp"

// What third_party/libdatachannel/0005-packets-on-the-executor.patch promises (docs/decisions/0012).
namespace pantheon::rtc {
namespace {
namespace lib = ::rtc;

using PacketExecutor = std::function<void(std::function<void()>)>;

// Without the patch the library's own threads read, and everything arrives all the same.
template <class Configuration>
constexpr bool kTakesExecutor = requires(Configuration configuration) {
  configuration.packetExecutor;
};
constexpr bool kPatched = kTakesExecutor<lib::Configuration>;

void set_executor(auto& configuration, PacketExecutor executor) {
  if constexpr (kPatched) configuration.packetExecutor = std::move(executor);
}

/// A loop that runs as long as somebody has its executor: connections end in the background, on it or on
/// others.
boost::asio::any_io_executor shared_loop() {
  auto loop = std::make_unique<boost::asio::io_context>(1);
  boost::asio::any_io_executor executor =
      boost::asio::require(loop->get_executor(), boost::asio::execution::outstanding_work.tracked);
  std::thread([loop = std::move(loop)] { loop->run(); }).detach();
  return executor;
}

/// Two bare connections on loopback, one channel; the answering one has the executor.
class ReadingPackets : public testing::Test {
 protected:
  void start(PacketExecutor executor) {
    start_library();
    lib::Configuration configuration;
    configuration.bindAddress = "127.0.0.1";
    peers_[0] = std::make_shared<lib::PeerConnection>(configuration);
    set_executor(configuration, std::move(executor));
    peers_[1] = std::make_shared<lib::PeerConnection>(configuration);
    signal(*peers_[0], *peers_[1]);
    signal(*peers_[1], *peers_[0]);
    peers_[1]->onDataChannel([this](const std::shared_ptr<lib::DataChannel>& channel) {
      channel->onMessage([this](const lib::message_variant&) { note([this] { ++received_; }); });
      note([&] { receiver_ = channel; });
    });
    sender_ = peers_[0]->createDataChannel("packets");
    sender_->onOpen([this] { note([this] { open_ = true; }); });
    ASSERT_TRUE(signal_until_open());
  }

  void TearDown() override {
    for (const auto& channel : {sender_, receiver_}) {
      if (channel) channel->resetCallbacks();
    }
    for (const auto& peer : peers_) {
      if (peer) peer->resetCallbacks();
    }
    for (const auto& peer : peers_) {
      if (peer) peer->close();
    }
  }

  void send(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) sender_->send(std::string(1000, 'x'));
  }

  bool all_received(std::size_t count) {
    return wait_until([this, count] { return received_ == count; });
  }

  template <class Change>
  void note(Change&& change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  template <class Done>
  bool wait_until(Done&& done) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), std::forward<Done>(done));
  }

  std::shared_ptr<lib::DataChannel> sender_, receiver_;

 private:
  void signal(lib::PeerConnection& from, lib::PeerConnection& to) {
    from.onLocalDescription([this, &to](const lib::Description& description) {
      note([&] { signals_.emplace_back([&to, description] { to.setRemoteDescription(description); }); });
    });
    from.onLocalCandidate([this, &to](const lib::Candidate& candidate) {
      note([&] { signals_.emplace_back([&to, candidate] { to.addRemoteCandidate(candidate); }); });
    });
  }

  // Signals are given on the test's thread: one connection is used by one thread.
  bool signal_until_open() {
    for (;;) {
      std::function<void()> next;
      if (!wait_until([this] { return !signals_.empty() || (open_ && receiver_); })) return false;
      {
        const std::lock_guard lock(mutex_);
        if (signals_.empty()) return true;
        next = std::move(signals_.front());
        signals_.pop_front();
      }
      next();
    }
  }

  std::array<std::shared_ptr<lib::PeerConnection>, 2> peers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> signals_;
  std::size_t received_ = 0;
  bool open_ = false;
};

TEST_F(ReadingPackets, HappensOnTheExecutorThatTakesThem) {
  const auto executor = shared_loop();
  start([executor](std::function<void()> task) { boost::asio::post(executor, std::move(task)); });
  std::thread::id reader, of_loop;
  boost::asio::post(executor, [&] { note([&] { of_loop = std::this_thread::get_id(); }); });
  EXPECT_TRUE(wait_until([&] { return of_loop != std::thread::id(); }));
  std::size_t read = 0;
  receiver_->onMessage([&](const lib::message_variant&) {
    note([&] {
      ++read;
      reader = std::this_thread::get_id();
    });
  });
  // The pool reads as well when the loop is late, or when it has just done so.
  for (std::size_t sent = 1; sent <= 100 && reader != of_loop; ++sent) {
    send(1);
    ASSERT_TRUE(wait_until([&] { return read == sent; }));
  }
  EXPECT_EQ(reader == of_loop, kPatched);
}

TEST_F(ReadingPackets, GoesOnWithoutAnExecutorThatDropsThem) {
  start([](const std::function<void()>&) {});
  send(1);
  EXPECT_TRUE(all_received(1));
  send(500);
  EXPECT_TRUE(all_received(501));
}

struct Kept {
  std::mutex mutex;
  std::vector<std::function<void()>> tasks;
};

// The sender stops after ten packets that nobody acknowledges.
TEST_F(ReadingPackets, GoesOnWithoutAnExecutorThatIsBusyForever) {
  const auto kept = std::make_shared<Kept>();
  start([kept](std::function<void()> task) {
    const std::lock_guard lock(kept->mutex);
    kept->tasks.push_back(std::move(task));
  });
  send(500);
  EXPECT_TRUE(all_received(500));
  std::vector<std::function<void()>> late;
  {
    const std::lock_guard lock(kept->mutex);
    late.swap(kept->tasks);
  }
  EXPECT_EQ(late.empty(), !kPatched);
  for (const auto& task : late) task();
  send(500);
  EXPECT_TRUE(all_received(1000));
}

}  // namespace
}  // namespace pantheon::rtc
