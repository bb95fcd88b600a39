#include "http/peer_watch.hpp"

#include <array>
#include <boost/asio/buffer.hpp>

namespace pantheon::http {
namespace {

// TLS closes with an alert (RFC 8446, section 6.1): by itself up to TLS 1.2, from then on encrypted, in a
// record that is too short for anything else (section 5.2).
constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kEncryptedAlert = 2 + 1 + 16;

bool is_alert(const std::array<unsigned char, kRecordHeader>& record) {
  constexpr unsigned char kAlert = 21;
  constexpr unsigned char kApplicationData = 23;
  const std::size_t length = record[3] * std::size_t{256} + record[4];
  return record[0] == kAlert || (record[0] == kApplicationData && length <= kEncryptedAlert);
}

}  // namespace

struct PeerWatch::State {
  State(Stream& s, bool tls, std::function<void()> callback)
      : stream(s), secure(tls), on_gone(std::move(callback)) {}

  // The socket is ready to be read: what would come?
  bool gone() const {
    std::array<unsigned char, kRecordHeader> next{};
    boost::system::error_code error;
    const std::size_t count = stream.socket().receive(asio::buffer(next), tcp::socket::message_peek, error);
    if (error) return error != asio::error::would_block;
    return count == 0 || (secure && count == next.size() && is_alert(next));
  }

  Stream& stream;
  bool secure;
  bool watching = false;
  std::function<void()> on_gone;
};

PeerWatch::PeerWatch(Stream& stream, bool secure, std::function<void()> on_gone)
    : state_(std::make_shared<State>(stream, secure, std::move(on_gone))) {}

PeerWatch::~PeerWatch() {
  stop();
}

void PeerWatch::start() const {
  state_->watching = true;
  state_->stream.socket().async_wait(tcp::socket::wait_read,
                                     [weak = std::weak_ptr(state_)](const boost::system::error_code& error) {
                                       const auto state = weak.lock();
                                       if (!state || error || !std::exchange(state->watching, false)) return;
                                       if (state->gone()) state->on_gone();
                                     });
}

void PeerWatch::stop() const {
  if (std::exchange(state_->watching, false)) state_->stream.cancel();
}

}  // namespace pantheon::http
