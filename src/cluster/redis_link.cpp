#include "cluster/redis_link.hpp"

#include <algorithm>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <deque>

#include "cluster/error.hpp"
#include "core/async_event.hpp"
#include "core/log.hpp"
#include "core/task_group.hpp"
#include "http/connect.hpp"
#include "http/deadline.hpp"
#include "http/error.hpp"

namespace pantheon::cluster {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kWatchInterval{250};

/// A command that waits for its answer.
struct Pending {
  explicit Pending(const asio::any_io_executor& executor) : answered(executor) {}
  std::optional<core::Result<RedisReply>> result;
  core::AsyncEvent answered;

  void resolve(core::Result<RedisReply> value) {
    result.emplace(std::move(value));
    answered.notify();
  }
};

std::string first_word(const std::string& text) {
  return text.substr(0, text.find(' '));
}

/// Of logging in. A Redis that has just been started reads its data first, which is nothing to set right.
core::Error refusal_of(std::string why) {
  constexpr std::array<std::string_view, 4> kNotYet{"LOADING", "MASTERDOWN", "BUSY", "TRYAGAIN"};
  const bool not_yet = std::ranges::find(kNotYet, why) != kNotYet.end();
  return {not_yet ? ClusterError::unavailable : ClusterError::login_refused, std::move(why)};
}

core::Result<RedisReply> checked(RedisReply reply) {
  if (reply.type == RedisReply::Type::error)
    return core::failure(ClusterError::refused, first_word(reply.text));
  return reply;
}

/// Also after the handshake: Redis may say only then that it wants a certificate of ours.
core::Error read_error(const boost::system::error_code& error) {
  const bool of_tls = error.category() == asio::error::get_ssl_category();
  return {of_tls ? ClusterError::tls_failed : ClusterError::unavailable, error.message()};
}

core::Error open_error(const core::Error& error) {
  if (error.is(http::HttpError::bad_certificate)) return error;
  const bool of_tls = error.is(http::HttpError::tls_failed);
  return {of_tls ? ClusterError::tls_failed : ClusterError::unavailable, error.detail()};
}

/// One connection, from login to its end.
struct Wire {
  Wire(const asio::any_io_executor& executor, std::unique_ptr<http::Stream> opened)
      : stream(std::move(opened)), written(executor) {}

  void close() {
    if (std::exchange(closed, true)) return;
    stream->close();
    written.notify();
    for (const auto& waiting : std::exchange(pending, {})) {
      if (waiting) waiting->resolve(core::failure(ClusterError::unavailable));
    }
  }

  std::unique_ptr<http::Stream> stream;
  RedisReplyReader reader;
  std::string out;
  core::AsyncEvent written;
  std::deque<std::shared_ptr<Pending>> pending;  // null: nobody waits
  Clock::time_point last_read = Clock::now();
  std::optional<Clock::time_point> pinged_at;
  bool closed = false;
};
using WirePointer = std::shared_ptr<Wire>;

asio::awaitable<void> write_all(WirePointer wire) {
  while (!wire->closed) {
    if (wire->out.empty()) {
      const bool alive = co_await wire->written.wait();
      if (!alive) co_return;
      continue;
    }
    const auto bytes = std::exchange(wire->out, {});
    const auto written = co_await wire->stream->write_text(bytes);
    if (written.error) co_return wire->close();
  }
}

std::vector<std::vector<std::string>> login_commands(const RedisUrl& url) {
  std::vector<std::vector<std::string>> commands;
  if (!url.password.empty() && !url.user.empty()) commands.push_back({"AUTH", url.user, url.password});
  if (!url.password.empty() && url.user.empty()) commands.push_back({"AUTH", url.password});
  if (url.database != 0) commands.push_back({"SELECT", std::to_string(url.database)});
  commands.push_back({"PING"});
  return commands;
}

}  // namespace

struct RedisLink::State {
  State(const asio::any_io_executor& e, RedisUrl u, Use use_for, Options o)
      : executor(e), url(std::move(u)), use(use_for), options(std::move(o)), tasks(e) {}

  core::Result<void> enqueue(const std::vector<std::string>& arguments, std::shared_ptr<Pending> waiting);
  void receive(const WirePointer& from, RedisReply reply);
  void lost(const core::Error& error);
  static asio::awaitable<void> run(State& state);
  static asio::awaitable<core::Result<WirePointer>> connect(State& state);
  static asio::awaitable<core::Result<void>> log_in(State& state, WirePointer wire);
  static asio::awaitable<core::Result<void>> read_all(State& state, WirePointer wire);
  static asio::awaitable<core::Result<RedisReply>> read_reply(WirePointer wire);
  static asio::awaitable<void> watch(State& state, WirePointer wire);

  asio::any_io_executor executor;
  RedisUrl url;
  Use use;
  Options options;
  std::function<void(bool)> change_handler = [](bool) {};
  std::function<void(const RedisReply&)> push_handler = [](const RedisReply&) {};
  WirePointer wire;  // while logged in
  std::optional<core::Error> trouble;
  bool stopping = false;
  core::TaskGroup tasks;
};

core::Result<void> RedisLink::State::enqueue(const std::vector<std::string>& arguments,
                                             std::shared_ptr<Pending> waiting) {
  if (!wire || wire->closed) return core::failure(ClusterError::unavailable);
  auto bytes = encode_command(arguments);
  const bool full = wire->out.size() + bytes.size() > options.max_queue.count ||
                    wire->pending.size() >= options.max_pending;
  if (full) return core::failure(ClusterError::queue_full);
  wire->out.append(bytes);
  if (use == Use::commands) wire->pending.push_back(std::move(waiting));
  wire->written.notify();
  return {};
}

void RedisLink::State::receive(const WirePointer& from, RedisReply reply) {
  if (use == Use::subscriptions) return push_handler(reply);
  if (from->pending.empty()) return;
  const auto waiting = std::move(from->pending.front());
  from->pending.pop_front();
  if (waiting) return waiting->resolve(checked(std::move(reply)));
  if (reply.type == RedisReply::Type::error) {
    core::logger("cluster")->warn("Redis refused a command: {}", first_word(reply.text));
  }
}

asio::awaitable<core::Result<RedisReply>> RedisLink::State::read_reply(WirePointer wire) {
  for (;;) {
    auto reply = wire->reader.next();
    if (!reply) co_return core::failure(reply.error());
    if (*reply) co_return std::move(**reply);
    std::span<std::uint8_t> bytes;
    const auto read = co_await wire->stream->read_shared(bytes);
    if (read.error) co_return core::failure(read_error(read.error));
    wire->last_read = Clock::now();
    if (auto fed = wire->reader.feed(core::as_text(bytes)); !fed) co_return core::failure(fed.error());
  }
}

asio::awaitable<core::Result<void>> RedisLink::State::log_in(State& state, WirePointer wire) {
  http::Deadline deadline(state.executor, [wire] { wire->stream->close(); });
  deadline.arm(state.options.connect_timeout);
  for (const auto& command : login_commands(state.url)) {
    const auto bytes = encode_command(command);
    const auto written = co_await wire->stream->write_text(bytes);
    // Also when that failed: what Redis said before it hung up is why.
    const auto reply = co_await read_reply(wire);
    if (!reply && deadline.expired()) co_return core::failure(ClusterError::timeout);
    if (!reply) co_return core::failure(reply.error());
    if (written.error) co_return core::failure(read_error(written.error));
    if (reply->type == RedisReply::Type::error) co_return core::failure(refusal_of(first_word(reply->text)));
  }
  co_return core::Result<void>();
}

asio::awaitable<core::Result<WirePointer>> RedisLink::State::connect(State& state) {
  const http::Url address{state.url.tls ? "https" : "http", state.url.host, state.url.port, "/"};
  http::TlsContextSource tls = [options = &state.options] { return redis_tls_context(*options); };
  auto stream = co_await http::open_stream(state.executor, address, state.options.connect_timeout, tls, true);
  if (!stream) co_return core::failure(open_error(stream.error()));
  const auto wire = std::make_shared<Wire>(state.executor, std::move(*stream));
  const auto logged_in = co_await log_in(state, wire);
  if (!logged_in) co_return core::failure(logged_in.error());
  co_return wire;
}

asio::awaitable<core::Result<void>> RedisLink::State::read_all(State& state, WirePointer wire) {
  for (;;) {
    auto reply = co_await read_reply(wire);
    if (!reply) co_return core::failure(reply.error());
    state.receive(wire, std::move(*reply));
  }
}

// A peer that has vanished without a word is noticed because a ping stays unanswered.
asio::awaitable<void> RedisLink::State::watch(State& state, WirePointer wire) {
  while (!wire->closed) {
    const bool alive = co_await core::sleep_for(kWatchInterval);
    if (!alive) co_return;
    const auto now = Clock::now();
    if (wire->pinged_at && wire->last_read >= *wire->pinged_at) wire->pinged_at.reset();
    if (wire->pinged_at && now - *wire->pinged_at > state.options.command_timeout) co_return wire->close();
    const bool silent = now - wire->last_read > state.options.ping_interval;
    if (silent && !wire->pinged_at && wire == state.wire) {
      wire->pinged_at = now;
      static_cast<void>(state.enqueue({"PING"}, nullptr));
    }
  }
}

void RedisLink::State::lost(const core::Error& error) {
  if (stopping) return;
  if (!trouble || trouble->message() != error.message())
    core::logger("cluster")->warn("Redis at {}:{}: {}: {}", url.host, url.port, error.code(),
                                  error.message());
  trouble = error;
}

asio::awaitable<void> RedisLink::State::run(State& state) {
  auto delay = state.options.first_retry_delay;
  for (;;) {
    auto wire = co_await connect(state);
    if (wire) {
      delay = state.options.first_retry_delay;
      state.wire = *wire;
      state.trouble.reset();
      state.tasks.spawn(write_all(*wire));
      state.tasks.spawn(watch(state, *wire));
      state.change_handler(true);
      const auto ended = co_await read_all(state, *wire);
      state.wire.reset();
      (*wire)->close();
      state.lost(ended.error());
      state.change_handler(false);
    } else {
      state.lost(wire.error());
    }
    const bool alive = co_await core::sleep_for(delay);
    if (!alive) co_return;
    delay = std::min(delay * 2, state.options.longest_retry_delay);
  }
}

core::Result<std::shared_ptr<asio::ssl::context>> redis_tls_context(const RedisLinkOptions& options) {
  auto context = http::client_tls_context(options.ca_file);
  if (!context || options.certificate.empty()) return context;
  const auto used = http::use_certificate(**context, options.certificate, options.private_key);
  if (!used) return core::failure(used.error());
  return context;
}

RedisLink::RedisLink(asio::any_io_executor executor, RedisUrl url, Use use, Options options)
    : state_(std::make_unique<State>(executor, std::move(url), use, std::move(options))) {}
RedisLink::~RedisLink() = default;

void RedisLink::on_change(std::function<void(bool)> handler) {
  state_->change_handler = std::move(handler);
}

void RedisLink::on_push(std::function<void(const RedisReply&)> handler) {
  state_->push_handler = std::move(handler);
}

void RedisLink::start() {
  state_->tasks.spawn(State::run(*state_));
}

asio::awaitable<void> RedisLink::stop() {
  state_->stopping = true;
  if (state_->wire) state_->wire->close();
  state_->tasks.cancel();
  co_await state_->tasks.join();
}

bool RedisLink::up() const {
  return state_->wire != nullptr && !state_->wire->closed;
}

const std::optional<core::Error>& RedisLink::trouble() const {
  return state_->trouble;
}

asio::awaitable<core::Result<RedisReply>> RedisLink::command(std::vector<std::string> arguments) {
  const auto deadline = Clock::now() + state_->options.command_timeout;
  const auto waiting = std::make_shared<Pending>(state_->executor);
  if (auto queued = state_->enqueue(arguments, waiting); !queued) co_return core::failure(queued.error());
  while (!waiting->result) {
    const bool alive = co_await waiting->answered.wait_until(deadline);
    if (waiting->result) break;
    if (!alive) co_return core::failure(core::CommonError::cancelled);
    if (Clock::now() >= deadline) co_return core::failure(ClusterError::timeout);
  }
  co_return std::move(*waiting->result);
}

core::Result<void> RedisLink::post(const std::vector<std::string>& arguments) {
  return state_->enqueue(arguments, nullptr);
}

}  // namespace pantheon::cluster
