#include "session/peer_channel.hpp"

#include <boost/asio/post.hpp>
#include <chrono>

#include "core/log.hpp"
#include "core/random.hpp"
#include "session/error.hpp"
#include "session/json_channel.hpp"

namespace pantheon::session {
namespace {

constexpr std::size_t kNonceSize = 32;
constexpr std::chrono::seconds kAnswererPatience{15};

/// The lines of a description that name the certificate.
std::string fingerprint_of(const core::json::object& description) {
  const auto sdp = core::get_string(description, "sdp").value_or("");
  const auto begin = sdp.find("a=fingerprint:");
  if (begin == std::string_view::npos) return {};
  return std::string(sdp.substr(begin, sdp.find_first_of("\r\n", begin) - begin));
}

link::PeerTrust to_link(identity::Trust trust) {
  switch (trust) {
    case identity::Trust::pinned:
      return link::PeerTrust::pinned;
    case identity::Trust::vouched:
      return link::PeerTrust::vouched;
    case identity::Trust::first_sight:
      break;
  }
  return link::PeerTrust::first_seen;
}

bool verify_signature(core::ByteView key, core::ByteView message, core::ByteView signature) {
  identity::PublicKey public_key{};
  identity::Signature bytes{};
  if (key.size() != public_key.size() || signature.size() != bytes.size()) return false;
  std::copy(key.begin(), key.end(), public_key.begin());
  std::copy(signature.begin(), signature.end(), bytes.begin());
  return identity::verify(public_key, message, bytes);
}

}  // namespace

struct PeerChannel::State : std::enable_shared_from_this<PeerChannel::State> {
  State(PeerContext& shared, bool offers, PeerEntry entry, PeerChannelCallbacks owner)
      : context(shared), initiator(offers), peer(std::move(entry)), callbacks(std::move(owner)) {}

  void start();
  void on_open();
  void start_link(core::ByteVector local, core::ByteVector remote);
  void start_json();
  void finish(std::optional<core::Error> error);
  link::Config link_config(core::ByteVector local, core::ByteVector remote);
  core::Result<link::PeerTrust> accept_key(std::string_view device_id, core::ByteView key,
                                           const core::json::array& statements);
  LinkCallbacks link_callbacks();

  PeerContext& context;
  bool initiator;
  PeerEntry peer;
  PeerChannelCallbacks callbacks;
  std::string remote_fingerprint_line;
  std::optional<identity::KeyBook::KeyOfDevice> proven_key;
  std::unique_ptr<rtc::PeerConnection> connection;
  std::unique_ptr<LinkChannel> link;
  std::unique_ptr<JsonChannel> json;
  std::chrono::steady_clock::time_point used_at = std::chrono::steady_clock::now();
  bool link_ready = false;
  bool over = false;
};

void PeerChannel::State::start() {
  rtc::Options options;
  options.initiator = initiator;
  options.ice_servers = context.rtc.ice_servers;
  options.bind_address = context.rtc.bind_address;
  options.ports = context.rtc.ports;
  options.description_fields = {{"link", 1}};
  options.connect_timeout = initiator ? context.rtc.offerer_patience : kAnswererPatience;
  rtc::Callbacks on;
  const std::weak_ptr<State> weak = weak_from_this();
  on.on_signal = [weak](core::json::object signal) {
    if (const auto self = weak.lock(); self && !self->over) self->callbacks.send_signal(std::move(signal));
  };
  on.on_open = [weak] {
    if (const auto self = weak.lock(); self && !self->over) self->on_open();
  };
  on.on_message = [weak](core::ByteVector message, bool is_text) {
    const auto self = weak.lock();
    if (!self || self->over) return;
    self->used_at = std::chrono::steady_clock::now();
    if (self->link) self->link->receive(message, is_text);
    if (self->json) self->json->receive(core::as_text(message));
  };
  on.on_drained = [weak] {
    if (const auto self = weak.lock(); self && self->link) self->link->drained();
  };
  on.on_closed = [weak](std::optional<core::Error> error) {
    if (const auto self = weak.lock()) self->finish(std::move(error));
  };
  connection =
      std::make_unique<rtc::PeerConnection>(context.tasks.executor(), std::move(options), std::move(on));
}

void PeerChannel::State::on_open() {
  if (core::get_integer(connection->remote_description_fields(), "link") != 1) return start_json();
  auto local = connection->local_fingerprint();
  auto remote = connection->remote_fingerprint();
  if (!local || !remote) return finish(local ? remote.error() : local.error());
  start_link(std::move(*local), std::move(*remote));
}

link::Config PeerChannel::State::link_config(core::ByteVector local, core::ByteVector remote) {
  link::Config config;
  config.role = initiator ? link::Role::offerer : link::Role::answerer;
  config.device_id = context.device_id;
  config.features = context.features;
  config.local_fingerprint = std::move(local);
  config.remote_fingerprint = std::move(remote);
  config.account = context.account;
  config.nonce = core::random_bytes(kNonceSize);
  config.statements = context.own_statements;
  config.public_key.assign(context.key.public_key().begin(), context.key.public_key().end());
  config.peer_max_message_size = connection->max_message_size();
  config.sign = [key = context.key](core::ByteView transcript) {
    const auto signature = key.sign(transcript);
    return core::ByteVector(signature.begin(), signature.end());
  };
  config.verify = verify_signature;
  config.accept_key = [weak = weak_from_this()](
                          std::string_view device_id, core::ByteView key,
                          const core::json::array& statements) -> core::Result<link::PeerTrust> {
    if (const auto self = weak.lock()) return self->accept_key(device_id, key, statements);
    return core::failure(core::CommonError::cancelled);
  };
  return config;
}

core::Result<link::PeerTrust> PeerChannel::State::accept_key(std::string_view device_id, core::ByteView key,
                                                             const core::json::array& statements) {
  identity::PublicKey public_key{};
  if (key.size() != public_key.size()) return core::failure(link::LinkError::key_untrusted);
  std::copy(key.begin(), key.end(), public_key.begin());
  const auto parsed = identity::parse_statements(statements);
  const auto trust = context.book.accept(std::string(device_id), public_key, parsed);
  if (!trust) return core::failure(trust.error());
  if (*trust != identity::Trust::first_sight) proven_key.emplace(device_id, public_key);
  return to_link(*trust);
}

LinkCallbacks PeerChannel::State::link_callbacks() {
  const std::weak_ptr<State> weak = weak_from_this();
  LinkCallbacks on;
  on.on_ready = [weak](const link::Ready& ready) {
    const auto self = weak.lock();
    if (!self || self->over) return;
    // The server chose who received our offer; who answered is what the binding proved.
    if (self->initiator && ready.device_id != self->peer.device_id) {
      return self->link->close(link::LinkError::key_untrusted, "another device answered");
    }
    self->peer.device_id = ready.device_id;
    self->link_ready = true;
    const bool proven = ready.trust != link::PeerTrust::first_seen;
    self->callbacks.on_ready({ready.device_id, self->peer.name, self->peer.socket_id, proven});
  };
  on.on_push = [weak](std::string_view kind, const core::json::object& body) {
    if (const auto self = weak.lock(); self && !self->over && self->callbacks.on_push)
      self->callbacks.on_push(kind, body);
  };
  on.on_closed = [weak](link::LinkError code, std::string_view message) {
    const auto self = weak.lock();
    if (!self) return;
    if (code == link::LinkError::no_error || code == link::LinkError::shutting_down)
      return self->finish(std::nullopt);
    self->finish(core::Error(code, std::string(message)));
  };
  return on;
}

void PeerChannel::State::start_link(core::ByteVector local, core::ByteVector remote) {
  ChannelTransport transport;
  // The link never outlives the connection: finish() ends it first.
  transport.send = [this, raw = connection.get()](core::ByteView bytes) {
    used_at = std::chrono::steady_clock::now();
    return raw->send(bytes);
  };
  transport.buffered_amount = [raw = connection.get()] { return raw->buffered_amount(); };
  transport.set_low_threshold = [raw = connection.get()](core::Bytes level) {
    raw->set_low_threshold(level);
  };
  link = std::make_unique<LinkChannel>(context.tasks, link_config(std::move(local), std::move(remote)),
                                       std::move(transport), link_callbacks(), context.serve,
                                       PeerIdentity{peer.device_id, peer.name, peer.socket_id, false});
}

void PeerChannel::State::start_json() {
  if (context.book.demands_proof(peer.device_id)) {
    return finish(core::Error(SessionError::pinned_peer_over_json));
  }
  if (!context.serve_json) return finish(core::Error(SessionError::peer_too_old));
  const PeerIdentity identity{peer.device_id, peer.name, peer.socket_id, false};
  json = std::make_unique<JsonChannel>(context.tasks, context.serve_json, identity,
                                       [this, raw = connection.get()](std::string_view text) {
                                         used_at = std::chrono::steady_clock::now();
                                         return raw->send_text(text);
                                       });
  callbacks.on_ready(identity);
}

void PeerChannel::State::finish(std::optional<core::Error> error) {
  if (over) return;
  over = true;
  link.reset();
  json.reset();
  if (connection) connection->close();
  asio::post(context.tasks.executor(), [self = shared_from_this(), error = std::move(error)]() mutable {
    if (self->callbacks.on_closed) self->callbacks.on_closed(std::move(error));
  });
}

PeerChannel::PeerChannel(PeerContext& context, bool initiator, PeerEntry peer, PeerChannelCallbacks callbacks)
    : state_(std::make_shared<State>(context, initiator, std::move(peer), std::move(callbacks))) {
  state_->start();
}

PeerChannel::~PeerChannel() {
  state_->callbacks = {};
  if (!state_->over) {
    state_->over = true;
    state_->link.reset();
    state_->json.reset();
    state_->connection->close();
  }
}

void PeerChannel::signal(const core::json::object& signal) {
  if (state_->over) return;
  if (core::get_string(signal, "type") == "offer") state_->remote_fingerprint_line = fingerprint_of(signal);
  if (const auto taken = state_->connection->signal(signal); !taken) {
    core::logger("session")->info("signal of {} dropped: {}", state_->peer.device_id, taken.error().code());
  }
}

bool PeerChannel::is_offer_of_this(const core::json::object& offer) const {
  return !state_->remote_fingerprint_line.empty() && fingerprint_of(offer) == state_->remote_fingerprint_line;
}

LinkChannel* PeerChannel::link() {
  return state_->link_ready ? state_->link.get() : nullptr;
}
const PeerEntry& PeerChannel::peer() const {
  return state_->peer;
}
const std::optional<identity::KeyBook::KeyOfDevice>& PeerChannel::proven_key() const {
  return state_->proven_key;
}
std::chrono::steady_clock::time_point PeerChannel::used_at() const {
  return state_->used_at;
}

void PeerChannel::push_models(const core::json::array& models) {
  if (state_->json) state_->json->push_models(models);
}

void PeerChannel::close(link::LinkError code, std::string_view message) {
  if (state_->over) return;
  if (state_->link) return state_->link->close(code, message);
  state_->finish(std::nullopt);
}

}  // namespace pantheon::session
