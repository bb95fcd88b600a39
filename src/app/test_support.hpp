#pragma once

#include <gtest/gtest.h>

#include "app/account.hpp"
#include "app/signaling_server.hpp"
#include "core/async_event.hpp"
#include "core/random.hpp"
#include "http/testing/test_loop.hpp"
#include "session/account_client.hpp"

/// For the tests of this part only.
namespace pantheon::app::test {

/// A signaling server as `pantheon up` runs it, on a free port, and the computer it runs on, which lets
/// others into its account. All of it is in one temporary folder.
class HomeTest : public testing::Test {
 protected:
  HomeTest() {
    std::filesystem::create_directories(folder_);
    SignalingServerOptions options;
    options.bind_address = "127.0.0.1";
    options.port = 0;
    options.database = database_;
    options.signaling.auth_key = kAuthKey;
    options.signaling.clock = [this] { return core::wall_now() + ahead_; };
    server_ = SignalingServer::start(loop_.executor(), std::move(options)).value();
    options_.name = "Tower";
  }
  ~HomeTest() override { std::filesystem::remove_all(folder_); }
  void TearDown() override {
    if (home_) loop_.run(home_->stop());
    loop_.run(server_->stop());
  }

  /// Lets into another account than that of the one at home.
  static constexpr const char* kAuthKey = "0123456789abcdef";

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  DeviceState open_state(const char* name = "device") const {
    return DeviceState::open(folder_ / name).value();
  }
  std::unique_ptr<Account> at_home(DeviceState& state) {
    return join_at_home(state, server_->service(), options_).value();
  }
  session::AccountSettings settings_of(const Account& account) const {
    session::AccountSettings settings;
    settings.server_url = url();
    settings.device_id = account.key.device_id();
    return settings;
  }
  /// A device of an account, once it is signed in.
  std::unique_ptr<session::AccountClient> online(Account& account) {
    session::AccountEvents events;
    events.on_online = [this](const std::string&) { online_.notify(); };
    auto client = std::make_unique<session::AccountClient>(loop_.executor(), settings_of(account),
                                                           account.key, account.membership.book,
                                                           account.credentials, std::move(events));
    client->start();
    loop_.run(online_.wait());
    return client;
  }
  /// A link that pairs another device with the computer at home.
  std::string pairing_link() {
    if (!home_) start_home();
    return identity::to_text(loop_.run(home_->open_pairing(url())).value());
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("pantheon-app-" + core::random_id());
  std::filesystem::path database_ = folder_ / "signaling.db";
  http::TestLoop loop_;
  http::Client http_{loop_.executor()};
  std::chrono::milliseconds ahead_{0};  ///< the server's clock, of that of its clients
  std::unique_ptr<SignalingServer> server_;
  UpOptions options_;
  std::optional<DeviceState> home_state_;
  std::unique_ptr<Account> home_account_;
  std::unique_ptr<session::AccountClient> home_;

 private:
  void start_home() {
    home_state_.emplace(open_state("home"));
    home_account_ = at_home(*home_state_);
    home_ = online(*home_account_);
  }
  core::AsyncEvent online_{loop_.executor()};
};

}  // namespace pantheon::app::test
