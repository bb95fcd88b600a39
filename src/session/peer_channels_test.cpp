#include "session/peer_channels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "rtc/error.hpp"
#include "session/error.hpp"

// Two devices of an account whose signals reach each other, with peer connections over loopback.

namespace pantheon::session {
namespace {

constexpr std::string_view kAccount = "local:server:owner";
// Of which some offers get lost; longer than a connection, or an offer alone, takes with sanitizers.
constexpr std::chrono::milliseconds kLittlePatience{2000};
constexpr std::chrono::milliseconds kHardlyPatience{1000};

struct Device {
  Device(asio::any_io_executor executor, std::string socket)
      : socket_id(std::move(socket)),
        key(identity::DeviceKey::generate()),
        book(std::string(kAccount), identity::KeyBook::FirstSight::refuse),
        tasks(executor),
        context{tasks, key, key.device_id(), std::string(kAccount), book, {}, {}, {}, {}, {}},
        changed(executor) {
    context.rtc.bind_address = "127.0.0.1";
  }

  core::json::object entry() const {
    return {{"userId", context.device_id}, {"socketId", socket_id}, {"name", socket_id}, {"link", true}};
  }
  void meet(const Device& other) {
    EXPECT_TRUE(book.pin(other.context.device_id, other.key.public_key()));
    EXPECT_TRUE(directory.add(other.entry()));
  }

  std::string socket_id;
  identity::DeviceKey key;
  identity::KeyBook book;
  core::TaskGroup tasks;
  PeerContext context;
  PeerDirectory directory;
  std::shared_ptr<PeerChannels> channels;
  core::AsyncEvent changed;
  std::vector<std::string> connected;
  std::vector<std::string> only_seen;  ///< connected without being pinned or vouched for
  std::vector<std::string> disconnected;
  std::vector<std::string> signals;              ///< their types
  std::vector<std::string> to_strangers;         ///< sockets of neither device that were sent a signal
  std::map<std::string, int, std::less<>> lost;  ///< how many signals of a type get lost on their way
};

class PeerChannelsTest : public testing::Test {
 protected:
  PeerChannelsTest() : phone_(io_.get_executor(), "phone"), host_(io_.get_executor(), "host") {
    introduce(phone_, host_);
    introduce(host_, phone_);
  }
  void TearDown() override {
    for (auto* device : {&phone_, &host_}) {
      device->channels->close(link::LinkError::shutting_down, "the test is over");
      device->channels->clear();
      device->tasks.cancel();
      run(device->tasks.join());
    }
  }

  void introduce(Device& device, Device& other) {
    device.meet(other);
    PeerChannelsCallbacks on;
    on.send_signal = [this, &device, &other](const std::string& socket, const std::string&,
                                             core::json::object signal) {
      if (socket != other.socket_id) return device.to_strangers.push_back(socket);
      device.signals.emplace_back(core::get_string(signal, "type").value_or(""));
      if (auto& lost = device.lost[device.signals.back()]; lost > 0) return void(--lost);
      core::json::object message{{"fromUserId", device.context.device_id},
                                 {"fromSocketId", device.socket_id},
                                 {"signal", std::move(signal)}};
      asio::post(io_, [&other, message = std::move(message)] { other.channels->signal(message); });
    };
    on.on_learned = [] {};
    on.on_connected = [&device](const PeerIdentity& identity) {
      (identity.proven ? device.connected : device.only_seen).push_back(identity.device_id);
      device.changed.notify();
    };
    on.on_disconnected = [&device](const std::string& name) {
      device.disconnected.push_back(name);
      device.changed.notify();
    };
    device.channels = std::make_shared<PeerChannels>(device.context, device.directory, std::move(on));
  }

  /// What connect() of that device came to.
  core::Result<LinkChannel*> connect(Device& device, const Device& other) {
    return run(PeerChannels::connect(device.channels, other.context.device_id));
  }

  /// Of somebody whose key nobody knows: an offer from a socket of its own.
  core::json::object offer_of_stranger(const std::string& socket) {
    rtc::Options options;
    options.initiator = true;
    options.bind_address = "127.0.0.1";
    core::json::object offer;
    rtc::Callbacks on;
    on.on_signal = [&offer](core::json::object signal) {
      if (offer.empty()) offer = std::move(signal);
    };
    const rtc::PeerConnection stranger(io_.get_executor(), std::move(options), std::move(on));
    while (offer.empty()) io_.run_one();
    return {{"fromUserId", "stranger"}, {"fromSocketId", socket}, {"signal", offer}};
  }
  void until_answered(const Device& device, const std::string& socket) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::ranges::count(device.to_strangers, socket) == 0) {
      ASSERT_NE(io_.run_one_until(patience), 0U) << "no answer to " << socket;
    }
  }

  static asio::awaitable<void> until_said(Device& device, std::vector<std::string>& said) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (said.empty() && std::chrono::steady_clock::now() < patience)
      (void)co_await device.changed.wait_until(patience);
    EXPECT_FALSE(said.empty()) << "what was awaited did not come";
  }

  static identity::Statement statement(identity::StatementType type, const identity::DeviceKey& by,
                                       const identity::DeviceKey& about) {
    return identity::Statement::make(
        by, {type, std::string(kAccount), about.device_id(), about.public_key(), "", core::wall_now()});
  }
  static void learn(Device& device, const identity::Statement& said) { device.book.learn({&said, 1}); }

  static auto offers_of(const Device& device) {
    return std::ranges::count(device.signals, std::string("offer"));
  }

  template <class T>
  T run(asio::awaitable<T> task) {
    auto result = asio::co_spawn(io_, std::move(task), asio::use_future);
    while (result.wait_for(std::chrono::seconds(0)) != std::future_status::ready) io_.run_one();
    return result.get();
  }

  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> working_ = asio::make_work_guard(io_);
  Device phone_;
  Device host_;
};

TEST_F(PeerChannelsTest, ADeviceIsDialledOnceAndKnownOnBothSides) {
  const auto link = connect(phone_, host_);
  ASSERT_TRUE(link) << link.error().message();
  run(until_said(host_, host_.connected));
  EXPECT_EQ(phone_.connected, std::vector{host_.context.device_id});
  EXPECT_EQ(host_.connected, std::vector{phone_.context.device_id});
  const auto signals = phone_.signals.size();
  EXPECT_EQ(connect(phone_, host_).value(), *link);
  EXPECT_EQ(phone_.signals.size(), signals) << "it is connected already";
}

TEST_F(PeerChannelsTest, StrangersThatTookEveryPlaceMakeRoomForADevice) {
  host_.context.most_channels = 2;
  for (const char* socket : {"one", "two", "three"}) {
    host_.channels->signal(offer_of_stranger(socket));
    until_answered(host_, socket);
  }
  const auto link = connect(phone_, host_);
  ASSERT_TRUE(link) << link.error().message();
}

TEST_F(PeerChannelsTest, ADeviceThatProvedItsKeyKeepsItsPlaceWhenStrangersOffer) {
  host_.context.most_channels = 1;
  const auto link = connect(phone_, host_);
  ASSERT_TRUE(link) << link.error().message();
  run(until_said(host_, host_.connected));
  host_.channels->signal(offer_of_stranger("one"));
  host_.channels->signal(offer_of_stranger("two"));
  EXPECT_TRUE(host_.to_strangers.empty());
  EXPECT_TRUE(host_.disconnected.empty());
  EXPECT_EQ(connect(phone_, host_).value(), *link);
}

TEST_F(PeerChannelsTest, ADeviceThatWasOnlySeenKeepsItsPlaceWhenStrangersOffer) {
  host_.context.most_channels = 2;
  host_.book = identity::KeyBook(std::string(kAccount), identity::KeyBook::FirstSight::remember);
  const auto link = connect(phone_, host_);
  ASSERT_TRUE(link) << link.error().message();
  run(until_said(host_, host_.only_seen));
  for (const char* socket : {"one", "two", "three"}) {
    host_.channels->signal(offer_of_stranger(socket));
    until_answered(host_, socket);
  }
  EXPECT_EQ(connect(phone_, host_).value(), *link);
  EXPECT_TRUE(host_.disconnected.empty());
}

TEST_F(PeerChannelsTest, AnOfferThatCannotBeReadTakesNobodysPlace) {
  host_.context.most_channels = 1;
  host_.book = identity::KeyBook(std::string(kAccount), identity::KeyBook::FirstSight::remember);
  const auto link = connect(phone_, host_);
  ASSERT_TRUE(link) << link.error().message();
  run(until_said(host_, host_.only_seen));
  const core::json::object offer{{"type", "offer"}};
  host_.channels->signal({{"fromUserId", "stranger"}, {"fromSocketId", "one"}, {"signal", offer}});
  io_.poll();  // what was closed has been told
  EXPECT_EQ(connect(phone_, host_).value(), *link);
  EXPECT_TRUE(host_.disconnected.empty());
}

TEST_F(PeerChannelsTest, WhoDialsAgainFromTheSameSocketWasDisconnectedBefore) {
  ASSERT_TRUE(connect(phone_, host_));
  run(until_said(host_, host_.connected));
  const auto before = phone_.channels;  // says no goodbye
  introduce(phone_, host_);
  ASSERT_TRUE(connect(phone_, host_));
  while (host_.connected.size() < 2) io_.run_one();
  EXPECT_EQ(host_.disconnected, std::vector<std::string>{"phone"});
  before->clear();
}

TEST_F(PeerChannelsTest, OfTwoThatDialAtOnceOneStands) {
  auto first =
      asio::co_spawn(io_, PeerChannels::connect(phone_.channels, host_.context.device_id), asio::use_future);
  const auto second = connect(host_, phone_);
  while (first.wait_for(std::chrono::seconds(0)) != std::future_status::ready) io_.run_one();
  const auto dialled = first.get();
  EXPECT_NE(dialled.has_value(), second.has_value());
  const bool phone_is_smaller = phone_.context.device_id < host_.context.device_id;
  EXPECT_EQ(dialled.has_value(), phone_is_smaller);
  const auto& refused = dialled ? second : dialled;
  EXPECT_TRUE(refused.error().is(SessionError::connect_failed));
}

TEST_F(PeerChannelsTest, ADeviceThatIsJustDiallingUsIsNotDisturbedByOurDial) {
  auto first =
      asio::co_spawn(io_, PeerChannels::connect(phone_.channels, host_.context.device_id), asio::use_future);
  while (host_.signals.empty()) io_.run_one();
  const auto second = connect(host_, phone_);
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().is(SessionError::connect_failed)) << second.error().code();
  EXPECT_TRUE(host_.connected.empty()) << "too late to disturb it";
  while (first.wait_for(std::chrono::seconds(0)) != std::future_status::ready) io_.run_one();
  EXPECT_TRUE(first.get());
  EXPECT_EQ(offers_of(phone_), 1);
  EXPECT_EQ(offers_of(host_), 0);
}

TEST_F(PeerChannelsTest, AnOfferHasThreeSecondsToBecomeAConnection) {
  EXPECT_EQ(phone_.context.rtc.offerer_patience, std::chrono::seconds(3));
}

TEST_F(PeerChannelsTest, ALostOfferIsDialledAgain) {
  phone_.context.rtc.offerer_patience = kLittlePatience;
  phone_.lost["offer"] = 1;
  const auto began = std::chrono::steady_clock::now();
  const auto link = connect(phone_, host_);
  ASSERT_TRUE(link) << link.error().message();
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_GE(took, kLittlePatience);
  EXPECT_LT(took, RtcSettings{}.offerer_patience) << "it is given up after the patience that was set";
  run(until_said(host_, host_.connected));
  EXPECT_EQ(offers_of(phone_), 2);
  EXPECT_EQ(phone_.connected, std::vector{host_.context.device_id});
  EXPECT_EQ(host_.connected, std::vector{phone_.context.device_id});
}

TEST_F(PeerChannelsTest, TwoThatWaitForOneDeviceShareItsAttempts) {
  phone_.context.rtc.offerer_patience = kLittlePatience;
  phone_.lost["offer"] = 1;
  auto first =
      asio::co_spawn(io_, PeerChannels::connect(phone_.channels, host_.context.device_id), asio::use_future);
  const auto second = connect(phone_, host_);
  while (first.wait_for(std::chrono::seconds(0)) != std::future_status::ready) io_.run_one();
  const auto also = first.get();
  ASSERT_TRUE(also) << also.error().message();
  ASSERT_TRUE(second) << second.error().message();
  EXPECT_EQ(*also, *second);
  EXPECT_GE(offers_of(phone_), 2);
}

TEST_F(PeerChannelsTest, AfterALostAnswerTheNewOfferTakesThePlaceOfTheOld) {
  phone_.context.rtc.offerer_patience = kLittlePatience;
  host_.lost["answer"] = 1;
  const auto link = connect(phone_, host_);
  ASSERT_TRUE(link) << link.error().message();
  run(until_said(host_, host_.connected));
  EXPECT_EQ(offers_of(phone_), 2);
  EXPECT_EQ(host_.connected, std::vector{phone_.context.device_id});
  EXPECT_TRUE(host_.disconnected.empty());
}

TEST_F(PeerChannelsTest, AfterThreeLostOffersItGivesUpUntilItIsAskedAgain) {
  phone_.context.rtc.offerer_patience = kHardlyPatience;
  phone_.lost["offer"] = 3;
  const auto link = connect(phone_, host_);
  ASSERT_FALSE(link);
  EXPECT_TRUE(link.error().is(rtc::RtcError::connect_timeout)) << link.error().code();
  EXPECT_EQ(offers_of(phone_), 3);
  EXPECT_TRUE(phone_.connected.empty());
  EXPECT_TRUE(host_.signals.empty());
  phone_.context.rtc.offerer_patience = RtcSettings{}.offerer_patience;
  EXPECT_TRUE(connect(phone_, host_)) << "nothing of the attempts stands in the way";
}

TEST_F(PeerChannelsTest, WhoIsNotOnlineCannotBeDialled) {
  phone_.directory.clear();
  const auto link = connect(phone_, host_);
  ASSERT_FALSE(link);
  EXPECT_TRUE(link.error().is(SessionError::peer_unavailable));
}

TEST_F(PeerChannelsTest, ADeviceThatIsRemovedFromTheAccountIsClosed) {
  ASSERT_TRUE(connect(phone_, host_));
  run(until_said(host_, host_.connected));
  ASSERT_TRUE(host_.book.pin(host_.context.device_id, host_.key.public_key()));
  learn(host_, statement(identity::StatementType::revoke, host_.key, phone_.key));
  ASSERT_TRUE(host_.book.is_revoked(phone_.context.device_id));
  host_.channels->close_revoked();
  run(until_said(phone_, phone_.disconnected));
  EXPECT_EQ(phone_.disconnected, std::vector<std::string>{"host"});
}

TEST_F(PeerChannelsTest, WhomARemovedDeviceVouchedForIsClosed) {
  const auto tablet = identity::DeviceKey::generate();
  host_.book = identity::KeyBook(std::string(kAccount), identity::KeyBook::FirstSight::refuse);
  ASSERT_TRUE(host_.book.pin(host_.context.device_id, host_.key.public_key()));
  ASSERT_TRUE(host_.book.pin(tablet.device_id(), tablet.public_key()));
  learn(host_, statement(identity::StatementType::device, tablet, phone_.key));
  ASSERT_TRUE(connect(phone_, host_));
  run(until_said(host_, host_.connected));
  learn(host_, statement(identity::StatementType::revoke, host_.key, tablet));
  host_.channels->close_revoked();
  run(until_said(phone_, phone_.disconnected));
  EXPECT_EQ(phone_.disconnected, std::vector<std::string>{"host"});
}

TEST_F(PeerChannelsTest, ALinkByAKeyThatHasASuccessorIsClosed) {
  ASSERT_TRUE(connect(phone_, host_));
  run(until_said(host_, host_.connected));
  const auto successor = identity::DeviceKey::generate();
  learn(host_, identity::Statement::make(
                   phone_.key, {identity::StatementType::rekey, std::string(kAccount),
                                phone_.context.device_id, successor.public_key(), "", core::wall_now()}));
  host_.channels->close_revoked();
  run(until_said(phone_, phone_.disconnected));
}

TEST_F(PeerChannelsTest, APeerWhoseKeyIsNotTheDevicesIsNotConnected) {
  const auto another = identity::DeviceKey::generate();
  ASSERT_TRUE(phone_.book.pin(host_.context.device_id, another.public_key()));
  EXPECT_FALSE(connect(phone_, host_));
  EXPECT_TRUE(phone_.connected.empty());
}

TEST_F(PeerChannelsTest, SignalsThatBelongToNoChannelAreDropped) {
  using core::json::object;
  host_.channels->signal({});
  host_.channels->signal({{"fromUserId", "x"}, {"signal", "not an object"}});
  host_.channels->signal({{"fromUserId", "x"}, {"signal", object{{"type", "answer"}, {"sdp", ""}}}});
  // More than there may be channels: none of them took a place.
  for (int n = 0; n < 200; ++n) {
    host_.channels->signal(
        {{"fromUserId", "x" + std::to_string(n)}, {"signal", object{{"candidate", object{}}}}});
  }
  EXPECT_TRUE(host_.signals.empty());
  EXPECT_TRUE(connect(phone_, host_));
}

}  // namespace
}  // namespace pantheon::session
