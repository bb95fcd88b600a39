#include "socketio/broadcast.hpp"

#include "core/async_event.hpp"
#include "socketio/event_packet.hpp"
#include "socketio/server_state.hpp"

namespace pantheon::socketio {
namespace {

/// Tells when the last of several coroutines has ended.
struct Gathering {
  explicit Gathering(asio::any_io_executor executor) : changed(std::move(executor)) {}
  core::AsyncEvent changed;
  BroadcastAnswers result;
};

asio::awaitable<void> ask(std::shared_ptr<Socket> socket, Packet packet, std::chrono::milliseconds timeout,
                          std::function<void(Answer)> on_answer, std::shared_ptr<void> in_progress) {
  auto answer = co_await socket->request_packet(std::move(packet), timeout);
  if (answer) on_answer(std::move(*answer));
  in_progress.reset();
}

}  // namespace

Broadcast& Broadcast::to(std::string room) {
  selection_.rooms.push_back(std::move(room));
  return *this;
}

Broadcast& Broadcast::except(std::string room) {
  selection_.except.push_back(std::move(room));
  return *this;
}

Broadcast& Broadcast::local() {
  local_ = true;
  return *this;
}

Broadcast& Broadcast::if_writable() {
  volatile_ = true;
  return *this;
}

std::vector<std::shared_ptr<Socket>> Broadcast::sockets() const {
  const Namespace::State& state = *namespace_->state_;
  std::unordered_set<Socket*> left_out;
  for (const auto& room : selection_.except) {
    state.for_each_in(room, [&](Socket* socket) { left_out.insert(socket); });
  }
  std::vector<std::shared_ptr<Socket>> chosen;
  const auto choose = [&](Socket* socket) {
    // Also keeps a socket that is in several of the rooms from being chosen again.
    if (left_out.insert(socket).second) chosen.push_back(socket->shared_from_this());
  };
  if (selection_.rooms.empty()) {
    for (const auto& [id, socket] : state.sockets) choose(socket.get());
  }
  for (const auto& room : selection_.rooms) {
    state.for_each_in(room, choose);
  }
  return chosen;
}

void Broadcast::emit(std::string_view event, const core::json::array& args,
                     std::vector<core::ByteVector> attachments) const {
  emit_packet(event_packet(namespace_->name(), event, args, std::move(attachments)));
}

void Broadcast::emit_packet(Packet packet) const {
  Namespace::State& nsp = *namespace_->state_;
  if (!local_) nsp.adapter->broadcast(*namespace_, packet, selection_, volatile_);
  if (nsp.recovery && !volatile_) nsp.recovery->record(packet, selection_, std::chrono::steady_clock::now());
  const Frames frames = frames_of(packet);
  for (const auto& socket : sockets()) {
    if (volatile_) {
      static_cast<void>(socket->send_if_writable(frames));
    } else {
      static_cast<void>(socket->send(frames));
    }
  }
}

std::size_t Broadcast::ask_local(const Packet& packet, std::chrono::milliseconds timeout,
                                 std::function<void(Answer)> on_answer) const {
  const auto chosen = sockets();
  for (const auto& socket : chosen) {
    namespace_->state_->tasks->spawn(ask(socket, packet, timeout, on_answer, nullptr));
  }
  return chosen.size();
}

asio::awaitable<BroadcastAnswers> Broadcast::request(std::string event, core::json::array args,
                                                     std::chrono::milliseconds timeout) const {
  return gather(*this, event_packet(namespace_->name(), event, args, {}), timeout);
}

asio::awaitable<BroadcastAnswers> Broadcast::gather(Broadcast self, Packet packet,
                                                    std::chrono::milliseconds timeout) {
  Namespace& nsp = *self.namespace_;
  const auto gathering = std::make_shared<Gathering>(nsp.state_->tasks->executor());
  // Every coroutine holds a part of it; the last one to end says so.
  auto in_progress = std::shared_ptr<void>(nullptr, [gathering](void*) { gathering->changed.notify(); });
  const std::weak_ptr<void> unfinished = in_progress;
  const auto on_answer = [gathering](Answer answer) {
    gathering->result.answers.push_back(std::move(answer));
  };
  const auto chosen = self.sockets();
  gathering->result.expected = chosen.size();
  for (const auto& socket : chosen) {
    nsp.state_->tasks->spawn(ask(socket, packet, timeout, on_answer, in_progress));
  }
  in_progress.reset();
  BroadcastAnswers elsewhere;
  if (!self.local_) {
    const auto adapter = nsp.state_->adapter;
    elsewhere = co_await adapter->request(nsp, std::move(packet), self.selection_, timeout);
  }
  while (!unfinished.expired()) {
    const bool alive = co_await gathering->changed.wait();
    if (!alive) break;
  }
  BroadcastAnswers all = std::move(gathering->result);
  all.expected += elsewhere.expected;
  for (auto& answer : elsewhere.answers) all.answers.push_back(std::move(answer));
  co_return all;
}

void Broadcast::join(const std::vector<std::string>& rooms) const {
  for (const auto& socket : sockets()) {
    for (const auto& room : rooms) socket->join(room);
  }
  if (!local_) namespace_->state_->adapter->join(*namespace_, selection_, rooms);
}

void Broadcast::leave(const std::vector<std::string>& rooms) const {
  for (const auto& socket : sockets()) {
    for (const auto& room : rooms) socket->leave(room);
  }
  if (!local_) namespace_->state_->adapter->leave(*namespace_, selection_, rooms);
}

void Broadcast::disconnect(bool close_transport) const {
  for (const auto& socket : sockets()) socket->disconnect(close_transport);
  if (!local_) namespace_->state_->adapter->disconnect(*namespace_, selection_, close_transport);
}

asio::awaitable<core::Result<std::vector<RemoteSocket>>> Broadcast::fetch() const {
  return fetch_all(*this);
}

asio::awaitable<core::Result<std::vector<RemoteSocket>>> Broadcast::fetch_all(Broadcast self) {
  Namespace& nsp = *self.namespace_;
  std::vector<RemoteSocket> all;
  for (const auto& socket : self.sockets()) all.push_back(nsp.describe(*socket));
  if (self.local_) co_return all;
  const auto adapter = nsp.state_->adapter;
  auto elsewhere = co_await adapter->fetch(nsp, self.selection_);
  if (!elsewhere) co_return core::failure(elsewhere.error());
  for (auto& socket : *elsewhere) all.push_back(std::move(socket));
  co_return all;
}

}  // namespace pantheon::socketio
