#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <memory>
#include <rtc/rtc.hpp>
#include <string>

#include "rtc/library.hpp"
#include "rtc/test_pair.hpp"

namespace pantheon::rtc {
namespace {
namespace lib = ::rtc;

// Nobody would read it, and what it brings would be kept.
TEST(SecondChannel, OfTheAnsweringSideIsClosed) {
  start_library();
  test::Pair pair;
  const auto on_executor = [&pair](auto what) { boost::asio::post(pair.io, std::move(what)); };
  lib::Configuration configuration;
  configuration.bindAddress = "127.0.0.1";
  const auto answerer = std::make_shared<lib::PeerConnection>(configuration);
  std::shared_ptr<lib::DataChannel> first, second;
  bool closed = false;
  answerer->onDataChannel([&](const std::shared_ptr<lib::DataChannel>& channel) {
    on_executor([&, channel] { first = channel; });
  });
  answerer->onLocalDescription([&](const lib::Description& description) {
    on_executor([&, sdp = std::string(description)] {
      EXPECT_TRUE(pair.offerer.connection->signal({{"type", "answer"}, {"sdp", sdp}}).has_value());
    });
  });
  pair.offerer.other = nullptr;
  pair.offerer.start(pair.io, test::Side::loopback(true));
  ASSERT_TRUE(pair.run_until([&] { return pair.offerer.signals.size() == 2; }));
  answerer->setRemoteDescription({std::string(*core::get_string(pair.offerer.signals[0], "sdp")), "offer"});
  const auto* const candidate = pair.offerer.signals[1].at("candidate").if_object();
  ASSERT_NE(candidate, nullptr);
  answerer->addRemoteCandidate({std::string(*core::get_string(*candidate, "candidate")),
                                std::string(*core::get_string(*candidate, "sdpMid"))});
  ASSERT_TRUE(pair.run_until([&] { return pair.offerer.opened == 1 && first; }));

  second = answerer->createDataChannel("second");
  second->onClosed([&] { on_executor([&] { closed = true; }); });
  EXPECT_TRUE(pair.run_until([&] { return closed; }));
  EXPECT_TRUE(pair.offerer.connection->is_open());

  for (const auto& channel : {first, second}) channel->resetCallbacks();
  answerer->resetCallbacks();
  answerer->close();
}

}  // namespace
}  // namespace pantheon::rtc
