#include "signaling/cluster_node.hpp"

#include "cluster/roster.hpp"
#include "core/log.hpp"
#include "core/random.hpp"
#include "signaling/error.hpp"

namespace pantheon::signaling {
namespace {

constexpr int kSweepsBetweenCleanings = 60;
constexpr std::size_t kNonceKeySize = 32;

std::string mark_name(std::string_view mark) {
  return std::string("cluster:").append(mark);
}

/// The first node leaves its mark in the database and its name in Redis: a node on another database cannot
/// find it.
cluster::NodesOptions nodes_options(store::DeviceStore& devices, const std::string& mark, int database,
                                    const Options& options) {
  cluster::NodesOptions nodes;
  if (database != 0) nodes.prefix += "-" + std::to_string(database);  // channels are common to all databases
  nodes.lease = options.cluster_lease;
  nodes.request_timeout = longest_request(options);
  nodes.found = [mark] { return mark; };
  nodes.may_join = [store = &devices](const std::string& founding) {
    const auto found = store->server_value(mark_name(founding), "unknown");
    return found && *found == "left";
  };
  return nodes;
}

}  // namespace

core::Result<std::unique_ptr<ClusterNode>> ClusterNode::open(boost::asio::any_io_executor executor,
                                                             const SharedParts& parts,
                                                             const std::filesystem::path& database,
                                                             const Options& options) {
  const auto url = cluster::parse_redis_url(options.redis_url);
  if (!url) return core::failure(url.error());
  auto store = store::NodeStore::open(node_database(database));
  if (!store) return core::failure(store.error());
  auto mark = core::random_id();
  const auto left = parts.devices.server_value(mark_name(mark), "left");
  if (!left) return core::failure(left.error());
  const auto key = parts.devices.server_value("nonce_key", core::to_hex(core::random_bytes(kNonceKeySize)));
  if (!key) return core::failure(key.error());
  std::unique_ptr<ClusterNode> node(
      new ClusterNode(std::move(executor), parts, *url, std::move(*store), std::move(mark), options));
  const auto bytes = core::as_bytes(*key);
  parts.nonces.share({bytes.begin(), bytes.end()},
                     [nodes = &node->store_](std::string_view nonce, core::WallTime expires_at) {
                       const auto first = nodes->use_nonce(nonce, expires_at);
                       if (!first) core::logger("signaling")->error("nonces: {}", first.error().message());
                       return first.value_or(false);
                     });
  return node;
}

ClusterNode::ClusterNode(boost::asio::any_io_executor executor, const SharedParts& parts,
                         const cluster::RedisUrl& url, store::NodeStore store, std::string mark,
                         const Options& options)
    : parts_(parts),
      limits_(options.limits),
      clock_(options.clock),
      store_(std::move(store)),
      client_(executor, url),
      nodes_(executor, client_, nodes_options(parts.devices, mark, url.database, options)),
      peers_(nodes_, parts.directory, parts.presence, options.limits.max_sockets_per_account,
             [this, executor](cluster::Groups::Handlers handlers) {
               return std::make_unique<cluster::Roster>(executor, client_, nodes_, std::move(handlers));
             }),
      codes_(store_, nodes_, options.clock),
      adapter_(std::make_shared<cluster::RedisAdapter>(executor, client_)) {
  parts_.sockets.set_adapter(adapter_);
  adapter_->serve(parts_.sockets.of("/"));
  parts_.directory.attach(&peers_);
  parts_.pairing.share(&codes_);
  nodes_.on_joined([this] { cut_revoked(); });
  answer_requests(parts_, nodes_);
}

void ClusterNode::start() {
  client_.start();
  nodes_.start();
}

boost::asio::awaitable<core::Result<void>> ClusterNode::prepare(std::string account) {
  co_await peers_.open(account);
  const auto& directory = parts_.directory;
  const auto elsewhere = directory.sockets_elsewhere(account);
  const auto here = parts_.directory.rooms().members(account).size();
  if (elsewhere + here >= limits_.max_sockets_per_account)
    co_return core::failure(SignalingError::account_full);
  co_return core::Result<void>();
}

void ClusterNode::sweep() {
  peers_.sweep();
  if (++sweeps_ % kSweepsBetweenCleanings != 0) return;
  if (const auto done = store_.forget_expired(clock_()); !done)
    core::logger("signaling")->error("the nodes' database: {}", done.error().message());
}

// A revocation that was made while Redis was away has told nobody.
void ClusterNode::cut_revoked() {
  for (const auto& account : peers_.accounts()) {
    const auto devices = parts_.devices.devices(account);
    if (!devices) return core::logger("signaling")->error("devices: {}", devices.error().message());
    for (const auto& device : *devices) {
      if (device.revoked) parts_.directory.cut_here(account, device.device_id);
    }
  }
}

core::json::object ClusterNode::health() const {
  core::json::object health{{"ready", nodes_.joined()}, {"nodes", nodes_.others().size() + 1}};
  if (const auto trouble = nodes_.trouble(); !trouble.empty()) health["message"] = trouble;
  return health;
}

boost::asio::awaitable<void> ClusterNode::stop() {
  co_await peers_.stop();
  co_await nodes_.stop();
  co_await client_.stop();
}

}  // namespace pantheon::signaling
