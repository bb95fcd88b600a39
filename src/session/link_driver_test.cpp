#include "session/link_driver.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "link/testing/support.hpp"
#include "session/error.hpp"

namespace pantheon::session {
namespace {

using core::operator""_KiB;
using core::operator""_MiB;

/// A driver over a channel of which a test says how full it is, and the bare link that it speaks to.
class LinkDriverTest : public testing::Test {
 protected:
  ~LinkDriverTest() override {
    if (driver_) driver_->detach();
    tasks_.cancel();
    settle();
  }

  /// The driver answers, unless it offers.
  void connect(ExchangeHandler serve, link::Role role = link::Role::answerer) {
    ChannelTransport transport;
    transport.send = [this](core::ByteView message) { return send(message); };
    transport.buffered_amount = [this] { return buffered_; };
    transport.set_low_threshold = [this](core::Bytes level) {
      if (drains_before_threshold_) buffered_ = core::Bytes{0};
      low_threshold_ = level;
    };
    LinkCallbacks on;
    on.on_closed = [this](link::LinkError code, std::string_view) { closed_.push_back(code); };
    on.on_push = [this](std::string_view kind, const core::json::object&) { pushed_.emplace_back(kind); };
    driver_ = std::make_shared<LinkDriver>(tasks_, link::testing::stand_in_config(role), std::move(transport),
                                           std::move(on), std::move(serve), PeerIdentity{});
    const auto other = role == link::Role::answerer ? link::Role::offerer : link::Role::answerer;
    peer_.emplace(link::testing::stand_in_config(other), now_);
    driver_->start();
    exchange_messages();
    ASSERT_TRUE(driver_->connection().ready());
    ASSERT_TRUE(peer_->ready());
    sent_.clear();
    sends_ = 0;
  }

  core::Result<void> send(core::ByteView message) {
    ++sends_;
    if (send_fails_) return core::failure(core::CommonError::unavailable);
    sent_.emplace_back(message.begin(), message.end());
    return {};
  }
  void settle() {
    io_.restart();
    io_.poll();
  }
  /// What the driver has sent reaches the peer; its answers come back.
  void exchange_messages() {
    for (bool moved = true; moved;) {
      settle();
      const auto arrived = std::exchange(to_peer(), {});
      for (const auto& message : arrived) peer_->receive(message, now_);
      for (auto& event : link::testing::take_events(*peer_)) events_.push_back(std::move(event));
      const auto answers = link::testing::take_messages(*peer_, now_);
      for (const auto& message : answers) driver_->receive(message, false);
      moved = !arrived.empty() || !answers.empty();
    }
  }
  std::vector<core::ByteVector>& to_peer() { return sent_; }

  link::StreamId peer_opens() {
    const auto id = peer_->open({"POST", "/", {}, {}, {}}).value();
    for (const auto& message : link::testing::take_messages(*peer_, now_)) driver_->receive(message, false);
    settle();
    return id;
  }
  std::unique_ptr<ClientStream> driver_opens() {
    const auto id = driver_->connection().open({"POST", "/", {}, {}, {}}).value();
    auto state = std::make_shared<StreamState>(io_.get_executor());
    driver_->add_stream(id, state);
    driver_->schedule_flush();
    opened_ = id;
    return make_client_stream(driver_, id, std::move(state));
  }
  template <class Event>
  std::size_t count() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        events_, [](const auto& event) { return std::holds_alternative<Event>(event); }));
  }
  std::size_t bytes_read() const {
    std::size_t bytes = 0;
    for (const auto& event : events_) {
      if (const auto* data = std::get_if<link::Data>(&event)) bytes += data->bytes.size();
    }
    return bytes;
  }

  asio::io_context io_;
  core::TaskGroup tasks_{io_.get_executor()};
  core::SteadyTime now_ = link::testing::kStart;  ///< of the peer
  std::shared_ptr<LinkDriver> driver_;
  std::optional<link::Connection> peer_;
  std::vector<core::ByteVector> sent_;  ///< and not yet taken by the peer
  std::vector<link::Event> events_;     ///< of the peer
  link::StreamId opened_{};
  core::Bytes buffered_{0};
  core::Bytes low_threshold_{0};
  bool drains_before_threshold_ = false;  ///< so that nothing tells of it
  bool send_fails_ = false;
  int sends_ = 0;
  std::vector<link::LinkError> closed_;
  std::vector<std::string> pushed_;
  std::optional<core::Error> write_error_;
};

asio::awaitable<void> answer_in_pieces(std::shared_ptr<Exchange> exchange) {
  (void)exchange->send_head({200, {}, {}});
  for (const char* piece : {"one ", "two ", "three"}) (void)co_await exchange->write(core::as_bytes(piece));
  exchange->end();
}

TEST_F(LinkDriverTest, WhatIsReadyTogetherTravelsTogether) {
  connect(answer_in_pieces);
  peer_->end(peer_->open({"GET", "/", {}, {}, {}}).value());
  for (const auto& message : link::testing::take_messages(*peer_, now_)) driver_->receive(message, false);
  settle();
  EXPECT_EQ(sends_, 1) << "a head, three pieces and an end";
  exchange_messages();
  EXPECT_EQ(bytes_read(), 13U);
  EXPECT_EQ(count<link::End>(), 1U);
}

struct Writing {
  std::size_t pieces = 0;
  bool done = false;
};

asio::awaitable<void> answer_in_blocks(std::shared_ptr<Exchange> exchange, Writing& writing) {
  const core::ByteVector piece((64_KiB).count);
  (void)exchange->send_head({200, {}, {}});
  for (; writing.pieces < 32; ++writing.pieces) {
    const auto written = co_await exchange->write(piece);
    if (!written) co_return;
  }
  exchange->end();
  writing.done = true;
}

/// An answer that meets a channel whose buffer is full.
class FullChannelTest : public LinkDriverTest {
 protected:
  void SetUp() override {
    connect([this](std::shared_ptr<Exchange> exchange) {
      return answer_in_blocks(std::move(exchange), writing);
    });
    buffered_ = 2_MiB;
    peer_opens();
    exchange_messages();
  }
  Writing writing;
};

TEST_F(FullChannelTest, StopsTheWriterUntilItHasDrained) {
  EXPECT_EQ(bytes_read(), 0U) << "only what controls the link goes past a full buffer";
  EXPECT_EQ(count<link::Response>(), 1U);
  EXPECT_LT(writing.pieces, 8U) << "what waits to be sent is limited";
  EXPECT_GT(low_threshold_, core::Bytes{0});
  EXPECT_LT(low_threshold_, buffered_);

  buffered_ = core::Bytes{0};
  driver_->flush();  // as LinkChannel::drained() does
  std::size_t credited = 0;
  for (int round = 0; round < 200 && !writing.done; ++round) {
    exchange_messages();
    const auto unread = bytes_read() - credited;
    credited += unread;
    if (unread > 0) peer_->consumed(link::StreamId{1}, core::Bytes{unread});
    driver_->flush();
  }
  exchange_messages();
  EXPECT_TRUE(writing.done);
  EXPECT_EQ(bytes_read(), (2_MiB).count);
}

TEST_F(FullChannelTest, IsFilledWhenItDrainsJustBeforeItsThresholdIsSet) {
  ASSERT_EQ(bytes_read(), 0U);
  drains_before_threshold_ = true;
  driver_->flush();
  EXPECT_FALSE(sent_.empty()) << "no event will come";
}

asio::awaitable<void> answer_in_time(std::shared_ptr<Exchange> exchange, std::optional<core::Error>& error) {
  const core::ByteVector piece((4_MiB).count);
  (void)exchange->send_head({200, {}, {}});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
  const auto written = co_await exchange->write_until(piece, deadline);
  error = written ? core::Error(core::CommonError::internal) : written.error();
  exchange->reset("timed_out", "late");
}

TEST_F(LinkDriverTest, AWriterNeedNotWaitForEverForAPeerThatGivesNoCredit) {
  connect([this](std::shared_ptr<Exchange> exchange) {
    return answer_in_time(std::move(exchange), write_error_);
  });
  peer_opens();
  exchange_messages();
  ASSERT_FALSE(write_error_) << "it waits";
  io_.restart();
  io_.run_for(std::chrono::milliseconds(500));
  ASSERT_TRUE(write_error_);
  EXPECT_TRUE(write_error_->is(core::CommonError::timeout)) << write_error_->message();
  exchange_messages();
  EXPECT_EQ(count<link::Reset>(), 1U);
}

TEST_F(LinkDriverTest, WithoutAHandlerARequestIsRefused) {
  connect({});
  peer_opens();
  exchange_messages();
  ASSERT_EQ(count<link::Reset>(), 1U);
  EXPECT_EQ(std::get<link::Reset>(events_.back()).code, link::LinkError::refused_stream);
  EXPECT_FALSE(driver_->connection().closed());
}

asio::awaitable<void> forget(std::shared_ptr<Exchange>) {
  co_return;
}

TEST_F(LinkDriverTest, AnExchangeThatIsForgottenEndsWithAnError) {
  connect(forget);
  peer_opens();
  exchange_messages();
  ASSERT_EQ(count<link::Reset>(), 1U);
  EXPECT_EQ(std::get<link::Reset>(events_.back()).code, link::LinkError::internal);
}

/// Up to the final one.
asio::awaitable<void> read_heads(ClientStream& stream, std::vector<unsigned>& statuses, std::string& error) {
  while (statuses.empty() || statuses.back() == 102) {
    const auto head = co_await stream.head();
    if (!head) {
      error = head.error().code();
      co_return;
    }
    statuses.push_back(head->status);
  }
}

TEST_F(LinkDriverTest, OfInterimHeadsThatNobodyReadsSixteenAreKept) {
  connect({}, link::Role::offerer);
  const auto stream = driver_opens();
  exchange_messages();
  for (int n = 0; n < 40; ++n) {
    ASSERT_TRUE(peer_->respond(opened_, {102, {}, {{"position", n}}}));
    now_ += std::chrono::milliseconds(150);  // their sender keeps to ten a second
    peer_->tick(now_);
    exchange_messages();
  }
  ASSERT_TRUE(peer_->respond(opened_, {200, {}, {}}));
  exchange_messages();
  std::vector<unsigned> heads;
  std::string error;
  tasks_.spawn(read_heads(*stream, heads, error));
  settle();
  ASSERT_EQ(heads.size(), 17U);
  EXPECT_EQ(heads.back(), 200U);
}

TEST_F(LinkDriverTest, ItsEndIsToldOnceAndNotFromWithinTheCall) {
  connect(answer_in_pieces);
  driver_->close(link::LinkError::shutting_down, "bye");
  EXPECT_TRUE(closed_.empty());
  driver_->close(link::LinkError::internal, "again");
  settle();
  EXPECT_EQ(closed_, std::vector{link::LinkError::shutting_down});
  exchange_messages();
  ASSERT_EQ(count<link::Closed>(), 1U);
  EXPECT_EQ(std::get<link::Closed>(events_.back()).code, link::LinkError::shutting_down);
  EXPECT_EQ(std::get<link::Closed>(events_.back()).message, "bye");
  driver_->receive(core::ByteVector{1, 2, 3}, false);
  settle();
  EXPECT_EQ(closed_.size(), 1U);
}

TEST_F(LinkDriverTest, ANormalEndIsSaidAsShuttingDownSinceTheChannelCloses) {
  connect(answer_in_pieces);
  driver_->close(link::LinkError::no_error, "");
  exchange_messages();
  EXPECT_EQ(closed_, std::vector{link::LinkError::shutting_down});
}

TEST_F(LinkDriverTest, DetachedItCallsNobodyAndItsStreamsFail) {
  connect({}, link::Role::offerer);
  const auto stream = driver_opens();
  exchange_messages();
  std::vector<unsigned> heads;
  std::string error;
  tasks_.spawn(read_heads(*stream, heads, error));
  settle();
  const auto sends = sends_;
  driver_->detach();
  driver_->close(link::LinkError::internal, "late");
  ASSERT_TRUE(peer_->push("hosting", {{"hosting", true}}));
  for (const auto& message : link::testing::take_messages(*peer_, now_)) driver_->receive(message, false);
  driver_->receive(core::as_bytes("{}"), true);
  settle();
  EXPECT_EQ(error, "link_closed");
  EXPECT_EQ(sends_, sends);
  EXPECT_TRUE(closed_.empty());
  EXPECT_TRUE(pushed_.empty());
}

TEST_F(LinkDriverTest, AChannelThatTakesNothingMoreIsNotPressed) {
  Writing writing;
  connect([&writing](std::shared_ptr<Exchange> exchange) {
    return answer_in_blocks(std::move(exchange), writing);
  });
  send_fails_ = true;
  peer_opens();
  EXPECT_LE(sends_, 4) << "one attempt for each time there was something new to say";
  EXPECT_FALSE(writing.done);
}

}  // namespace
}  // namespace pantheon::session
