#include "link/connection.hpp"

#include <gmock/gmock.h>

#include "link/control.hpp"
#include "link/frame.hpp"
#include "link/testing/support.hpp"

namespace pantheon::link {
namespace {

using namespace std::chrono_literals;
using core::Bytes;
using testing::kStart;
using testing::Pair;
using testing::stand_in_config;
using testing::take_events;
using testing::take_messages;

const RequestHead kPost{"POST", "/v1/chat/completions", {{"content-type", "application/json"}}, {}, ""};
const RequestHead kGet{"GET", "/v1/models", {}, {}, ""};
const ResponseHead kOk{200, {}, {}};

template <class E>
const E* find(const std::vector<Event>& events) {
  for (const auto& event : events) {
    if (const auto* found = std::get_if<E>(&event)) return found;
  }
  return nullptr;
}

std::vector<FrameType> types_in(const core::ByteVector& message) {
  std::vector<FrameType> types;
  for (FrameReader reader(message); !reader.done();) types.push_back(reader.next()->type);
  return types;
}

std::vector<FrameType> types_in(const std::vector<core::ByteVector>& messages) {
  std::vector<FrameType> types;
  for (const auto& message : messages) {
    const auto more = types_in(message);
    types.insert(types.end(), more.begin(), more.end());
  }
  return types;
}

core::ByteVector text(std::string_view characters) {
  const auto bytes = core::as_bytes(characters);
  return {bytes.begin(), bytes.end()};
}

core::ByteVector frame(FrameType type, StreamId stream, core::ByteView payload) {
  core::ByteVector bytes;
  append_frame(bytes, type, stream, payload);
  return bytes;
}

LinkError closed_with(Connection& connection) {
  const auto events = take_events(connection);
  const auto* closed = find<Closed>(events);
  return closed == nullptr ? LinkError::no_error : closed->code;
}

// --- handshake

TEST(Connection, IsReadyAfterThreeMessages) {
  Connection offerer(stand_in_config(Role::offerer), kStart);
  Connection answerer(stand_in_config(Role::answerer), kStart);
  EXPECT_TRUE(take_messages(answerer, kStart).empty());
  const auto first = take_messages(offerer, kStart);
  ASSERT_EQ(types_in(first), std::vector{FrameType::hello});
  answerer.receive(first[0], kStart);
  const auto second = take_messages(answerer, kStart);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(types_in(second), (std::vector{FrameType::hello, FrameType::auth}));
  EXPECT_FALSE(answerer.ready());
  offerer.receive(second[0], kStart);
  EXPECT_TRUE(offerer.ready());
  const auto third = take_messages(offerer, kStart);
  answerer.receive(third.at(0), kStart);
  const auto events = take_events(answerer);
  ASSERT_NE(find<Ready>(events), nullptr);
  EXPECT_EQ(find<Ready>(events)->device_id, "device-offerer");
  EXPECT_EQ(find<Ready>(events)->trust, PeerTrust::pinned);
}

TEST(Connection, ARequestTravelsWithTheOfferersAuth) {
  Connection offerer(stand_in_config(Role::offerer), kStart);
  Connection answerer(stand_in_config(Role::answerer), kStart);
  answerer.receive(take_messages(offerer, kStart)[0], kStart);
  offerer.receive(take_messages(answerer, kStart)[0], kStart);
  const auto stream = offerer.open(kGet);
  offerer.end(*stream);
  const auto message = take_messages(offerer, kStart);
  ASSERT_EQ(message.size(), 1U);
  EXPECT_EQ(types_in(message), (std::vector{FrameType::auth, FrameType::head, FrameType::end}));
}

TEST(Connection, NothingCanBeOpenedBeforeItIsReady) {
  Connection offerer(stand_in_config(Role::offerer), kStart);
  EXPECT_TRUE(offerer.open(kGet).error().is(LinkError::shutting_down));
  EXPECT_FALSE(offerer.push("hosting", {}));
}

TEST(Connection, TellsThePeersFeatures) {
  auto config = stand_in_config(Role::offerer);
  config.features = {"one", "two"};
  auto pair = Pair::with(std::move(config), stand_in_config(Role::answerer));
  pair.deliver();
  const auto events = take_events(pair.answerer);
  EXPECT_EQ(find<Ready>(events)->features, (std::vector<std::string>{"one", "two"}));
}

TEST(Connection, AnotherFingerprintOnEitherSideIsABindingMismatch) {
  for (const auto local : {true, false}) {
    auto config = stand_in_config(Role::offerer);
    (local ? config.local_fingerprint : config.remote_fingerprint)[0] ^= 1;
    auto pair = Pair::with(std::move(config), stand_in_config(Role::answerer));
    pair.deliver();
    EXPECT_EQ(closed_with(pair.offerer), LinkError::binding_mismatch);
    EXPECT_EQ(closed_with(pair.answerer), LinkError::binding_mismatch);
  }
}

TEST(Connection, AKeyThatIsNotAcceptedIsUntrustedAndBothSidesAreToldWhy) {
  auto config = stand_in_config(Role::answerer);
  config.accept_key = [](std::string_view, core::ByteView,
                         const core::json::array&) -> core::Result<PeerTrust> {
    return core::failure(core::CommonError::unavailable);
  };
  auto pair = Pair::with(stand_in_config(Role::offerer), std::move(config));
  pair.deliver();
  for (auto* side : {&pair.offerer, &pair.answerer}) {
    const auto events = take_events(*side);
    ASSERT_NE(find<Closed>(events), nullptr);
    EXPECT_EQ(find<Closed>(events)->code, LinkError::key_untrusted);
    EXPECT_EQ(find<Closed>(events)->message, "unavailable");
  }
}

TEST(Connection, ANotReadyLinkClosesAfterTenSeconds) {
  Connection offerer(stand_in_config(Role::offerer), kStart);
  EXPECT_EQ(offerer.next_deadline(), kStart + 10s);
  offerer.tick(kStart + 10s - 1ms);
  EXPECT_FALSE(offerer.closed());
  offerer.tick(kStart + 10s);
  EXPECT_EQ(closed_with(offerer), LinkError::handshake_timeout);
  EXPECT_EQ(types_in(take_messages(offerer, kStart)), std::vector{FrameType::go_away});
  EXPECT_EQ(offerer.next_deadline(), std::nullopt);
}

TEST(Connection, AnIncompleteConfigClosesWithInternal) {
  for (const auto& breakage : std::vector<std::function<void(Config&)>>{
           [](Config& c) { c.local_fingerprint.pop_back(); }, [](Config& c) { c.remote_fingerprint.clear(); },
           [](Config& c) { c.nonce.pop_back(); }, [](Config& c) { c.device_id.clear(); },
           [](Config& c) { c.verify = nullptr; }, [](Config& c) { c.limits.message = Bytes{65537}; }}) {
    auto config = stand_in_config(Role::offerer);
    breakage(config);
    Connection connection(std::move(config), kStart);
    EXPECT_EQ(closed_with(connection), LinkError::internal);
  }
}

TEST(Connection, APeerThatTakesOnlyTinyMessagesIsRefused) {
  auto config = stand_in_config(Role::offerer);
  config.peer_max_message_size = Bytes{1000};
  Connection connection(std::move(config), kStart);
  EXPECT_EQ(closed_with(connection), LinkError::too_large);
}

// --- exchanges

TEST(Connection, CarriesOneExchange) {
  auto pair = Pair::ready();
  const auto stream = pair.offerer.open(kPost);
  ASSERT_TRUE(stream);
  EXPECT_EQ(pair.offerer.write(*stream, text("question")), 8U);
  pair.offerer.end(*stream);
  pair.deliver();
  auto events = take_events(pair.answerer);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(std::get<Request>(events[0]).head, kPost);
  EXPECT_EQ(std::get<Data>(events[1]).bytes, text("question"));
  EXPECT_EQ(std::get<End>(events[2]).stream, *stream);
  pair.answerer.consumed(*stream, Bytes{8});

  ASSERT_TRUE(pair.answerer.respond(*stream, {102, {}, {{"queue", 1}}}));
  pair.deliver();
  ASSERT_TRUE(pair.answerer.respond(*stream, kOk));
  pair.answerer.write(*stream, text("answer"));
  pair.answerer.end(*stream);
  pair.deliver();
  events = take_events(pair.offerer);
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(std::get<Interim>(events[0]).head.info.at("queue"), 1);
  EXPECT_EQ(std::get<Response>(events[1]).head.status, 200U);
  EXPECT_EQ(std::get<Data>(events[2]).bytes, text("answer"));
  EXPECT_EQ(std::get<End>(events[3]).stream, *stream);
  EXPECT_EQ(pair.offerer.open_streams(), 0U);
  EXPECT_EQ(pair.answerer.open_streams(), 0U);
}

TEST(Connection, ASmallAnswerIsOneMessage) {
  auto pair = Pair::ready();
  const auto stream = pair.offerer.open(kGet);
  pair.offerer.end(*stream);
  pair.deliver();
  ASSERT_TRUE(pair.answerer.respond(*stream, kOk));
  pair.answerer.write(*stream, text("{}"));
  pair.answerer.end(*stream);
  const auto messages = take_messages(pair.answerer, pair.now);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(types_in(messages), (std::vector{FrameType::head, FrameType::data, FrameType::end}));
}

TEST(Connection, TokensThatAreReadyTogetherTravelInOneFrame) {
  auto pair = Pair::ready();
  const auto stream = pair.offerer.open(kGet);
  pair.deliver();
  ASSERT_TRUE(pair.answerer.respond(*stream, kOk));
  pair.deliver();
  for (int i = 0; i < 10; ++i) pair.answerer.write(*stream, text("token "));
  const auto messages = take_messages(pair.answerer, pair.now);
  EXPECT_EQ(types_in(messages), std::vector{FrameType::data});
}

TEST(Connection, IdsRise) {
  auto pair = Pair::ready();
  EXPECT_EQ(*pair.offerer.open(kGet), StreamId{1});
  EXPECT_EQ(*pair.offerer.open(kGet), StreamId{2});
}

TEST(Connection, OnlyTheOffererOpensAndOnlyTheAnswererResponds) {
  auto pair = Pair::ready();
  EXPECT_FALSE(pair.answerer.open(kGet));
  const auto stream = pair.offerer.open(kGet);
  EXPECT_TRUE(pair.offerer.respond(*stream, kOk).error().is(LinkError::stream_closed));
}

TEST(Connection, AHeadThatBreaksTheRulesIsNotSent) {
  auto pair = Pair::ready();
  auto bad = kGet;
  bad.method = "get";
  EXPECT_TRUE(pair.offerer.open(bad).error().is(LinkError::bad_head));
  const auto stream = pair.offerer.open(kGet);
  pair.deliver();
  EXPECT_TRUE(pair.answerer.respond(*stream, {700, {}, {}}).error().is(LinkError::bad_head));
  EXPECT_TRUE(pair.answerer.respond(*stream, kOk));
  EXPECT_TRUE(pair.answerer.respond(*stream, kOk).error().is(LinkError::stream_closed));
}

TEST(Connection, NothingIsWrittenBeforeTheFinalHead) {
  auto pair = Pair::ready();
  const auto stream = pair.offerer.open(kGet);
  pair.deliver();
  EXPECT_EQ(pair.answerer.write(*stream, text("x")), 0U);
  pair.answerer.end(*stream);
  pair.deliver();
  EXPECT_EQ(pair.answerer.open_streams(), 1U);
}

TEST(Connection, OpenStopsAtThePeersLimitOfStreams) {
  auto config = stand_in_config(Role::answerer);
  config.limits.streams = 2;
  auto pair = Pair::with(stand_in_config(Role::offerer), std::move(config));
  pair.deliver();
  const auto first = pair.offerer.open(kGet);
  ASSERT_TRUE(pair.offerer.open(kGet));
  EXPECT_TRUE(pair.offerer.open(kGet).error().is(LinkError::refused_stream));
  pair.offerer.reset(*first, LinkError::cancelled, "");
  EXPECT_TRUE(pair.offerer.open(kGet));
  pair.deliver();
  EXPECT_EQ(pair.answerer.open_streams(), 2U);
}

TEST(Connection, AnAnswerThatEndsFirstStopsTheUpload) {
  auto pair = Pair::ready();
  const auto stream = pair.offerer.open(kPost);
  pair.offerer.write(*stream, text("first part"));
  pair.deliver();
  ASSERT_TRUE(pair.answerer.respond(*stream, {413, {}, {}}));
  pair.answerer.end(*stream);
  pair.deliver();
  const auto events = take_events(pair.offerer);
  ASSERT_NE(find<End>(events), nullptr);
  ASSERT_NE(find<Reset>(events), nullptr);
  EXPECT_EQ(find<Reset>(events)->code, LinkError::no_error);
  EXPECT_EQ(pair.offerer.write(*stream, text("more")), 0U);
  EXPECT_EQ(pair.offerer.open_streams() + pair.answerer.open_streams(), 0U);
}

TEST(Connection, ACancelReachesTheAnswererAndDropsWhatWaits) {
  auto pair = Pair::ready();
  const auto stream = pair.offerer.open(kPost);
  pair.offerer.end(*stream);
  pair.deliver();
  ASSERT_TRUE(pair.answerer.respond(*stream, kOk));
  pair.answerer.write(*stream, core::ByteVector(200000));
  pair.offerer.reset(*stream, LinkError::cancelled, "user went away");
  take_events(pair.answerer);
  for (const auto& message : take_messages(pair.offerer, pair.now)) pair.answerer.receive(message, pair.now);
  const auto events = take_events(pair.answerer);
  ASSERT_NE(find<Reset>(events), nullptr);
  EXPECT_EQ(find<Reset>(events)->code, LinkError::cancelled);
  EXPECT_EQ(find<Reset>(events)->message, "user went away");
  EXPECT_THAT(types_in(take_messages(pair.answerer, pair.now)),
              ::testing::Not(::testing::Contains(FrameType::data)));
  EXPECT_TRUE(take_events(pair.offerer).empty());
}

TEST(Connection, AStreamResetBeforeItsHeadLeftIsNeverSeen) {
  auto pair = Pair::ready();
  const auto stream = pair.offerer.open(kGet);
  pair.offerer.reset(*stream, LinkError::cancelled, "");
  EXPECT_TRUE(take_messages(pair.offerer, pair.now).empty());
}

TEST(Connection, EventsOfAStreamThatTheUserHasResetAreTakenBack) {
  auto pair = Pair::ready();
  const auto stream = pair.offerer.open(kPost);
  pair.offerer.write(*stream, text("x"));
  pair.deliver();
  pair.answerer.reset(*stream, LinkError::cancelled, "");
  EXPECT_TRUE(take_events(pair.answerer).empty());
}

TEST(Connection, AMessageOfAPeerIsMadeFitForLogs) {
  auto pair = Pair::ready();
  const auto stream = pair.offerer.open(kGet);
  pair.deliver();
  pair.answerer.reset(*stream, LinkError::engine_failed, "line\nbreak\xFF");
  pair.deliver();
  const auto events = take_events(pair.offerer);
  EXPECT_EQ(find<Reset>(events)->message, "line break?");
}

TEST(Connection, ResumeIsRefusedPolitely) {
  auto pair = Pair::ready();
  pair.answerer.receive(frame(FrameType::resume, StreamId{1}, core::ByteVector(24)), pair.now);
  const auto messages = take_messages(pair.answerer, pair.now);
  ASSERT_EQ(types_in(messages), std::vector{FrameType::reset});
  FrameReader reader(messages[0]);
  EXPECT_EQ(parse_reset(reader.next()->payload)->code, LinkError::resume_unsupported);
  EXPECT_FALSE(pair.answerer.closed());
}

// --- pace

TEST(Connection, OpeningManyStreamsIsPacedBelowThePeersLimit) {
  auto pair = Pair::ready();
  std::size_t opened = 0;
  for (int round = 0; round < 300; ++round, pair.now += 5ms) {
    while (pair.offerer.open_streams() < 64) {
      const auto stream = pair.offerer.open(kGet);
      ASSERT_TRUE(stream);
      pair.offerer.end(*stream);
      ++opened;
    }
    if (const auto due = pair.offerer.next_deadline(); due && *due <= pair.now) pair.offerer.tick(pair.now);
    pair.deliver();
    for (const auto& event : take_events(pair.answerer)) {
      if (const auto* request = std::get_if<Request>(&event)) {
        ASSERT_TRUE(pair.answerer.respond(request->stream, kOk));
        pair.answerer.end(request->stream);
      }
    }
    pair.deliver();
    take_events(pair.offerer);
  }
  EXPECT_FALSE(pair.offerer.closed());
  EXPECT_GT(opened, 120U);
}

TEST(Connection, ResettingManyStreamsIsPacedBelowThePeersLimit) {
  auto pair = Pair::ready();
  for (int round = 0; round < 300; ++round, pair.now += 5ms) {
    std::vector<StreamId> opened;
    while (pair.offerer.open_streams() < 64) opened.push_back(*pair.offerer.open(kGet));
    pair.offerer.tick(pair.now);
    pair.deliver();
    for (const auto id : opened) pair.offerer.reset(id, LinkError::cancelled, "");
    pair.offerer.tick(pair.now);
    pair.deliver();
    take_events(pair.answerer);
  }
  EXPECT_FALSE(pair.answerer.closed());
  EXPECT_FALSE(pair.offerer.closed());
}

TEST(Connection, InterimHeadsArePacedAndTheNewestWins) {
  auto pair = Pair::ready();
  const auto stream = pair.offerer.open(kGet);
  pair.deliver();
  for (int position = 5; position > 0; --position) {
    ASSERT_TRUE(pair.answerer.respond(*stream, {102, {}, {{"queue", position}}}));
    pair.deliver();
  }
  auto events = take_events(pair.offerer);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(std::get<Interim>(events[0]).head.info.at("queue"), 5);
  EXPECT_EQ(pair.answerer.next_deadline(), pair.now + 100ms);
  pair.now += 100ms;
  pair.answerer.tick(pair.now);
  pair.deliver();
  events = take_events(pair.offerer);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(std::get<Interim>(events[0]).head.info.at("queue"), 1);
}

TEST(Connection, AnInterimHeadThatWaitsGivesWayToTheFinalOne) {
  auto pair = Pair::ready();
  const auto stream = pair.offerer.open(kGet);
  pair.deliver();
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(pair.answerer.respond(*stream, {102, {}, {}}));
    pair.deliver();
  }
  ASSERT_TRUE(pair.answerer.respond(*stream, kOk));
  pair.now += 1s;
  pair.answerer.tick(pair.now);
  pair.deliver();
  EXPECT_EQ(take_events(pair.offerer).size(), 2U);
}

// --- flow

// A stream whose answer is under way.
StreamId answering(Pair& pair) {
  const auto stream = *pair.offerer.open(kGet);
  pair.offerer.end(stream);
  pair.deliver();
  take_events(pair.answerer);
  EXPECT_TRUE(pair.answerer.respond(stream, kOk));
  pair.deliver();
  take_events(pair.offerer);
  return stream;
}

TEST(Connection, ASendQueueIsBoundedAndSaysWhenItHasRoom) {
  auto pair = Pair::ready();
  const auto stream = answering(pair);
  const core::ByteVector much(300000);
  EXPECT_EQ(pair.answerer.write(stream, much), 262144U);
  EXPECT_EQ(pair.answerer.write(stream, much), 0U);
  EXPECT_EQ(find<Writable>(take_events(pair.answerer)), nullptr);
  pair.deliver();
  EXPECT_NE(find<Writable>(take_events(pair.answerer)), nullptr);
}

TEST(Connection, StopsAtTheStreamsCreditUntilTheReaderConsumes) {
  auto pair = Pair::ready();
  const auto stream = answering(pair);
  const core::ByteVector much(262144);
  pair.answerer.write(stream, much);
  pair.deliver();
  pair.answerer.write(stream, much);
  pair.deliver();
  std::size_t arrived = 0;
  for (const auto& event : take_events(pair.offerer)) arrived += std::get<Data>(event).bytes.size();
  EXPECT_EQ(arrived, 262144U);
  pair.offerer.consumed(stream, Bytes{200000});
  pair.deliver();
  for (const auto& event : take_events(pair.offerer)) arrived += std::get<Data>(event).bytes.size();
  EXPECT_EQ(arrived, 462144U);
}

TEST(Connection, UnconsumedBytesOfAResetStreamGoBackToTheLink) {
  auto pair = Pair::ready();
  for (int round = 0; round < 40; ++round, pair.now += 100ms) {  // 10 MiB in all over a link credit of 4 MiB
    const auto stream = answering(pair);
    pair.answerer.write(stream, core::ByteVector(262144));
    pair.deliver();
    std::size_t arrived = 0;
    for (const auto& event : take_events(pair.offerer)) arrived += std::get<Data>(event).bytes.size();
    ASSERT_EQ(arrived, 262144U) << round;
    pair.offerer.reset(stream, LinkError::cancelled, "");
    pair.deliver();
  }
}

TEST(Connection, BytesOfAFinishedStreamHoldTheLinksCreditUntilConsumed) {
  auto pair = Pair::ready();
  std::vector<StreamId> streams;
  for (int i = 0; i < 17; ++i, pair.now += 100ms) {
    streams.push_back(answering(pair));
    pair.answerer.write(streams.back(), core::ByteVector(262144));
    pair.answerer.end(streams.back());
    pair.deliver();
  }
  EXPECT_EQ(pair.offerer.open_streams(), 1U);  // the last one stands still: 16 of 256 KiB use up the link
  for (const auto stream : streams) pair.offerer.consumed(stream, Bytes{262144});
  pair.deliver();
  EXPECT_EQ(pair.offerer.open_streams(), 0U);
}

TEST(Connection, AnswersThatNobodyReadsDoNotStopTheOthers) {
  auto pair = Pair::ready();
  for (int i = 0; i < 9; ++i) pair.answerer.write(answering(pair), core::ByteVector(262144));
  pair.deliver();
  take_events(pair.offerer);
  const auto read = answering(pair);
  std::size_t arrived = 0;
  for (int round = 0; round < 40; ++round) {  // 5 MiB, of which 1.75 MiB fit beside the nine
    pair.answerer.write(read, core::ByteVector(131072));
    pair.deliver();
    for (const auto& event : take_events(pair.offerer)) {
      arrived += std::get<Data>(event).bytes.size();
      pair.offerer.consumed(read, Bytes{std::get<Data>(event).bytes.size()});
    }
    pair.deliver();
  }
  EXPECT_EQ(arrived, 40U * 131072U);
}

TEST(Connection, OneAnswerThatIsReadAtOnceCostsTheLinkFewCredits) {
  auto pair = Pair::ready();
  const auto stream = answering(pair);
  std::size_t credits_of_link = 0;
  for (int round = 0; round < 64; ++round) {  // 8 MiB
    pair.answerer.write(stream, core::ByteVector(131072));
    for (const auto& message : take_messages(pair.answerer, pair.now))
      pair.offerer.receive(message, pair.now);
    for (const auto& event : take_events(pair.offerer))
      pair.offerer.consumed(stream, Bytes{std::get<Data>(event).bytes.size()});
    for (const auto& message : take_messages(pair.offerer, pair.now)) {
      for (FrameReader reader(message); !reader.done();) {
        const auto frame = reader.next();
        if (frame->type == FrameType::credit && frame->stream == kLink) ++credits_of_link;
      }
      pair.answerer.receive(message, pair.now);
    }
  }
  EXPECT_EQ(credits_of_link, 4U);
}

TEST(Connection, AnAnswerGivesBackWhatIsUnreadOfItsRequest) {
  auto pair = Pair::ready();
  for (int round = 0; round < 40; ++round, pair.now += 100ms) {  // 10 MiB in all over a link credit of 4 MiB
    const auto stream = *pair.offerer.open(kPost);
    pair.offerer.write(stream, core::ByteVector(262144));
    pair.offerer.end(stream);
    pair.deliver();
    const auto events = take_events(pair.answerer);
    ASSERT_NE(find<End>(events), nullptr) << round;
    ASSERT_TRUE(pair.answerer.respond(stream, {404, {}, {}}));
    pair.answerer.end(stream);
    pair.deliver();
    EXPECT_EQ(find<Reset>(take_events(pair.offerer)), nullptr);
  }
  EXPECT_EQ(pair.offerer.open_streams() + pair.answerer.open_streams(), 0U);
}

TEST(Connection, AnAskerMayStillReadAnAnswerThatCameBeforeItsRequestEnded) {
  auto pair = Pair::ready();
  for (int round = 0; round < 40; ++round, pair.now += 100ms) {
    const auto stream = *pair.offerer.open(kPost);
    pair.deliver();
    ASSERT_TRUE(pair.answerer.respond(stream, kOk));
    pair.answerer.write(stream, core::ByteVector(262144));
    pair.deliver();
    pair.offerer.end(stream);
    pair.answerer.end(stream);
    pair.deliver();
    ASSERT_NE(find<End>(take_events(pair.offerer)), nullptr) << round;
    pair.offerer.consumed(stream, Bytes{262144});
    pair.deliver();
  }
}

TEST(Connection, StreamsTakeTurnsOfSixteenKibibytes) {
  auto pair = Pair::ready();
  const auto first = answering(pair);
  const auto second = answering(pair);
  pair.answerer.write(first, core::ByteVector(200000));
  pair.answerer.write(second, core::ByteVector(200000));
  // A first round of bulk, drained at once, lets the buffer's allowance grow to whole messages.
  std::vector<core::ByteVector> messages;
  core::ByteVector message;
  while (pair.answerer.compose(message, Bytes{0}, pair.now)) {
    messages.push_back(message);
    pair.now += 1ms;
  }
  StreamId before{};
  int turns = 0;
  for (const auto& m : messages) {
    for (FrameReader reader(m); !reader.done();) {
      const auto frame = reader.next();
      EXPECT_LE(frame->payload.size(), 16384U);
      if (frame->stream != before) ++turns;
      before = frame->stream;
    }
  }
  EXPECT_GT(turns, 20);
}

TEST(Connection, ControlFramesLeaveThoughTheBufferIsFull) {
  auto pair = Pair::ready();
  const auto stream = answering(pair);
  pair.answerer.write(stream, core::ByteVector(200000));
  core::ByteVector message;
  EXPECT_FALSE(pair.answerer.compose(message, Bytes{1024 * 1024}, pair.now));
  ASSERT_TRUE(pair.answerer.push("hosting", {{"hosting", true}}));
  ASSERT_TRUE(pair.answerer.compose(message, Bytes{1024 * 1024}, pair.now));
  EXPECT_EQ(types_in(message), std::vector{FrameType::push});
}

TEST(Connection, KeepsTheChannelsBufferWithinTheAllowance) {
  auto pair = Pair::ready();
  const auto stream = answering(pair);
  pair.answerer.write(stream, core::ByteVector(200000));
  core::ByteVector message;
  std::uint64_t buffered = 0;
  while (pair.answerer.compose(message, Bytes{buffered}, pair.now)) buffered += message.size();
  EXPECT_GT(buffered, 8192U);
  EXPECT_LE(buffered, 16384U);
  EXPECT_LT(pair.answerer.refill_below(), Bytes{16384});
}

TEST(Connection, MessagesFitTheSmallerOfBothLimits) {
  auto config = stand_in_config(Role::offerer);
  config.limits.message = Bytes{1024};
  auto pair = Pair::with(std::move(config), stand_in_config(Role::answerer));
  pair.deliver();
  take_events(pair.offerer);
  take_events(pair.answerer);
  const auto stream = answering(pair);
  EXPECT_TRUE(
      pair.answerer.push("catalogue", {{"x", std::string(1024, 'x')}}).error().is(LinkError::too_large));
  pair.answerer.write(stream, core::ByteVector(100000));
  pair.answerer.end(stream);
  std::size_t messages = 0;
  for (const auto& message : take_messages(pair.answerer, pair.now)) {
    EXPECT_LE(message.size(), 1024U);
    pair.offerer.receive(message, pair.now);
    ++messages;
  }
  EXPECT_GT(messages, 90U);
  EXPECT_EQ(pair.offerer.open_streams(), 0U);
}

TEST(Connection, AReasonIsCutToFitTheSmallestMessage) {
  auto config = stand_in_config(Role::answerer);
  config.limits.message = Bytes{1024};
  auto pair = Pair::with(stand_in_config(Role::offerer), std::move(config));
  pair.deliver();
  const auto stream = pair.offerer.open(kGet);
  pair.deliver();
  pair.offerer.reset(*stream, LinkError::cancelled, std::string(3000, 'x'));
  pair.deliver();
  const auto events = take_events(pair.answerer);
  ASSERT_NE(find<Reset>(events), nullptr);
  EXPECT_EQ(find<Reset>(events)->message, std::string(512, 'x'));
}

TEST(Connection, AMessageOverOurLimitIsAProtocolError) {
  auto config = stand_in_config(Role::offerer);
  config.limits.message = Bytes{1024};
  auto pair = Pair::with(std::move(config), stand_in_config(Role::answerer));
  pair.deliver();
  take_events(pair.offerer);
  pair.offerer.receive(frame(static_cast<FrameType>(0x20), kLink, core::ByteVector(1024)), pair.now);
  EXPECT_EQ(closed_with(pair.offerer), LinkError::protocol_error);
}

TEST(Connection, AWindowGrowsWhereItIsTheLimit) {
  auto pair = Pair::ready();
  const auto stream = answering(pair);
  std::size_t in_flight_most = 0;
  // CREDIT arrives only after the peer has sent all it may: a long way between the two.
  for (int round = 0; round < 12; ++round, pair.now += 100ms) {
    std::vector<core::ByteVector> flight;
    core::ByteVector message;
    std::size_t bytes = 0;
    while (pair.answerer.write(stream, core::ByteVector(262144)),
           pair.answerer.compose(message, Bytes{0}, pair.now)) {
      flight.push_back(message);
      bytes += message.size();
    }
    in_flight_most = std::max(in_flight_most, bytes);
    for (const auto& m : flight) {
      pair.offerer.receive(m, pair.now);
      for (const auto& event : take_events(pair.offerer)) {
        if (const auto* data = std::get_if<Data>(&event))
          pair.offerer.consumed(stream, Bytes{data->bytes.size()});
      }
    }
    for (const auto& m : take_messages(pair.offerer, pair.now)) pair.answerer.receive(m, pair.now);
  }
  EXPECT_GT(in_flight_most, 1000000U);
}

// --- liveness and the end

TEST(Connection, ASilentPeerIsPingedAndThenTimedOut) {
  auto pair = Pair::ready();
  EXPECT_EQ(pair.offerer.next_deadline(), kStart + 15s);
  pair.offerer.tick(kStart + 15s);
  EXPECT_EQ(types_in(take_messages(pair.offerer, kStart + 15s)), std::vector{FrameType::ping});
  EXPECT_EQ(pair.offerer.next_deadline(), kStart + 25s);
  pair.offerer.tick(kStart + 25s);
  EXPECT_EQ(closed_with(pair.offerer), LinkError::timed_out);
}

TEST(Connection, AnythingHeardAfterAPingKeepsTheLink) {
  auto pair = Pair::ready();
  pair.now = kStart + 15s;
  pair.offerer.tick(pair.now);
  pair.deliver();
  pair.offerer.tick(kStart + 25s);
  EXPECT_FALSE(pair.offerer.closed());
  EXPECT_EQ(pair.offerer.next_deadline(), kStart + 30s);
}

TEST(Connection, GoAwayWithoutErrorLetsRunningStreamsFinish) {
  auto pair = Pair::ready();
  const auto stream = answering(pair);
  pair.answerer.go_away(LinkError::no_error, "maintenance");
  const auto late = pair.offerer.open(kGet);
  ASSERT_TRUE(late);
  pair.deliver();
  EXPECT_TRUE(take_events(pair.answerer).empty());
  const auto events = take_events(pair.offerer);
  ASSERT_NE(find<Reset>(events), nullptr);
  EXPECT_EQ(find<Reset>(events)->stream, *late);
  EXPECT_EQ(find<Reset>(events)->code, LinkError::refused_stream);
  ASSERT_NE(find<GoAway>(events), nullptr);
  EXPECT_EQ(find<GoAway>(events)->last_stream, stream);
  EXPECT_TRUE(pair.offerer.open(kGet).error().is(LinkError::shutting_down));
  pair.answerer.write(stream, text("rest"));
  pair.answerer.end(stream);
  pair.deliver();
  EXPECT_NE(find<End>(take_events(pair.offerer)), nullptr);
  EXPECT_EQ(pair.offerer.open_streams() + pair.answerer.open_streams(), 0U);
}

TEST(Connection, GoAwayWithAnErrorClosesBothSides) {
  auto pair = Pair::ready();
  answering(pair);
  pair.answerer.go_away(LinkError::protocol_error, "text message on a link");
  pair.deliver();
  EXPECT_EQ(closed_with(pair.answerer), LinkError::protocol_error);
  const auto events = take_events(pair.offerer);
  ASSERT_NE(find<Closed>(events), nullptr);
  EXPECT_TRUE(find<Closed>(events)->by_peer);
  EXPECT_EQ(find<Closed>(events)->message, "text message on a link");
  EXPECT_TRUE(take_messages(pair.offerer, pair.now).empty());
  EXPECT_EQ(pair.offerer.open_streams() + pair.answerer.open_streams(), 0U);
}

TEST(Connection, ACallOnAClosedLinkDoesNothing) {
  auto pair = Pair::ready();
  const auto stream = answering(pair);
  pair.answerer.go_away(LinkError::internal, "");
  pair.deliver();
  take_events(pair.answerer);
  EXPECT_EQ(pair.answerer.write(stream, text("x")), 0U);
  EXPECT_FALSE(pair.answerer.respond(stream, kOk));
  EXPECT_FALSE(pair.answerer.push("hosting", {}));
  pair.answerer.end(stream);
  pair.answerer.reset(stream, LinkError::internal, "");
  pair.answerer.consumed(stream, Bytes{5});
  pair.answerer.go_away(LinkError::no_error, "");
  pair.answerer.tick(pair.now + 1h);
  pair.answerer.receive(text("anything"), pair.now);
  EXPECT_TRUE(take_messages(pair.answerer, pair.now).empty());
  EXPECT_TRUE(take_events(pair.answerer).empty());
}

TEST(Connection, OneOfEachKindOfPushWaitsAndTheNewestIsKept) {
  auto pair = Pair::ready();
  for (const bool hosting : {true, false}) ASSERT_TRUE(pair.answerer.push("hosting", {{"hosting", hosting}}));
  pair.deliver();
  const auto events = take_events(pair.offerer);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(std::get<Push>(events[0]).body.at("hosting"), false);
}

TEST(StreamIds, EndShortOfTheLargestVarint) {
  EXPECT_EQ(number(kIdsSpent), 2147482624U);
}

}  // namespace
}  // namespace pantheon::link
