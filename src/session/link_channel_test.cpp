#include "session/link_channel.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <optional>

#include "core/async_event.hpp"
#include "identity/device_key.hpp"
#include "session/error.hpp"

namespace pantheon::session {
namespace {

using namespace std::chrono_literals;

core::ByteVector bytes_of(std::string_view text) {
  const auto view = core::as_bytes(text);
  return {view.begin(), view.end()};
}

/// Two link channels whose messages reach each other through the executor, as those of a data channel do.
class LinkPair : public testing::Test {
 protected:
  link::Config config(link::Role role, const identity::DeviceKey& key) {
    link::Config config;
    config.role = role;
    config.device_id = key.device_id();
    const bool offers = role == link::Role::offerer;
    config.local_fingerprint = core::ByteVector(32, offers ? 1 : 2);
    config.remote_fingerprint = core::ByteVector(32, offers ? 2 : 1);
    config.account = "local:server:owner";
    config.nonce = core::ByteVector(32, offers ? 3 : 4);
    config.public_key.assign(key.public_key().begin(), key.public_key().end());
    config.peer_max_message_size = core::Bytes{262'144};
    config.sign = [key](core::ByteView transcript) {
      const auto signature = key.sign(transcript);
      return core::ByteVector(signature.begin(), signature.end());
    };
    config.verify = [](core::ByteView, core::ByteView, core::ByteView) { return true; };
    config.accept_key = [this](std::string_view, core::ByteView, const core::json::array&) { return trust_; };
    return config;
  }

  ChannelTransport transport_to(std::unique_ptr<LinkChannel>& other) {
    ChannelTransport transport;
    transport.send = [this, &other](core::ByteView message) {
      asio::post(io_, [&other, copy = core::ByteVector(message.begin(), message.end())] {
        if (other) other->receive(copy, false);
      });
      return core::Result<void>{};
    };
    transport.buffered_amount = [] { return core::Bytes{0}; };
    transport.set_low_threshold = [](core::Bytes) {};
    return transport;
  }

  void connect(ExchangeHandler serve) {
    LinkCallbacks on_client;
    on_client.on_ready = [this](const link::Ready&) { changed_.notify(), ready_ = true; };
    on_client.on_closed = [this](link::LinkError code, std::string_view) { closed_ = code; };
    on_client.on_push = [this](std::string_view kind, const core::json::object& body) {
      pushed_ = kind;
      pushed_body_ = body;
    };
    client_ =
        std::make_unique<LinkChannel>(tasks_, config(link::Role::offerer, client_key_), transport_to(host_),
                                      std::move(on_client), ExchangeHandler{}, PeerIdentity{});
    host_ = std::make_unique<LinkChannel>(tasks_, config(link::Role::answerer, host_key_),
                                          transport_to(client_), LinkCallbacks{}, std::move(serve),
                                          PeerIdentity{"", "Phone", "s1", false});
  }

  asio::awaitable<void> until_ready() {
    while (!ready_) (void)co_await changed_.wait();
  }

  template <class T>
  T run(asio::awaitable<T> task) {
    auto result = asio::co_spawn(io_, std::move(task), asio::use_future);
    while (result.wait_for(0s) != std::future_status::ready) io_.run_one();
    return result.get();
  }

  asio::io_context io_;
  core::TaskGroup tasks_{io_.get_executor()};
  core::AsyncEvent changed_{io_.get_executor()};
  identity::DeviceKey client_key_ = identity::DeviceKey::generate();
  identity::DeviceKey host_key_ = identity::DeviceKey::generate();
  core::Result<link::PeerTrust> trust_ = link::PeerTrust::pinned;
  std::unique_ptr<LinkChannel> client_;
  std::unique_ptr<LinkChannel> host_;
  bool ready_ = false;
  std::optional<link::LinkError> closed_;
  std::string pushed_;
  core::json::object pushed_body_;
};

asio::awaitable<void> echo(std::shared_ptr<Exchange> exchange) {
  (void)exchange->send_head({200, {{"content-type", "text/plain"}}, {}});
  for (;;) {
    auto bytes = co_await exchange->read();
    if (!bytes || bytes->empty()) break;
    const auto written = co_await exchange->write(*bytes);
    if (!written) co_return;
  }
  exchange->end();
}

struct Answer {
  unsigned status = 0;
  core::ByteVector body;
  std::string error;
};

asio::awaitable<Answer> read_answer(ClientStream& stream) {
  Answer answer;
  auto head = co_await stream.head();
  if (!head) {
    answer.error = head.error().message();
    co_return answer;
  }
  answer.status = head->status;
  for (;;) {
    auto bytes = co_await stream.read();
    if (!bytes) answer.error = bytes.error().message();
    if (!bytes || bytes->empty()) co_return answer;
    answer.body.insert(answer.body.end(), bytes->begin(), bytes->end());
  }
}

asio::awaitable<void> upload(ClientStream& stream, core::ByteVector body) {
  (void)co_await stream.write(body);
  stream.end();
}

asio::awaitable<Answer> ask(LinkChannel& channel, core::TaskGroup& tasks, core::ByteVector body) {
  auto stream = channel.open({"POST", "/echo", {}, {}, {}});
  if (!stream) co_return Answer{0, {}, stream.error().message()};
  // An echo larger than the windows only ends when both directions move at once.
  tasks.spawn(upload(**stream, std::move(body)));
  auto answer = co_await read_answer(**stream);
  co_return answer;
}

TEST_F(LinkPair, AnExchangeIsServedAndAnswered) {
  connect(echo);
  run(until_ready());
  const auto answer = run(ask(*client_, tasks_, bytes_of("hello")));
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(core::as_text(answer.body), "hello");
}

TEST_F(LinkPair, BodiesLargerThanEveryWindowArriveWhole) {
  connect(echo);
  run(until_ready());
  core::ByteVector body(12U * 1024 * 1024);
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<std::uint8_t>(i * 31 + i / 4096);
  const auto answer = run(ask(*client_, tasks_, body));
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.body, body);
}

TEST_F(LinkPair, NoStreamBeforeTheBindingIsVerified) {
  connect(echo);
  EXPECT_FALSE(client_->open({"GET", "/", {}, {}, {}}));
}

TEST_F(LinkPair, AnUntrustedKeyClosesTheLink) {
  trust_ = core::failure(link::LinkError::key_untrusted);
  connect(echo);
  while (!closed_) io_.run_one();
  EXPECT_EQ(closed_, link::LinkError::key_untrusted);
  EXPECT_FALSE(ready_);
}

struct Serving {
  bool started = false;
  bool cancelled = false;
};

asio::awaitable<void> wait_for_cancel(std::shared_ptr<Exchange> exchange, Serving& serving) {
  serving.started = true;
  (void)exchange->send_head({200, {}, {}});
  try {
    (void)co_await core::sleep_for(1h);
    // A cancelled coroutine throws at its next suspension point.
    (void)co_await core::sleep_for(1h);
  } catch (const boost::system::system_error&) {
    serving.cancelled = true;
    throw;
  }
}

TEST_F(LinkPair, DroppingAStreamCancelsWhoServesIt) {
  Serving serving;
  connect([&serving](std::shared_ptr<Exchange> exchange) {
    return wait_for_cancel(std::move(exchange), serving);
  });
  run(until_ready());
  auto stream = client_->open({"GET", "/", {}, {}, {}});
  ASSERT_TRUE(stream);
  while (!serving.started) io_.run_one();
  stream->reset();
  while (!serving.cancelled) io_.run_one();
  EXPECT_TRUE(serving.cancelled);
}

TEST_F(LinkPair, LosingTheChannelCancelsWhoServes) {
  Serving serving;
  connect([&serving](std::shared_ptr<Exchange> exchange) {
    return wait_for_cancel(std::move(exchange), serving);
  });
  run(until_ready());
  auto stream = client_->open({"GET", "/", {}, {}, {}});
  while (!serving.started) io_.run_one();
  host_.reset();
  while (!serving.cancelled) io_.run_one();
  EXPECT_TRUE(serving.cancelled);
}

asio::awaitable<void> give_up(std::shared_ptr<Exchange> exchange) {
  (void)exchange->send_head({200, {}, {}});
  (void)co_await exchange->write(core::as_bytes("half"));
  exchange->reset("engine_failed", "the engine went away");
}

TEST_F(LinkPair, AResetReachesTheAskerWithItsCodeAndWords) {
  connect(give_up);
  run(until_ready());
  const auto answer = run(ask(*client_, tasks_, {}));
  EXPECT_NE(answer.error.find("engine_failed: the engine went away"), std::string::npos) << answer.error;
}

constexpr std::size_t kMuch = 262'144;

asio::awaitable<void> answer_much(std::shared_ptr<Exchange> exchange) {
  (void)exchange->send_head({200, {}, {}});
  const core::ByteVector body(kMuch);
  (void)co_await exchange->write(body);
  exchange->end();
}

asio::awaitable<void> read_into(ClientStream& stream, std::optional<Answer>& answer) {
  auto read = co_await read_answer(stream);
  answer = std::move(read);
}

TEST_F(LinkPair, AnAnswerDroppedUnreadBehindItsEndGivesItsCreditBack) {
  connect(answer_much);
  run(until_ready());
  for (int round = 0; round < 16; ++round) {  // as much as the link has credit
    auto stream = client_->open({"GET", "/", {}, {}, {}});
    ASSERT_TRUE(stream);
    (*stream)->end();
    while (io_.poll() > 0) {
    }
    stream->reset();
  }
  auto stream = client_->open({"GET", "/", {}, {}, {}});
  ASSERT_TRUE(stream);
  (*stream)->end();
  std::optional<Answer> answer;
  tasks_.spawn(read_into(**stream, answer));
  while (!answer) ASSERT_NE(io_.run_one_for(5s), 0U) << "the answer stands still";
  EXPECT_EQ(answer->body.size(), kMuch);
}

asio::awaitable<void> read_impatiently(std::shared_ptr<Exchange> exchange) {
  std::string heard;
  for (;;) {
    const auto bytes = co_await exchange->read_until(std::chrono::steady_clock::now() + 20ms);
    if (!bytes) heard += bytes.error().code();
    if (!bytes || bytes->empty()) break;
    heard += core::as_text(*bytes);
  }
  (void)exchange->send_head({200, {}, {}});
  (void)co_await exchange->write(core::as_bytes(heard));
  exchange->end();
}

TEST_F(LinkPair, AReaderMayGiveUpWaitingForMore) {
  connect(read_impatiently);
  run(until_ready());
  auto stream = client_->open({"POST", "/", {}, {}, {}});
  ASSERT_TRUE(stream);
  const auto part = bytes_of("part ");
  ASSERT_TRUE(run((*stream)->write(part)));
  EXPECT_EQ(core::as_text(run(read_answer(**stream)).body), "part timeout");
}

TEST_F(LinkPair, ATextMessageEndsTheLink) {
  connect(echo);
  run(until_ready());
  client_->receive(core::as_bytes("{}"), true);
  while (!closed_) io_.run_one();
  EXPECT_EQ(closed_, link::LinkError::protocol_error);
}

TEST_F(LinkPair, NewsIsPushed) {
  connect(echo);
  run(until_ready());
  while (!host_->ready()) io_.run_one();
  host_->push("catalogue", {{"models", core::json::array{}}});
  while (pushed_.empty()) io_.run_one();
  EXPECT_EQ(pushed_, "catalogue");
  EXPECT_TRUE(pushed_body_.contains("models"));
}

TEST_F(LinkPair, NewsThatFitsNoMessageIsToldWithoutItsContent) {
  connect(echo);
  run(until_ready());
  while (!host_->ready()) io_.run_one();
  host_->push("catalogue", {{"models", core::json::array{std::string(300'000, 'm')}}});
  while (pushed_.empty()) ASSERT_NE(io_.run_one_for(5s), 0U) << "nothing is told";
  EXPECT_EQ(pushed_, "catalogue");
  EXPECT_TRUE(pushed_body_.empty());
}

}  // namespace
}  // namespace pantheon::session
