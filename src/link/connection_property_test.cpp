// Random exchanges between two Connections: every byte arrives, in order, and no stream is left over.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>

#include "link/connection.hpp"
#include "link/testing/support.hpp"

namespace pantheon::link {
namespace {

using core::Bytes;
using core::ByteVector;
using testing::kStart;
using namespace std::chrono_literals;

struct Body {
  std::size_t length = 0;  // to be sent
  std::size_t done = 0;    // sent, or received
  bool complete = false;   // END sent, or received
};

// A stretch of a body, told by its stream, direction and place: a lost, repeated or misplaced byte shows.
core::ByteView piece_of(StreamId id, bool answer, std::size_t position, std::size_t length) {
  constexpr std::size_t kPeriod = 65521;
  static const ByteVector kPattern = [] {
    ByteVector pattern(kPeriod + 5'000'000);
    std::mt19937 random(7);
    for (std::size_t i = 0; i < kPeriod; ++i) pattern[i] = static_cast<std::uint8_t>(random());
    for (std::size_t i = kPeriod; i < pattern.size(); ++i) pattern[i] = pattern[i - kPeriod];
    return pattern;
  }();
  return core::ByteView(kPattern).subspan((number(id) * 997 + (answer ? 31 : 0) + position) % kPeriod,
                                          length);
}

struct Exchange {
  Body request_out, request_in, answer_out, answer_in;
  bool reset_by_offerer = false, reset_by_answerer = false, seen_reset = false, upload_stopped = false;
  std::map<bool, std::size_t> unconsumed;  // by offerer
};

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  void run() {
    for (int step = 0; step < 2000; ++step) act();
    finish();
  }

 private:
  bool chance(unsigned percent) { return random_() % 100 < percent; }
  std::size_t size_up_to(std::size_t most) { return random_() % (most + 1); }
  Connection& side(bool offerer) { return offerer ? offerer_ : answerer_; }

  void act() {
    now_ += std::chrono::microseconds(random_() % 8000);
    switch (random_() % 8) {
      case 0:
        return open();
      case 1:
        return write();
      case 2:
        return compose(chance(50));
      case 3:
        return carry(chance(50));
      case 4:
        return consume(chance(50), chance(20));
      case 5:
        if (chance(8)) cancel();
        return;
      case 6:
        offerer_.tick(now_);
        return answerer_.tick(now_);
      default:
        write();
        compose(true);
        compose(false);
        carry(true);
        return carry(false);
    }
  }

  void open() {
    if (chance(60)) return;
    const auto id = offerer_.open({"POST", "/v1/chat/completions", {}, {}, ""});
    if (!id) {
      ASSERT_TRUE(id.error().is(LinkError::refused_stream) || !offerer_.ready()) << id.error().code();
      return;
    }
    auto& exchange = exchanges_[*id];
    exchange.request_out.length = chance(20) ? size_up_to(2'000'000) : size_up_to(2000);
    exchange.answer_out.length = chance(20) ? size_up_to(2'000'000) : size_up_to(2000);
  }

  void write() {
    for (auto& [id, exchange] : exchanges_) {
      if (chance(50)) continue;
      send(offerer_, id, exchange.request_out, false,
           exchange.reset_by_offerer || exchange.reset_by_answerer);
      if (responded_.contains(id)) {
        send(answerer_, id, exchange.answer_out, true,
             exchange.reset_by_offerer || exchange.reset_by_answerer);
      }
    }
  }

  void send(Connection& connection, StreamId id, Body& body, bool answer, bool over) {
    if (over || body.complete) return;
    const auto length = std::min(body.length - body.done, size_up_to(50'000));
    body.done += connection.write(id, piece_of(id, answer, body.done, length));
    if (body.done < body.length) return;
    connection.end(id);
    body.complete = true;
  }

  void cancel() {
    if (exchanges_.empty()) return;
    auto it = exchanges_.begin();
    std::advance(it, static_cast<long>(random_() % exchanges_.size()));
    auto& [id, exchange] = *it;
    const bool offerer = chance(50);
    if (!offerer && !responded_.contains(id)) return;
    side(offerer).reset(id, LinkError::cancelled, "property");
    (offerer ? exchange.reset_by_offerer : exchange.reset_by_answerer) = true;
  }

  void compose(bool offerer) {
    ByteVector message;
    auto& queue = wire_[offerer];
    std::size_t buffered = 0;
    for (const auto& waiting : queue) buffered += waiting.size();
    while (side(offerer).compose(message, Bytes{buffered}, now_)) {
      ASSERT_LE(message.size(), 65536U);
      buffered += message.size();
      queue.push_back(message);
      if (chance(30)) break;
    }
  }

  void carry(bool from_offerer) {
    auto& queue = wire_[from_offerer];
    for (auto count = size_up_to(4); count > 0 && !queue.empty(); --count) {
      side(!from_offerer).receive(queue.front(), now_);
      queue.pop_front();
      take_events(!from_offerer);
    }
  }

  void take_events(bool offerer) {
    while (const auto event = side(offerer).next_event()) {
      ASSERT_FALSE(std::holds_alternative<Closed>(*event)) << error_name(std::get<Closed>(*event).code);
      if (const auto* request = std::get_if<Request>(&*event)) {
        ASSERT_TRUE(answerer_.respond(request->stream, {200, {}, {}}));
        responded_[request->stream] = true;
      } else if (const auto* data = std::get_if<Data>(&*event)) {
        arrived(offerer, *data);
      } else if (const auto* end = std::get_if<End>(&*event)) {
        auto& exchange = exchanges_.at(end->stream);
        (offerer ? exchange.answer_in : exchange.request_in).complete = true;
      } else if (const auto* reset = std::get_if<Reset>(&*event)) {
        auto& exchange = exchanges_.at(reset->stream);
        if (reset->code == LinkError::no_error) {
          ASSERT_TRUE(exchange.answer_in.complete);
          exchange.upload_stopped = exchange.request_out.complete = true;
        } else {
          ASSERT_EQ(reset->code, LinkError::cancelled);
          ASSERT_TRUE(exchange.reset_by_offerer || exchange.reset_by_answerer);
          exchange.seen_reset = true;
        }
      }
    }
  }

  void arrived(bool offerer, const Data& data) {
    auto& exchange = exchanges_.at(data.stream);
    auto& body = offerer ? exchange.answer_in : exchange.request_in;
    ASSERT_FALSE(body.complete);
    ASSERT_TRUE(
        core::equal_constant_time(data.bytes, piece_of(data.stream, offerer, body.done, data.bytes.size())));
    body.done += data.bytes.size();
    exchange.unconsumed[offerer] += data.bytes.size();
  }

  void consume(bool offerer, bool part) {
    for (auto& [id, exchange] : exchanges_) {
      auto& waiting = exchange.unconsumed[offerer];
      const auto amount = part ? waiting / 2 : waiting;
      side(offerer).consumed(id, Bytes{amount});
      waiting -= amount;
    }
  }

  // Lets everything come to its end, then checks what must be true of it.
  void finish() {
    for (int round = 0;
         round < 5000 && (offerer_.open_streams() + answerer_.open_streams() > 0 || round < 50); ++round) {
      now_ += 10ms;
      offerer_.tick(now_);
      answerer_.tick(now_);
      write();
      for (const bool offerer : {true, false}) {
        compose(offerer);
        carry(offerer);
        consume(offerer, false);
      }
    }
    EXPECT_EQ(offerer_.open_streams(), 0U);
    EXPECT_EQ(answerer_.open_streams(), 0U);
    for (const auto& [id, exchange] : exchanges_) {
      SCOPED_TRACE(number(id));
      if (exchange.reset_by_offerer || exchange.reset_by_answerer) continue;
      EXPECT_FALSE(exchange.seen_reset);
      EXPECT_TRUE(exchange.answer_in.complete);
      EXPECT_EQ(exchange.answer_in.done, exchange.answer_out.length);
      if (exchange.upload_stopped) continue;
      if (!exchange.request_in.complete) continue;
      EXPECT_EQ(exchange.request_in.done, exchange.request_out.length);
    }
  }

  std::mt19937_64 random_;
  core::SteadyTime now_ = kStart;
  Connection offerer_{testing::stand_in_config(Role::offerer), kStart};
  Connection answerer_{testing::stand_in_config(Role::answerer), kStart};
  std::map<bool, std::deque<ByteVector>> wire_;  // by sender: the offerer's under true
  std::map<StreamId, Exchange> exchanges_;
  std::map<StreamId, bool> responded_;
};

class ConnectionProperty : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ConnectionProperty, EveryByteArrivesAndNoStreamIsLeftOver) {
  SCOPED_TRACE("seed " + std::to_string(GetParam()));
  World(GetParam()).run();
}

INSTANTIATE_TEST_SUITE_P(Seeds, ConnectionProperty, ::testing::Range<std::uint64_t>(1, 13));

}  // namespace
}  // namespace pantheon::link
