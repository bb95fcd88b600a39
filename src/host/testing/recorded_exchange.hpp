#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/task_group.hpp"
#include "session/exchange.hpp"

namespace pantheon::host::testing {

namespace asio = boost::asio;

/// An exchange without a link: hands out a request and keeps what the host does with it.
class RecordedExchange : public session::Exchange {
 public:
  RecordedExchange(std::string method, std::string path, std::string body = {}) {
    head_.method = std::move(method);
    head_.path = std::move(path);
    if (!body.empty()) body_.push_back(std::move(body));
    peer_ = {"phone", "Phone", "socket", true};
  }

  const session::RequestHead& head() const override { return head_; }
  const session::PeerIdentity& peer() const override { return peer_; }
  asio::awaitable<core::Result<core::ByteVector>> read() override {
    if (body_.empty()) co_return core::ByteVector();
    const auto text = std::move(body_.front());
    body_.pop_front();
    const auto bytes = core::as_bytes(text);
    co_return core::ByteVector(bytes.begin(), bytes.end());
  }
  asio::awaitable<core::Result<core::ByteVector>> read_until(core::SteadyTime deadline) override {
    if (!body_.empty() || !stalls) co_return co_await read();
    (void)co_await core::sleep_for(deadline - std::chrono::steady_clock::now());
    co_return core::failure(core::CommonError::timeout);
  }
  core::Result<void> send_head(const session::ResponseHead& head) override {
    (head.status == 102 ? interim : final_heads).push_back(head);
    return {};
  }
  asio::awaitable<core::Result<void>> write(core::ByteView bytes) override {
    return write_until(bytes, std::chrono::steady_clock::now() + std::chrono::hours(1));
  }
  asio::awaitable<core::Result<void>> write_until(core::ByteView bytes, core::SteadyTime deadline) override {
    if (takes_nothing) {
      (void)co_await core::sleep_for(deadline - std::chrono::steady_clock::now());
      co_return core::failure(core::CommonError::timeout);
    }
    pieces.emplace_back(core::as_text(bytes));
    co_return core::Result<void>();
  }
  void end() override { ended = true; }
  void reset(std::string_view code, std::string message) override {
    reset_code = code;
    reset_message = std::move(message);
  }

  unsigned status() const { return final_heads.empty() ? 0 : final_heads.front().status; }
  std::string text() const {
    std::string all;
    for (const auto& piece : pieces) all += piece;
    return all;
  }
  core::json::object json() const { return core::parse_json_object(text()).value_or(core::json::object()); }

  session::RequestHead head_;
  session::PeerIdentity peer_;
  std::deque<std::string> body_;
  std::vector<session::ResponseHead> interim;
  std::vector<session::ResponseHead> final_heads;
  std::vector<std::string> pieces;
  std::string reset_code;
  std::string reset_message;
  bool ended = false;
  bool stalls = false;         ///< the end of the body never comes
  bool takes_nothing = false;  ///< of the answer
};

}  // namespace pantheon::host::testing
