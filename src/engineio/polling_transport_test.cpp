#include "engineio/polling_transport.hpp"

#include <gtest/gtest.h>

#include "core/task_group.hpp"
#include "http/error.hpp"
#include "http/testing/test_loop.hpp"

namespace pantheon::engineio {
namespace {

class PollingTest : public testing::Test {
 protected:
  void TearDown() override {
    tasks.cancel();
    loop.run(tasks.join());
  }

  // Requests have begun when these return, and say when they are answered.
  void get() {
    tasks.spawn(keep(PollingTransport::poll(transport), gets, changed));
    loop.run(turn());
  }
  void post(std::string body) {
    http::Request request;
    request.method = "POST";
    if (const auto refused = transport->begin_post(request); refused) {
      posts.push_back(*refused);
      return;
    }
    tasks.spawn(keep(PollingTransport::post(transport, std::move(body)), posts, changed));
    loop.run(turn());
  }
  static asio::awaitable<void> turn() { co_return; }
  static asio::awaitable<void> keep(asio::awaitable<http::Response> request, std::vector<http::Response>& to,
                                    core::AsyncEvent& event) {
    to.push_back(co_await std::move(request));
    event.notify();
  }
  void send(std::vector<Packet> packets) {
    for (const auto& packet : packets) outbox.push(encode_frame(packet));
    tasks.spawn(flush(*this));
    loop.run(turn());
  }
  static asio::awaitable<void> flush(PollingTest& test) {
    const auto sent = co_await test.transport->send(test.outbox);
    test.sent = sent.has_value();
    test.changed.notify();
  }
  core::Result<Packet> receive() { return loop.run(transport->receive()); }
  void until(const std::function<bool()>& condition) { loop.run(wait(changed, condition)); }
  static asio::awaitable<void> wait(core::AsyncEvent& event, const std::function<bool()>& condition) {
    while (!condition()) co_await event.wait();
  }

  http::TestLoop loop;
  core::TaskGroup tasks{loop.executor()};
  core::AsyncEvent changed{loop.executor()};
  std::shared_ptr<PollingTransport> transport =
      std::make_shared<PollingTransport>(loop.executor(), PayloadLimits{core::Bytes{20}, 4});
  Outbox outbox;
  std::vector<http::Response> gets;
  std::vector<http::Response> posts;
  std::optional<bool> sent;
};

Packet message(std::string text) {
  return {PacketType::message, std::move(text), false};
}

TEST_F(PollingTest, APollTakesAllThatWaits) {
  send({message("a"), message("b"), {PacketType::message, "\x01\x02", true}});
  EXPECT_FALSE(transport->writable());
  get();
  until([&] { return !gets.empty(); });
  EXPECT_EQ(gets[0].status, 200U);
  EXPECT_EQ(gets[0].body,
            "4a\x1e"
            "4b\x1e"
            "bAQI=");
  EXPECT_EQ(gets[0].headers.get("Content-Type"), "text/plain; charset=UTF-8");
}

TEST_F(PollingTest, APollWaitsUntilThereIsSomething) {
  get();
  EXPECT_TRUE(transport->writable());
  send({message("a")});
  until([&] { return !gets.empty(); });
  EXPECT_EQ(gets[0].body, "4a");
  EXPECT_FALSE(transport->writable());
}

TEST_F(PollingTest, ALongQueueTakesSeveralPolls) {
  send({message("123456789"), message("abcdefghi"), message(std::string(50, 'x'))});
  for (std::size_t i = 0; i < 3; ++i) {
    get();
    until([&] { return gets.size() == i + 1; });
  }
  EXPECT_EQ(gets[0].body, "4123456789");
  EXPECT_EQ(gets[1].body, "4abcdefghi");
  EXPECT_EQ(gets[2].body, "4" + std::string(50, 'x'));
}

TEST_F(PollingTest, APostIsAnsweredWhenItsPacketsAreTaken) {
  post(
      "4a\x1e"
      "bAQI=");
  EXPECT_EQ(receive()->data, "a");
  EXPECT_TRUE(posts.empty());
  EXPECT_TRUE(receive()->binary);
  until([&] { return !posts.empty(); });
  EXPECT_EQ(posts[0].status, 200U);
  EXPECT_EQ(posts[0].body, "ok");
}

TEST_F(PollingTest, ASecondPollEndsTheSession) {
  get();
  get();
  EXPECT_EQ(receive().error().code(), "overlapping_request");
  transport->abort();
  until([&] { return gets.size() == 2; });
  EXPECT_EQ(gets[0].status, 400U);
  EXPECT_EQ(gets[1].body, "1");
}

TEST_F(PollingTest, ASecondPostEndsTheSession) {
  post("4a");
  post("4b");
  EXPECT_EQ(posts.at(0).status, 400U);
  EXPECT_EQ(receive()->data, "a");
  EXPECT_EQ(receive().error().code(), "overlapping_request");
}

TEST_F(PollingTest, MalformedPayloadsEndTheSession) {
  for (const char* body : {"", "abc", "4a\x1e", "b?", "4\xff",
                           "4a\x1e"
                           "4b\x1e"
                           "4c\x1e"
                           "4d\x1e"
                           "4e"}) {
    transport = std::make_shared<PollingTransport>(loop.executor(), PayloadLimits{core::Bytes{20}, 4});
    posts.clear();
    post(body);
    until([&] { return !posts.empty(); });
    EXPECT_EQ(posts[0].status, 400U) << body;
    auto received = receive();
    while (received) received = receive();  // what stands before it
    EXPECT_EQ(received.error().code(), "bad_packet_type") << body;
  }
}

TEST_F(PollingTest, ABodyThatDoesNotComeEndsTheSessionButOneTooLargeDoesNot) {
  http::Request request;
  EXPECT_FALSE(transport->begin_post(request));
  transport->post_broken_off(http::HttpError::body_too_large);
  EXPECT_FALSE(transport->begin_post(request));
  transport->post_broken_off(http::HttpError::connection_closed);
  EXPECT_EQ(receive().error().code(), "request_broken_off");
}

TEST_F(PollingTest, APollThatIsBrokenOffEndsTheSession) {
  transport->poll_broken_off();  // nothing waits
  get();
  transport->poll_broken_off();
  EXPECT_EQ(receive().error().code(), "request_broken_off");
}

TEST_F(PollingTest, BinaryBodiesAreRefused) {
  http::Request request;
  request.headers.set("Content-Type", "application/octet-stream");
  EXPECT_EQ(transport->begin_post(request)->status, 400U);
  EXPECT_EQ(receive().error().code(), "payload_not_text");
}

TEST_F(PollingTest, WhatStandsBeforeAMalformedPacketIsReceived) {
  post(
      "4a\x1e"
      "abc");
  EXPECT_EQ(posts.at(0).status, 400U);
  EXPECT_EQ(receive()->data, "a");
  EXPECT_EQ(receive().error().code(), "bad_packet_type");
}

TEST_F(PollingTest, SendsAtOnceWhereAPollWaits) {
  outbox.push(encode_frame(message("a")));
  transport->send_now(outbox);
  EXPECT_FALSE(outbox.empty());
  get();
  transport->send_now(outbox);
  until([&] { return !gets.empty(); });
  EXPECT_EQ(gets[0].body, "4a");
  EXPECT_TRUE(outbox.empty());
}

TEST_F(PollingTest, AGoodbyeLeavesThePollToTheLastAnswers) {
  get();
  post(
      "4a\x1e"
      "1");
  EXPECT_EQ(receive()->data, "a");
  EXPECT_EQ(receive()->type, PacketType::close);
  outbox.push(encode_frame(message("answer")));
  transport->send_now(outbox);
  transport->abort();
  until([&] { return !gets.empty(); });
  EXPECT_EQ(gets[0].body, "4answer");
}

TEST_F(PollingTest, AClientThatEndsTheSessionGetsItsPollBack) {
  get();
  post("1");
  EXPECT_EQ(receive()->type, PacketType::close);
  transport->abort();
  until([&] { return !gets.empty(); });
  EXPECT_EQ(gets[0].body, "6");
}

TEST_F(PollingTest, AGoodbyeThatOvertookThePollEndsTheSessionAtOnceAndIsAnsweredAfterThePoll) {
  post(
      "4last\x1e"
      "1");
  EXPECT_EQ(receive()->data, "last");
  EXPECT_EQ(receive()->type, PacketType::close);
  transport->abort();
  loop.run(turn());
  EXPECT_TRUE(posts.empty());
  EXPECT_TRUE(transport->awaits_overtaken_poll());
  get();
  until([&] { return !posts.empty(); });
  ASSERT_EQ(gets.size(), 1U);
  EXPECT_EQ(gets[0].body, "6");
  EXPECT_EQ(posts[0].body, "ok");
  get();
  until([&] { return gets.size() == 2; });
  EXPECT_EQ(gets[1].status, 400U) << "it was one poll";
}

TEST_F(PollingTest, AGoodbyeDoesNotWaitLongForAPoll) {
  post("1");
  EXPECT_EQ(receive()->type, PacketType::close);
  until([&] { return !posts.empty(); });
  EXPECT_EQ(posts[0].body, "ok");
  EXPECT_FALSE(transport->awaits_overtaken_poll());
}

TEST_F(PollingTest, ClosingTellsTheNextPoll) {
  tasks.spawn(transport->close());
  get();
  until([&] { return !gets.empty(); });
  EXPECT_EQ(gets[0].body, "1");
}

TEST_F(PollingTest, RetiringKeepsWhatWasNotTakenAndNotSent) {
  send({message("out")});
  post("4in");
  const auto rest = transport->retire();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].data, "in");
  until([&] { return sent.has_value() && !posts.empty(); });
  EXPECT_FALSE(*sent);
  EXPECT_EQ(outbox.size(), 1U);
  EXPECT_EQ(posts[0].body, "ok");
}

}  // namespace
}  // namespace pantheon::engineio
