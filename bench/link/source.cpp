#include "link/source.hpp"

#include <algorithm>
#include <charconv>

namespace pantheon::bench {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::string_view kBulkPath = "/bulk/";

core::Error unexpected_status(unsigned status) {
  return {core::CommonError::unavailable, "status " + std::to_string(status)};
}

asio::awaitable<core::Result<void>> read_answer(session::ClientStream& stream, Source::OnBytes on_bytes) {
  for (;;) {
    const auto head = co_await stream.head();
    if (!head) co_return core::failure(head.error());
    if (head->interim()) continue;
    if (head->status != 200) co_return core::failure(unexpected_status(head->status));
    break;
  }
  for (;;) {
    const auto bytes = co_await stream.read();
    if (!bytes) co_return core::failure(bytes.error());
    if (bytes->empty()) co_return core::Result<void>{};
    on_bytes(*bytes);
  }
}

}  // namespace

asio::awaitable<core::Result<void>> EngineSource::ask(std::string path, std::string body, OnBytes on_bytes) {
  const auto url = http::parse_url(url_ + path);
  if (!url) co_return core::failure(url.error());
  http::ClientRequest request;
  request.url = *url;
  request.method = "POST";
  request.headers.set("Content-Type", "application/json");
  request.body = std::move(body);
  auto answer = co_await http_.send(std::move(request));
  if (!answer) co_return core::failure(answer.error());
  if ((*answer)->status() != 200) co_return core::failure(unexpected_status((*answer)->status()));
  for (;;) {
    const auto bytes = co_await (*answer)->read();
    if (!bytes) co_return core::failure(bytes.error());
    if (bytes->empty()) co_return core::Result<void>{};
    on_bytes(*bytes);
  }
}

asio::awaitable<core::Result<std::unique_ptr<Device>>> Device::start(asio::any_io_executor executor,
                                                                     Options options) {
  auto state = app::DeviceState::open(options.folder);
  if (!state) co_return core::failure(state.error());
  std::unique_ptr<Device> device(new Device(executor, std::move(*state)));
  app::UpOptions join;
  join.name = "bench";
  join.server = options.server;
  join.pair_link = options.pair_link;
  auto account = co_await app::join_elsewhere(executor, device->state_, device->http_, join);
  if (!account) co_return core::failure(account.error());
  device->account_ = std::move(*account);
  device->begin(std::move(options));
  while (!device->online_) {
    const bool alive = co_await device->changed_.wait();
    if (!alive) co_return core::failure(core::CommonError::cancelled);
  }
  co_return device;
}

void Device::begin(Options options) {
  session::AccountSettings settings;
  settings.server_url = options.server;
  settings.device_id = id();
  settings.name = "bench";
  settings.platform = "linux";
  settings.rtc.bind_address = "127.0.0.1";
  settings.own_statements = account_->membership.statements;
  settings.serve = std::move(options.serve);
  session::AccountEvents on;
  on.on_online = [this](const std::string&) {
    online_ = true;
    changed_.notify();
  };
  on.on_peers_changed = [this] { changed_.notify(); };
  on.on_peer_disconnected = [this](const std::string&) {
    ++disconnected_;
    changed_.notify();
  };
  client_ = std::make_unique<session::AccountClient>(executor_, std::move(settings), state_.key(),
                                                     account_->membership.book, account_->credentials,
                                                     std::move(on));
  client_->start();
}

asio::awaitable<std::string> Device::find(std::string to) {
  for (;;) {
    const auto peers = client_->peers();
    const auto found = std::find_if(peers.begin(), peers.end(), [&](const session::PeerEntry& peer) {
      return to == "host" ? peer.hosting : peer.device_id == to;
    });
    if (found != peers.end()) co_return found->device_id;
    const bool alive = co_await changed_.wait();
    if (!alive) co_return std::string();
  }
}

asio::awaitable<core::Result<session::LinkChannel*>> Device::connect(std::string to) {
  auto id = co_await find(std::move(to));
  co_return co_await client_->connect(std::move(id));
}

asio::awaitable<void> Device::disconnect(session::LinkChannel& link) {
  const int before = disconnected_;
  link.close(link::LinkError::no_error, "");
  while (disconnected_ == before) {
    const bool alive = co_await changed_.wait();
    if (!alive) co_return;
  }
}

asio::awaitable<core::Result<void>> LinkSource::ask(std::string path, std::string body, OnBytes on_bytes) {
  auto& device = *devices_[next_++ % devices_.size()];
  auto link = co_await device.connect(to_);
  if (!link) co_return core::failure(link.error());
  session::RequestHead head;
  head.method = body.empty() ? "GET" : "POST";
  head.path = std::move(path);
  head.headers = {{"content-type", "application/json"}};
  auto stream = (*link)->open(head);
  if (!stream) co_return core::failure(stream.error());
  const auto written = co_await (*stream)->write(core::as_bytes(body));
  if (!written) co_return core::failure(written.error());
  (*stream)->end();
  co_return co_await read_answer(**stream, std::move(on_bytes));
}

asio::awaitable<void> serve_bulk(std::shared_ptr<session::Exchange> exchange) {
  const auto& path = exchange->head().path;
  std::size_t left = 0;
  if (path.starts_with(kBulkPath)) {
    std::from_chars(path.data() + kBulkPath.size(), path.data() + path.size(), left);
  }
  session::ResponseHead head;
  head.status = left == 0 ? 404 : 200;
  if (!exchange->send_head(head)) co_return;
  const core::ByteVector piece(kPiece);
  while (left > 0) {
    const auto size = std::min(left, piece.size());
    const auto written = co_await exchange->write(core::ByteView(piece).first(size));
    if (!written) co_return;
    left -= size;
  }
  exchange->end();
}

}  // namespace pantheon::bench
