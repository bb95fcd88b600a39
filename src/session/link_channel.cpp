#include "session/link_channel.hpp"

#include "session/error.hpp"
#include "session/link_driver.hpp"

namespace pantheon::session {

LinkChannel::LinkChannel(core::TaskGroup& tasks, link::Config config, ChannelTransport transport,
                         LinkCallbacks callbacks, ExchangeHandler serve, PeerIdentity peer)
    : driver_(std::make_shared<LinkDriver>(tasks, std::move(config), std::move(transport),
                                           std::move(callbacks), std::move(serve), std::move(peer))) {
  driver_->start();
}

LinkChannel::~LinkChannel() {
  driver_->detach();
}

void LinkChannel::receive(core::ByteView message, bool is_text) {
  driver_->receive(message, is_text);
}
void LinkChannel::drained() {
  driver_->flush();
}

core::Result<std::unique_ptr<ClientStream>> LinkChannel::open(const RequestHead& head) {
  const auto id = driver_->connection().open(head);
  if (!id) return core::failure(id.error());
  auto state = std::make_shared<StreamState>(driver_->executor());
  driver_->add_stream(*id, state);
  driver_->schedule_flush();
  return make_client_stream(driver_, *id, std::move(state));
}

void LinkChannel::push(std::string_view kind, const core::json::object& body) {
  auto& connection = driver_->connection();
  auto pushed = connection.push(kind, body);
  // Without its content the news still says that there is some: the peer asks for it.
  if (!pushed && pushed.error().is(link::LinkError::too_large)) pushed = connection.push(kind, {});
  if (pushed) driver_->schedule_flush();
}

void LinkChannel::close(link::LinkError code, std::string_view message) {
  driver_->close(code, message);
}
bool LinkChannel::ready() const {
  return driver_->connection().ready();
}

}  // namespace pantheon::session
