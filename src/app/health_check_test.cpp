#include "app/health_check.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <memory>
#include <string>

#include "app/error.hpp"
#include "core/run_on.hpp"
#include "http/server.hpp"
#include "http/testing/test_certificate.hpp"

namespace pantheon::app {
namespace {

/// A server of this machine with one answer at /health, on a thread of its own as another process would be.
class HealthCheck : public testing::Test {
 protected:
  ~HealthCheck() override { stop(); }

  /// False where this machine has no such address.
  bool serve(const std::string& bind_address, http::Response answer = {200, {}, "{}"}) {
    stop();
    options_.bind_address = bind_address;
    http::ServerOptions options;
    options.bind_address = bind_address;
    options.port = 0;
    options.tls = options_.tls;
    thread_ = std::make_unique<core::LoopThread>();
    server_ = std::make_unique<http::Server>(thread_->executor(), options);
    server_->route("GET", "/health", [answer](http::Request) { return give(answer); });
    const bool listening = server_->listen().has_value();
    options_.port = server_->port();
    thread_->start();
    return listening;
  }
  void stop() {
    if (!thread_) return;
    asio::co_spawn(thread_->executor(), server_->stop(), asio::detached);
    thread_->finish();
    server_.reset();
    thread_.reset();
  }
  static asio::awaitable<http::Response> give(http::Response answer) { co_return answer; }

  core::Error error() const {
    const auto checked = check_health(options_);
    return checked ? core::Error(core::CommonError::internal, "it is healthy") : checked.error();
  }

  SignalingServerOptions options_;
  std::unique_ptr<core::LoopThread> thread_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(HealthCheck, FindsTheServerWhereverItListens) {
  for (const char* address : {"127.0.0.1", "0.0.0.0", "127.0.0.2", "::1", "::"}) {
    if (!serve(address) && std::string(address).find(':') != std::string::npos) continue;
    const auto checked = check_health(options_);
    EXPECT_TRUE(checked) << address << ": " << checked.error().message();
  }
}

TEST_F(HealthCheck, TakesTheServersOwnCertificateWhomeverItIsMadeOutTo) {
  const http::TestCertificate certificate;
  options_.tls = http::TlsFiles{certificate.certificate_file(), certificate.key_file()};
  ASSERT_TRUE(serve("127.0.0.2"));  // the certificate names another address
  EXPECT_TRUE(check_health(options_));
  options_.tls.reset();
  EXPECT_TRUE(error().is(AppError::signaling_unreachable)) << "the server speaks TLS alone";
}

TEST_F(HealthCheck, AServerThatSaysItIsUnwellIsNotHealthy) {
  ASSERT_TRUE(serve("127.0.0.1", {503, {}, R"({"status":"draining"})"}));
  EXPECT_TRUE(error().is(AppError::signaling_unreachable));
  EXPECT_EQ(error().detail(), "HTTP status 503");
  ASSERT_TRUE(serve("127.0.0.1", {301, {{"Location", "/elsewhere"}}, ""}));
  EXPECT_EQ(error().detail(), "HTTP status 301");
}

TEST_F(HealthCheck, AnAnswerWithoutEndIsNotRead) {
  ASSERT_TRUE(serve("127.0.0.1", {200, {}, std::string(65 * 1024, 'x')}));
  EXPECT_TRUE(error().is(AppError::signaling_unreachable));
  EXPECT_EQ(error().detail(), "body_too_large");
}

TEST_F(HealthCheck, WhereNobodyListensNobodyIsHealthy) {
  ASSERT_TRUE(serve("127.0.0.1"));
  stop();
  EXPECT_TRUE(error().is(AppError::signaling_unreachable));
}

}  // namespace
}  // namespace pantheon::app
