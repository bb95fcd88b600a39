#include "session/client_stream.hpp"

#include "session/error.hpp"
#include "session/link_driver.hpp"

namespace pantheon::session {
namespace {

class LinkClientStream final : public ClientStream {
 public:
  LinkClientStream(std::shared_ptr<LinkDriver> driver, link::StreamId id, std::shared_ptr<StreamState> state)
      : driver_(std::move(driver)), id_(id), state_(std::move(state)) {}
  ~LinkClientStream() override { cancel(); }
  LinkClientStream(const LinkClientStream&) = delete;
  LinkClientStream& operator=(const LinkClientStream&) = delete;

  asio::awaitable<core::Result<void>> write(core::ByteView bytes) override {
    return driver_->write(id_, state_, bytes);
  }

  void end() override {
    driver_->connection().end(id_);
    driver_->schedule_flush();
  }

  asio::awaitable<core::Result<ResponseHead>> head() override {
    while (state_->heads.empty()) {
      if (state_->failed) co_return core::failure(*state_->failed);
      const bool alive = co_await state_->changed.wait();
      if (!alive) co_return core::failure(core::CommonError::cancelled);
    }
    auto head = std::move(state_->heads.front());
    state_->heads.pop_front();
    co_return head;
  }

  asio::awaitable<core::Result<core::ByteVector>> read() override { return driver_->read(id_, state_); }

  void cancel() override {
    if (over_) return;
    over_ = true;
    const bool whole = state_->ended;
    if (!whole && !state_->failed) {
      driver_->connection().reset(id_, link::LinkError::cancelled, "");
      driver_->schedule_flush();
    }
    driver_->drop_stream(id_);
    driver_->drop_unread(id_, *state_);
    state_->fail(core::Error(core::CommonError::cancelled));
  }

 private:
  std::shared_ptr<LinkDriver> driver_;
  link::StreamId id_;
  std::shared_ptr<StreamState> state_;
  bool over_ = false;
};

}  // namespace

std::unique_ptr<ClientStream> make_client_stream(std::shared_ptr<LinkDriver> driver, link::StreamId id,
                                                 std::shared_ptr<StreamState> state) {
  return std::make_unique<LinkClientStream>(std::move(driver), id, std::move(state));
}

}  // namespace pantheon::session
