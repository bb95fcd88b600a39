#include "rtc/peer_connection.hpp"

#include <boost/asio/steady_timer.hpp>
#include <rtc/rtc.hpp>
#include <tuple>

#include "core/log.hpp"
#include "rtc/configuration.hpp"
#include "rtc/error.hpp"
#include "rtc/events.hpp"
#include "rtc/fingerprint.hpp"
#include "rtc/library.hpp"
#include "rtc/signal_message.hpp"

namespace pantheon::rtc {
namespace lib = ::rtc;

namespace {

constexpr std::size_t kMessagesPerTurn = 256;  // then others on the executor get their turn
constexpr std::size_t kBatchesPerTurn = 8;     // the same for packets, which come one batch after another
constexpr std::size_t kMostReceived = 64 * 1024 * 1024;  // waiting to be read; links grant far less
constexpr std::size_t kMostBuffered = 16 * 1024 * 1024;  // browsers kill a channel at as much
constexpr int kMostDescriptions = 16;                    // a peer may negotiate anew, not without end

// Lets a connection say goodbye in the background: it is kept by its own last callback, which the library
// drops when the connection is closed, at the latest when ICE finds the other side gone (30 s).
void close_in_background(std::shared_ptr<lib::PeerConnection> connection) {
  connection->resetCallbacks();
  connection->onStateChange([connection](lib::PeerConnection::State) {});
  connection->close();
  if (connection->state() == lib::PeerConnection::State::Closed) connection->onStateChange(nullptr);
}

core::Result<core::ByteVector> fingerprint_bytes(
    const std::optional<lib::CertificateFingerprint>& fingerprint) {
  if (!fingerprint || fingerprint->value.empty()) return core::failure(RtcError::not_open);
  return parse_sha256_fingerprint(fingerprint->value);
}

core::ByteVector to_vector(const auto& bytes) {
  const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
  return {begin, begin + bytes.size()};
}

}  // namespace

struct PeerConnection::State : std::enable_shared_from_this<PeerConnection::State> {
  State(asio::any_io_executor ex, Options opts, Callbacks calls)
      : executor(ex),
        timer(ex),
        options(std::move(opts)),
        callbacks(std::make_shared<Callbacks>(std::move(calls))) {}

  void start();
  void drain();
  bool deliver(Events& events, const Callbacks& to);
  void read_packets(Events& events) const;
  bool read_messages(const Callbacks& to, std::size_t most);
  void open(const Callbacks& to);
  void name_offer(core::json::object& answer) const;
  bool is_to_another_offer(const RemoteDescription& description) const;
  void finish(std::optional<core::Error> error);
  void tear_down();
  core::Result<void> accept(RemoteDescription description);
  core::Result<void> accept(RemoteCandidate candidate);
  core::Result<void> add_candidate(const RemoteCandidate& candidate);
  template <class Send>
  core::Result<void> send(std::size_t size, Send&& send_it);

  asio::any_io_executor executor;
  asio::steady_timer timer;
  const Options options;
  std::shared_ptr<const Callbacks> callbacks;  // null once closed
  std::shared_ptr<EventInbox> inbox;
  std::shared_ptr<lib::PeerConnection> connection;  // null once closed
  std::shared_ptr<lib::DataChannel> channel;
  bool opened = false;
  bool behind = false;  // messages are left from the turn before
  int descriptions = 0;
  std::size_t candidates = 0;
  std::vector<RemoteCandidate> early_candidates;
  std::string fingerprint;  // of the first description
  core::json::object remote_fields;
  std::size_t low_threshold = 0;
  std::size_t max_message = 0;
};

void PeerConnection::State::start() {
  const auto weak = weak_from_this();
  inbox = std::make_shared<EventInbox>(executor, [weak] {
    if (const auto state = weak.lock()) state->drain();
  });
  timer.expires_after(options.connect_timeout);
  timer.async_wait([weak](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (!error && state && !state->opened) state->finish(core::Error(RtcError::connect_timeout));
  });
  try {
    start_library();
    auto configuration = to_configuration(options);
    read_packets_on_executor(configuration, inbox);
    connection = std::make_shared<lib::PeerConnection>(std::move(configuration));
    listen(*connection, inbox, options);
    if (!options.initiator) return;
    channel = connection->createDataChannel(options.channel_label);
    listen(*channel, inbox);
  } catch (const std::exception& error) {
    report_end(inbox, core::Error(RtcError::local_transport, error.what()));
  }
}

void PeerConnection::State::drain() {
  const auto self = shared_from_this();
  const auto to = callbacks;  // lives on while it is called, whatever the owner does in the call
  if (!to) return;
  for (std::size_t i = 0; i < kBatchesPerTurn; ++i) {
    auto events = inbox->take();
    if (!events || !deliver(*events, *to)) return;
  }
  inbox->yield([](Events&) {});
}

// What they bring is in the next batch. While messages wait to be delivered, or would have nobody to count
// them yet, the library's own threads read instead: they stop when a thousand wait.
void PeerConnection::State::read_packets(Events& events) const {
  if (behind || (channel && !opened)) return events.packets.clear();
  for (const auto& read : events.packets) read();
}

// False: stop for now, because of a close or to let others have their turn.
bool PeerConnection::State::deliver(Events& events, const Callbacks& to) {
  read_packets(events);
  for (auto& signal : events.signals) {
    if (core::get_string(signal, "type") == "answer") name_offer(signal);
    if (to.on_signal) to.on_signal(std::move(signal));
    if (!callbacks) return false;
  }
  if (events.channel && !channel) channel = std::move(events.channel);
  if (events.opened && channel && !opened) open(to);
  if (!callbacks) return false;
  const bool all_read = !opened || (!events.received && !events.opened && !events.end) ||
                        read_messages(to, events.end ? SIZE_MAX : kMessagesPerTurn);
  if (!callbacks) return false;
  if (events.drained && to.on_drained) to.on_drained();
  if (!callbacks) return false;
  if (events.end) {
    if (!opened && !events.end->error) events.end->error = core::Error(RtcError::connect_failed, "closed");
    finish(std::move(events.end->error));
    return false;
  }
  behind = !all_read;
  if (all_read) return true;
  inbox->yield([](Events& more) { more.received = true; });
  return false;
}

// False when there is more. Taking messages straight from the library's queue saves a copy of each.
bool PeerConnection::State::read_messages(const Callbacks& to, std::size_t most) {
  if (channel->availableAmount() > kMostReceived) {
    finish(core::Error(RtcError::receive_overflow));
    return true;
  }
  const auto source = channel;
  for (std::size_t i = 0; i < most; ++i) {
    auto message = source->receive();
    if (!message) return true;
    const bool is_text = std::holds_alternative<std::string>(*message);
    if (to.on_message)
      to.on_message(std::visit([](const auto& bytes) { return to_vector(bytes); }, *message), is_text);
    if (!callbacks) return true;
  }
  return false;
}

// An answer of ours says which offer it is to.
void PeerConnection::State::name_offer(core::json::object& answer) const {
  const auto offer = connection->remoteDescription();
  if (offer && offer->iceUfrag()) answer[kAnsweredOffer] = *offer->iceUfrag();
}

bool PeerConnection::State::is_to_another_offer(const RemoteDescription& description) const {
  if (description.is_offer || !description.answered) return false;
  const auto ours = connection->localDescription();
  return !ours || ours->iceUfrag() != description.answered;
}

void PeerConnection::State::open(const Callbacks& to) {
  opened = true;
  timer.cancel();
  channel->setBufferedAmountLowThreshold(low_threshold);
  max_message = connection->remoteMaxMessageSize();
  if (to.on_open) to.on_open();
}

void PeerConnection::State::finish(std::optional<core::Error> error) {
  const auto to = callbacks;
  if (!to) return;
  tear_down();
  if (to->on_closed) to->on_closed(std::move(error));
}

void PeerConnection::State::tear_down() {
  callbacks.reset();
  timer.cancel();
  inbox->detach();
  const auto old_channel = std::exchange(channel, nullptr);
  auto old_connection = std::exchange(connection, nullptr);
  try {
    if (old_channel) {
      old_channel->close();
      while (old_channel->receive()) continue;  // a thread of the library may wait for room in this queue
    }
    if (old_connection && opened) close_in_background(std::move(old_connection));
  } catch (const std::exception& error) {
    core::logger("rtc")->debug("closing: {}", error.what());
  }
}

core::Result<void> PeerConnection::State::accept(RemoteDescription description) {
  if (description.is_offer == options.initiator) return core::failure(RtcError::unexpected_description);
  if (is_to_another_offer(description)) {
    return core::failure(RtcError::unexpected_description, "an answer to an earlier offer");
  }
  const bool first = descriptions == 0;
  if (!first && description.fingerprint != fingerprint) {
    return core::failure(RtcError::unexpected_description, "another certificate");
  }
  if (descriptions == kMostDescriptions) return core::failure(RtcError::unexpected_description, "too many");
  try {
    connection->setRemoteDescription(
        lib::Description(description.sdp, description.is_offer ? "offer" : "answer"));
  } catch (const std::invalid_argument& error) {
    return core::failure(RtcError::invalid_description, error.what());
  } catch (const std::logic_error& error) {
    return core::failure(RtcError::unexpected_description, error.what());
  } catch (const std::exception& error) {
    return core::failure(RtcError::local_transport, error.what());
  }
  ++descriptions;
  if (first) {
    fingerprint = std::move(description.fingerprint);
    remote_fields = std::move(description.fields);
  }
  for (auto& candidate : std::exchange(early_candidates, {})) std::ignore = add_candidate(candidate);
  for (auto& candidate : description.candidates) {
    if (auto added = accept(std::move(candidate)); !added) return added;
  }
  return {};
}

core::Result<void> PeerConnection::State::accept(RemoteCandidate candidate) {
  if (candidate.use == CandidateUse::ignored) return {};
  if (candidates == kMostCandidates) return core::failure(RtcError::too_many_candidates);
  ++candidates;
  if (candidate.use != CandidateUse::connect) return {};
  if (descriptions != 0) return add_candidate(candidate);
  early_candidates.push_back(std::move(candidate));
  return {};
}

core::Result<void> PeerConnection::State::add_candidate(const RemoteCandidate& candidate) {
  try {
    connection->addRemoteCandidate(lib::Candidate(candidate.attribute, candidate.mid));
    return {};
  } catch (const std::exception& error) {
    return core::failure(RtcError::invalid_candidate, error.what());
  }
}

template <class Send>
core::Result<void> PeerConnection::State::send(std::size_t size, Send&& send_it) {
  if (!opened || !channel || !channel->isOpen()) return core::failure(RtcError::not_open);
  if (size > max_message) return core::failure(RtcError::message_too_large, std::to_string(size) + " bytes");
  if (channel->bufferedAmount() > kMostBuffered) return core::failure(RtcError::send_buffer_full);
  try {
    send_it(*channel);
    return {};
  } catch (const std::exception& error) {
    return core::failure(RtcError::not_open, error.what());
  }
}

PeerConnection::PeerConnection(asio::any_io_executor executor, Options options, Callbacks callbacks)
    : state_(std::make_shared<State>(std::move(executor), std::move(options), std::move(callbacks))) {
  state_->start();
}

PeerConnection::~PeerConnection() {
  close();
}

core::Result<void> PeerConnection::signal(const core::json::object& signal) {
  if (!state_->connection) return core::failure(RtcError::not_open);
  auto message = parse_signal(signal);
  if (!message) return core::failure(message.error());
  if (auto* description = std::get_if<RemoteDescription>(&*message))
    return state_->accept(std::move(*description));
  if (auto* candidate = std::get_if<RemoteCandidate>(&*message)) return state_->accept(std::move(*candidate));
  return {};
}

core::Result<void> PeerConnection::send(core::ByteView message) {
  return state_->send(message.size(), [&](lib::DataChannel& channel) {
    channel.send(reinterpret_cast<const std::byte*>(message.data()), message.size());
  });
}

core::Result<void> PeerConnection::send_text(std::string_view message) {
  return state_->send(message.size(), [&](lib::DataChannel& channel) { channel.send(std::string(message)); });
}

core::Bytes PeerConnection::buffered_amount() const {
  return {state_->channel ? state_->channel->bufferedAmount() : 0};
}

void PeerConnection::set_low_threshold(core::Bytes amount) {
  state_->low_threshold = amount.count;
  if (state_->channel) state_->channel->setBufferedAmountLowThreshold(amount.count);
}

core::Bytes PeerConnection::max_message_size() const {
  if (state_->opened || !state_->connection) return {state_->max_message};
  return {state_->connection->remoteMaxMessageSize()};
}

const core::json::object& PeerConnection::remote_description_fields() const {
  return state_->remote_fields;
}

core::Result<core::ByteVector> PeerConnection::local_fingerprint() const {
  if (!state_->connection) return core::failure(RtcError::not_open);
  const auto description = state_->connection->localDescription();
  if (!description) return core::failure(RtcError::not_open);
  return fingerprint_bytes(description->fingerprint());
}

core::Result<core::ByteVector> PeerConnection::remote_fingerprint() const {
  if (!state_->connection) return core::failure(RtcError::not_open);
  return fingerprint_bytes(state_->connection->remoteFingerprint());
}

bool PeerConnection::is_open() const {
  return state_->opened && state_->channel && state_->channel->isOpen();
}

void PeerConnection::close() {
  if (state_->callbacks) state_->tear_down();
}

}  // namespace pantheon::rtc
