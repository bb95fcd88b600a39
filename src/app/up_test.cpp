#include "app/up.hpp"

#include "app/test_support.hpp"
#include "platform/paths.hpp"
#include "session/error.hpp"

namespace pantheon::app {
namespace {

using namespace std::chrono_literals;

/// `pantheon host` on another computer, at the server of the one at home.
class UpTest : public test::HomeTest {
 protected:
  UpTest() {
    options_.server = url();
    options_.data_folder = folder_ / "away";
    options_.name = "Study";
    options_.search_engines = false;
    options_.trial = Trial::never;
    options_.rtc_bind_address = "127.0.0.1";
  }

  /// Starts it, and stops it again once it is signed in.
  core::Result<void> start_and_stop() {
    UpEvents events;
    events.on_online = [this](const auto&, UpEvents::Reach reach) {
      ++times_online_;
      reach_ = reach;
    };
    events.on_error = [this](const core::Error& error) { errors_ += error.code(); };
    events.on_note = [this](const std::string& note) { notes_ += note; };
    Up up(loop_.executor(), options_, std::move(events));
    auto started = loop_.run(up.start());
    loop_.run(up.stop());
    return started;
  }

  /// Of the one account that the host is in.
  std::string kept_access_token() const {
    const std::filesystem::directory_iterator files(options_.data_folder / "accounts");
    const auto text = platform::read_file(begin(files)->path()).value();
    return std::string(core::get_string(core::parse_json_object(text).value(), "accessToken").value());
  }

  int times_online_ = 0;
  std::optional<UpEvents::Reach> reach_;
  std::string errors_;
  std::string notes_;
};

TEST_F(UpTest, ATokenThatIsOverByTheServersClockAloneIsReplaced) {
  options_.pair_link = pairing_link();
  ASSERT_TRUE(start_and_stop());
  options_.pair_link.clear();
  ahead_ = 20min;  // tokens are good for a quarter of an hour
  const auto started = start_and_stop();
  EXPECT_TRUE(started) << started.error().message();
  EXPECT_EQ(times_online_, 2);
  EXPECT_EQ(errors_, "");
}

// Its session would end otherwise, every twelve hours.
TEST_F(UpTest, APairedHostGivesANewerTokenWhenTheServerAsks) {
  options_.pair_link = pairing_link();
  core::AsyncEvent changed(loop_.executor());
  int renewed = 0;
  int offline = 0;
  UpEvents events;
  events.on_offline = [&](const auto&) { ++offline; };
  Up up(loop_.executor(), options_, std::move(events));
  ASSERT_TRUE(loop_.run(up.start()));
  const auto run_for = [&](std::chrono::milliseconds time) {
    (void)loop_.run(changed.wait_until(std::chrono::steady_clock::now() + time));
  };
  for (auto given = kept_access_token(); renewed < 2; ++renewed) {
    ahead_ += 14min + 30s;
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (kept_access_token() == given && std::chrono::steady_clock::now() < deadline) run_for(50ms);
    const auto next = kept_access_token();
    EXPECT_NE(std::exchange(given, next), next) << renewed;
    // The server, on the same loop, is yet to be told: a jump of its clock would end the nonce.
    run_for(500ms);
  }
  EXPECT_EQ(offline, 0);
  loop_.run(up.stop());
}

TEST_F(UpTest, AServerOnLoopbackIsSaidToWorkOnThisComputerOnly) {
  options_.pair_link = pairing_link();
  ASSERT_TRUE(start_and_stop());
  EXPECT_EQ(reach_, UpEvents::Reach::this_computer);
}

TEST_F(UpTest, TheSameCommandWithTheSameLinkGoesOn) {
  options_.pair_link = pairing_link();
  ASSERT_TRUE(start_and_stop());
  EXPECT_EQ(notes_, "");
  const auto again = start_and_stop();
  EXPECT_TRUE(again) << again.error().message();
  EXPECT_EQ(times_online_, 2);
  EXPECT_NE(notes_.find("link"), std::string::npos) << notes_;
}

TEST_F(UpTest, ALinkThatIsOverDoesNotPairADeviceForTheFirstTime) {
  options_.pair_link = pairing_link();
  ASSERT_TRUE(start_and_stop());
  options_.data_folder = folder_ / "another";
  const auto refused = start_and_stop();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(session::SessionError::pairing_code_unknown));
}

}  // namespace
}  // namespace pantheon::app
