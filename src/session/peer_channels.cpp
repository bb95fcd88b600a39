#include "session/peer_channels.hpp"

#include <array>
#include <chrono>

#include "core/log.hpp"
#include "rtc/signal_message.hpp"
#include "session/error.hpp"

namespace pantheon::session {
namespace {

constexpr int kDialAttempts = 3;
constexpr std::chrono::seconds kReadyPatience{10};
constexpr std::size_t kConnectingShare = 4;  // a quarter of the places is for those not connected yet
constexpr std::string_view kRemoved = "this device was removed from the account";

}  // namespace

PeerChannels::PeerChannels(PeerContext& context, const PeerDirectory& directory, PeerChannelsCallbacks on)
    : context_(context), directory_(directory), on_(std::move(on)), changed_(context.tasks.executor()) {}

void PeerChannels::signal(const core::json::object& message) {
  const std::string device(core::get_string(message, "fromUserId").value_or(""));
  std::string socket(core::get_string(message, "fromSocketId").value_or(""));
  const auto* signal = core::get_object(message, "signal");
  if (signal == nullptr || device.empty()) return;
  if (socket.empty()) socket = device;  // older servers
  const auto found = channels_.find(socket);
  if (core::get_string(*signal, "type") == "offer" &&
      (found == channels_.end() || !found->second.peer || !found->second.peer->is_offer_of_this(*signal))) {
    auto peer = directory_.by_socket(socket).value_or(PeerEntry{});
    peer.socket_id = socket;
    peer.device_id = device;
    return offered(socket, std::move(peer), *signal);
  }
  if (found != channels_.end() && found->second.peer) found->second.peer->signal(*signal);
}

void PeerChannels::offered(const std::string& socket, PeerEntry peer, const core::json::object& signal) {
  const auto found = channels_.find(socket);
  // A link of ours with streams on it is not given up for an offer; of two that dial at once, the smaller
  // id's stands.
  if (found != channels_.end() && found->second.initiator &&
      (found->second.ready || context_.device_id < peer.device_id)) {
    return;
  }
  if (const auto read = rtc::parse_signal(signal); !read) {
    core::logger("session")->info("signal of {} dropped: {}", peer.device_id, read.error().code());
    return;
  }
  if (found == channels_.end() && !make_room()) {
    core::logger("session")->warn("offer of {} refused: {} peers are connected", peer.device_id,
                                  channels_.size());
    return;
  }
  make(socket, std::move(peer), false).peer->signal(signal);
}

// Whoever can sign in may offer from as many sockets as the server lets in: a device that proved its key
// keeps its place, and those that did not make way for the next. First those that are not ready, the oldest
// first; but where they are few, for then they are hardly a flood, the quietest of the others: or those that
// are connected would leave too little time to connect.
bool PeerChannels::make_room() {
  std::size_t taken = 0;
  std::size_t connecting = 0;
  std::array<Channel*, 2> quietest{};  // of those that are not ready, and of the ready
  for (auto& [socket, channel] : channels_) {
    if (channel.leaving || !channel.peer) continue;
    ++taken;
    if (channel.initiator || (channel.ready && channel.identity.proven)) continue;
    if (!channel.ready) ++connecting;
    auto& least = quietest.at(channel.ready ? 1 : 0);
    if (least == nullptr || channel.peer->used_at() < least->peer->used_at()) least = &channel;
  }
  if (taken < context_.most_channels) return true;
  const bool few = connecting < context_.most_channels / kConnectingShare;
  auto* leaves = quietest.at(quietest[0] == nullptr || (few && quietest[1] != nullptr) ? 1 : 0);
  if (leaves == nullptr || channels_.size() >= 2 * context_.most_channels) return false;
  core::logger("session")->info("{} peers are connected: that of {} makes room", taken,
                                leaves->peer->peer().device_id);
  leaves->leaving = true;
  leaves->peer->close(link::LinkError::refused_stream, "too many devices are connected to it");
  return true;
}

PeerChannels::Channel& PeerChannels::make(const std::string& socket, PeerEntry peer, bool initiator) {
  auto& channel = channels_[socket];
  if (channel.ready) on_.on_disconnected(channel.peer->peer().name);  // what is replaced says no more itself
  const auto waiting = channel.waiting;
  channel = {};
  channel.initiator = initiator;
  channel.waiting = waiting;
  const auto which = std::make_shared<PeerChannel*>(nullptr);
  auto callbacks = callbacks_of(socket, peer.device_id, which);
  channel.peer = std::make_unique<PeerChannel>(context_, initiator, std::move(peer), std::move(callbacks));
  *which = channel.peer.get();
  return channel;
}

PeerChannelCallbacks PeerChannels::callbacks_of(const std::string& socket, const std::string& device,
                                                std::shared_ptr<PeerChannel*> which) {
  PeerChannelCallbacks on;
  const std::weak_ptr<PeerChannels> weak = weak_from_this();
  on.send_signal = [weak, socket, device](core::json::object signal) {
    if (const auto self = weak.lock()) self->on_.send_signal(socket, device, std::move(signal));
  };
  on.on_ready = [weak, socket](const PeerIdentity& identity) {
    if (const auto self = weak.lock()) self->became_ready(socket, identity);
  };
  on.on_closed = [weak, socket, which = std::move(which)](std::optional<core::Error> error) {
    if (const auto self = weak.lock()) self->drop(socket, *which, std::move(error));
  };
  return on;
}

void PeerChannels::became_ready(const std::string& socket, const PeerIdentity& identity) {
  const auto found = channels_.find(socket);
  if (found == channels_.end()) return;
  auto& channel = found->second;
  channel.ready = true;
  channel.identity = identity;
  on_.on_learned();
  if (announcement_.hosting) tell(channel);
  on_.on_connected(identity);
  changed_.notify();
}

void PeerChannels::drop(const std::string& socket, const PeerChannel* which,
                        std::optional<core::Error> error) {
  const auto found = channels_.find(socket);
  if (found == channels_.end() || found->second.peer.get() != which) return;  // replaced by a newer attempt
  auto& channel = found->second;
  if (error)
    core::logger("session")->info("peer {} is gone: {}", channel.peer->peer().device_id, error->code());
  if (channel.ready) on_.on_disconnected(channel.peer->peer().name);
  if (channel.initiator && !channel.ready && channel.waiting > 0) {
    channel.failed = error ? *error : core::Error(SessionError::connect_failed);
    channel.peer.reset();  // connect() reads the reason and removes the entry
  } else {
    channels_.erase(found);
  }
  changed_.notify();
}

void PeerChannels::tell(const Channel& channel) const {
  if (!channel.peer || !channel.ready) return;
  if (auto* link = channel.peer->link(); link != nullptr && announcement_.catalogue)
    link->push("catalogue", announcement_.catalogue(channel.identity));
  channel.peer->push_models(announcement_.models);
}

void PeerChannels::announce(Announcement announcement) {
  announcement_ = std::move(announcement);
  for (const auto& [socket, channel] : channels_) tell(channel);
}

void PeerChannels::close_revoked() {
  const auto accepted = context_.book.accepted();
  for (auto& [socket, channel] : channels_) {
    if (!channel.peer) continue;
    const auto& device_id = channel.peer->peer().device_id;
    const auto& key = channel.peer->proven_key();
    if (context_.book.is_revoked(device_id)) {
      channel.peer->close(link::LinkError::key_untrusted, kRemoved);
    } else if (key && !accepted.contains(*key)) {
      channel.peer->close(link::LinkError::key_untrusted, "the key of this device is accepted no more");
    }
  }
}

void PeerChannels::close_unproven(std::string_view device_id) {
  for (auto& [socket, channel] : channels_) {
    const bool proven = channel.ready && channel.identity.proven;
    if (channel.peer && !proven && channel.peer->peer().device_id == device_id)
      channel.peer->close(link::LinkError::key_untrusted, kRemoved);
  }
}

void PeerChannels::close(link::LinkError code, std::string_view message) {
  for (auto& [socket, channel] : channels_) {
    if (channel.peer) channel.peer->close(code, message);
  }
}

/// A dial of ours, and its failure, is kept for those who wait for it, and forgotten with the last of them.
/// What the other device has dialled goes on by itself.
class PeerChannels::Waiting {
 public:
  Waiting(PeerChannels& owner, const std::string& socket) : owner_(owner), socket_(socket) { count(1); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() {
    count(-1);
    const auto found = owner_.channels_.find(socket_);
    if (found == owner_.channels_.end()) return;
    const auto& channel = found->second;
    if (channel.initiator && !channel.ready && channel.waiting == 0) owner_.channels_.erase(found);
  }

 private:
  void count(int step) {
    const auto found = owner_.channels_.find(socket_);
    if (found != owner_.channels_.end()) found->second.waiting += step;
  }
  PeerChannels& owner_;
  const std::string& socket_;
};

asio::awaitable<core::Result<LinkChannel*>> PeerChannels::wait_ready(std::shared_ptr<PeerChannels> self,
                                                                     std::string socket) {
  const auto patience = std::chrono::steady_clock::now() + kReadyPatience;
  const Waiting waiting(*self, socket);
  for (;;) {
    const auto found = self->channels_.find(socket);
    if (found == self->channels_.end()) co_return core::failure(SessionError::connect_failed);
    auto& channel = found->second;
    if (channel.failed) co_return core::failure(*channel.failed);
    if (!channel.initiator) {
      co_return core::failure(SessionError::connect_failed,
                              "the other device is connected to this one already");
    }
    if (channel.ready) {
      auto* link = channel.peer->link();
      if (link == nullptr) co_return core::failure(SessionError::peer_too_old);
      co_return link;
    }
    if (std::chrono::steady_clock::now() >= patience) co_return core::failure(SessionError::connect_failed);
    const bool alive = co_await self->changed_.wait_until(patience);
    if (!alive) co_return core::failure(core::CommonError::cancelled);
  }
}

asio::awaitable<core::Result<LinkChannel*>> PeerChannels::connect(std::shared_ptr<PeerChannels> self,
                                                                  std::string device_id) {
  core::Error last(SessionError::peer_unavailable);
  for (int attempt = 0; attempt < kDialAttempts; ++attempt) {
    const auto peer = self->directory_.by_device(device_id);
    if (!peer) co_return core::failure(SessionError::peer_unavailable);
    const auto found = self->channels_.find(peer->socket_id);
    // A failure is kept for all who waited: the first of them to try again does so for the others.
    if (found == self->channels_.end() || found->second.failed) self->make(peer->socket_id, *peer, true);
    auto link = co_await wait_ready(self, peer->socket_id);
    if (link || link.error().is(core::CommonError::cancelled)) co_return link;
    last = link.error();
  }
  co_return core::failure(last);
}

}  // namespace pantheon::session
