#include "session/error.hpp"
#include "session/link_driver.hpp"

namespace pantheon::session {
namespace {

class ServedExchange final : public Exchange {
 public:
  ServedExchange(std::shared_ptr<LinkDriver> driver, link::Request request,
                 std::shared_ptr<StreamState> state)
      : driver_(std::move(driver)),
        id_(request.stream),
        head_(std::move(request.head)),
        state_(std::move(state)) {}

  ~ServedExchange() override {
    try {
      if (!over_) reset("internal", "the exchange ended without an answer");
    } catch (const std::exception&) {
      // Out of memory: the end of the link tells the peer.
    }
  }
  ServedExchange(const ServedExchange&) = delete;
  ServedExchange& operator=(const ServedExchange&) = delete;

  const RequestHead& head() const override { return head_; }
  const PeerIdentity& peer() const override { return driver_->peer(); }
  asio::awaitable<core::Result<core::ByteVector>> read() override { return driver_->read(id_, state_); }
  asio::awaitable<core::Result<core::ByteVector>> read_until(core::SteadyTime deadline) override {
    return driver_->read(id_, state_, deadline);
  }

  core::Result<void> send_head(const ResponseHead& head) override {
    auto sent = driver_->connection().respond(id_, head);
    driver_->schedule_flush();
    return sent;
  }

  asio::awaitable<core::Result<void>> write(core::ByteView bytes) override {
    return driver_->write(id_, state_, bytes);
  }
  asio::awaitable<core::Result<void>> write_until(core::ByteView bytes, core::SteadyTime deadline) override {
    return driver_->write(id_, state_, bytes, deadline);
  }

  void end() override {
    if (over_) return;
    over_ = true;
    driver_->connection().end(id_);
    driver_->drop_stream(id_);
    driver_->schedule_flush();
  }

  void reset(std::string_view code, std::string message) override {
    if (over_) return;
    over_ = true;
    driver_->connection().reset(id_, link::error_from_name(code).value_or(link::LinkError::internal),
                                message);
    driver_->drop_stream(id_);
    driver_->schedule_flush();
  }

 private:
  std::shared_ptr<LinkDriver> driver_;
  link::StreamId id_;
  RequestHead head_;
  std::shared_ptr<StreamState> state_;
  bool over_ = false;
};

}  // namespace

std::shared_ptr<Exchange> make_served_exchange(std::shared_ptr<LinkDriver> driver, link::Request request,
                                               std::shared_ptr<StreamState> state) {
  return std::make_shared<ServedExchange>(std::move(driver), std::move(request), std::move(state));
}

}  // namespace pantheon::session
