#include "socketio/client.hpp"

#include <algorithm>
#include <optional>

#include "core/log.hpp"
#include "core/random.hpp"
#include "core/task_group.hpp"
#include "engineio/client.hpp"
#include "socketio/client_state.hpp"

namespace pantheon::socketio {

namespace json = core::json;

Client::Client(asio::any_io_executor executor, Options options, AuthProvider auth)
    : state_(std::make_shared<State>(std::move(executor), std::move(options), std::move(auth))) {}

Client::~Client() {
  // Coroutines may outlive this object by a turn of the loop; nothing of the application may be called then.
  state_->stopping = true;
  state_->drop_handlers();
  state_->tasks->cancel();
  if (state_->engine) state_->engine->abort(engineio::CloseReason::forced_close);
}

void Client::start() {
  if (state_->running || state_->stopping) return;
  state_->running = true;
  state_->tasks->spawn(State::run(state_));
}

asio::awaitable<void> Client::stop() {
  const auto state = state_;
  state->stopping = true;
  if (state->connected) {
    Packet packet;
    packet.type = PacketType::disconnect;
    packet.nsp = state->options.nsp;
    static_cast<void>(state->send(packet));
    state->disconnected("io client disconnect");
    if (state->engine) state->engine->close();  // without room for that packet it was ended already
    while (state->running) {
      const bool alive = co_await state->changed.wait();
      if (!alive) break;
    }
  }
  state->tasks->cancel();
  co_await state->tasks->join();
}

void Client::wait_before_next(std::chrono::milliseconds least) {
  state_->least_delay = least;
}

void Client::on(std::string event, EventHandler handler) {
  state_->handlers.on(std::move(event), std::move(handler));
}
void Client::on_any(EventHandler handler) {
  state_->handlers.on_any(std::move(handler));
}
void Client::on_connect(std::function<void()> handler) {
  state_->connect_handlers.push_back(std::move(handler));
}
void Client::on_disconnect(std::function<void(std::string_view reason)> handler) {
  state_->disconnect_handlers.push_back(std::move(handler));
}
void Client::on_connect_error(std::function<void(const json::object& error)> handler) {
  state_->error_handlers.push_back(std::move(handler));
}

bool Client::connected() const {
  return state_->connected;
}
const std::string& Client::id() const {
  return state_->id;
}

core::Result<void> Client::emit(std::string_view event, json::array args,
                                std::vector<core::ByteVector> attachments) {
  if (!state_->connected) return core::failure(SocketioError::disconnected);
  return state_->send(event_packet(state_->options.nsp, event, args, std::move(attachments)));
}

asio::awaitable<core::Result<Answer>> Client::request_binary(std::string event, json::array args,
                                                             std::vector<core::ByteVector> attachments,
                                                             std::chrono::milliseconds timeout) {
  const auto state = state_;
  if (!state->connected) co_return core::failure(SocketioError::disconnected);
  auto ticket = state->acks.open(state->tasks->executor(), timeout);
  if (!ticket) co_return core::failure(ticket.error());
  Packet packet = event_packet(state->options.nsp, event, args, std::move(attachments));
  packet.id = PendingAcks::id_of(**ticket);
  const auto sent = state->send(packet);
  if (!sent) co_return core::failure(sent.error());
  auto answer = co_await PendingAcks::wait(std::move(*ticket));
  co_return answer;
}

asio::awaitable<core::Result<json::array>> Client::request(std::string event, json::array args,
                                                           std::chrono::milliseconds timeout) {
  std::vector<core::ByteVector> no_attachments;
  auto answer =
      co_await request_binary(std::move(event), std::move(args), std::move(no_attachments), timeout);
  if (!answer) co_return core::failure(answer.error());
  co_return std::move(answer->args);
}

}  // namespace pantheon::socketio
