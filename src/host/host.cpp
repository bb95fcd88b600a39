#include "host/host.hpp"

#include "host/host_state.hpp"
#include "host/serve.hpp"

namespace pantheon::host {
namespace {

/// What a peer without rules of its own may see.
PeerRules default_rules(const HostState& state) {
  return {state.options.sharing, session::PeerIdentity()};
}

}  // namespace

Host::Host(asio::any_io_executor executor, engine::EngineClient& client, engine::Catalogue& catalogue,
           Options options)
    : state_(std::make_shared<HostState>(std::move(executor), client, catalogue, std::move(options))) {
  catalogue.on_change([weak = std::weak_ptr(state_)](const engine::SnapshotPtr& snapshot) {
    if (const auto state = weak.lock()) state->take_snapshot(snapshot);
  });
  state_->take_snapshot(catalogue.current());
}

Host::~Host() {
  state_->event_handlers.clear();
  state_->change_handlers.clear();
}

session::ExchangeHandler Host::exchange_handler() {
  return [state = state_](std::shared_ptr<session::Exchange> exchange) {
    return serve_exchange(state, std::move(exchange));
  };
}

session::JsonRequestHandler Host::json_handler() {
  return [state = state_](std::string type, core::json::value data, session::PeerIdentity peer) {
    return serve_message(state, std::move(type), std::move(data), std::move(peer));
  };
}

void Host::set_hosting(bool on) {
  if (state_->options.hosting == on) return;
  state_->options.hosting = on;
  state_->tell_change();
}

bool Host::hosting() const {
  return state_->options.hosting;
}

void Host::set_sharing(SharingRules sharing) {
  state_->options.sharing = std::move(sharing);
  state_->tell_change();
}

core::json::object Host::catalogue(const session::PeerIdentity& peer) const {
  const auto snapshot = state_->catalogue.current();
  return catalogue_answer(state_->options.identity, *snapshot,
                          state_->visible(*snapshot, PeerRules(state_->options.sharing, peer)));
}

core::json::array Host::announced_models() const {
  const auto snapshot = state_->catalogue.current();
  return legacy_models(*snapshot, state_->visible(*snapshot, default_rules(*state_)));
}

const Statistics& Host::statistics() const {
  return state_->statistics;
}

void Host::on_event(HostEventHandler handler) {
  state_->event_handlers.push_back(std::move(handler));
}

void Host::on_change(ChangeHandler handler) {
  state_->change_handlers.push_back(std::move(handler));
}

}  // namespace pantheon::host
