#include "signaling/cluster_node.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cluster/error.hpp"
#include "cluster/roster.hpp"
#include "core/log.hpp"
#include "core/mark.hpp"
#include "core/random.hpp"
#include "identity/error.hpp"
#include "signaling/error.hpp"
#include "signaling/shard_group.hpp"

namespace pantheon::signaling {
namespace {

cluster::NodesOptions nodes_options(Founding founding, int database, const Options& options) {
  cluster::NodesOptions nodes;
  if (database != 0) nodes.prefix += "-" + std::to_string(database);  // channels are common to all databases
  nodes.lease = options.cluster_lease;
  nodes.request_timeout = longest_request(options);
  nodes.found = std::move(founding.found);
  nodes.may_join = std::move(founding.may_join);
  return nodes;
}

core::Result<Founding> found(const SharedParts& parts, const Options& options) {
  if (options.keep_devices) return found_on_database(parts.devices);
  const auto key = options.shards ? options.shards->nonce_key() : core::random_bytes(auth::Nonces::kKeySize);
  return found_without_devices(parts.nonces, key);
}

cluster::RedisLinkOptions link_options(const Options& options) {
  cluster::RedisLinkOptions link;
  link.ca_file = options.redis_ca;
  link.certificate = options.redis_certificate;
  link.private_key = options.redis_key;
  return link;
}

// For anybody: the detail, which the log has, may say where Redis is.
std::string_view words_of(const core::Error& error) {
  for (const auto& row : cluster::cluster_error_rows()) {
    if (row.code == error.code()) return row.advice;
  }
  return "This node cannot join the others; its log says why.";
}

}  // namespace

core::Result<std::unique_ptr<ClusterNode>> ClusterNode::open(boost::asio::any_io_executor executor,
                                                             const SharedParts& parts,
                                                             const std::filesystem::path& database,
                                                             const Options& options) {
  const auto url = cluster::parse_redis_url(options.redis_url);
  if (!url) return core::failure(url.error());
  if (url->tls) {
    const auto usable = cluster::redis_tls_context(link_options(options));
    if (!usable) return core::failure(usable.error());
  }
  auto store = store::NodeStore::open(node_database(database));
  if (!store) return core::failure(store.error());
  auto founding = found(parts, options);
  if (!founding) return core::failure(founding.error());
  std::unique_ptr<ClusterNode> node(
      new ClusterNode(std::move(executor), parts, *url, std::move(*store), std::move(*founding), options));
  if (auto shared = node->share(options); !shared) return core::failure(shared.error());
  return node;
}

ClusterNode::ClusterNode(boost::asio::any_io_executor executor, const SharedParts& parts,
                         const cluster::RedisUrl& url, store::NodeStore store, Founding founding,
                         const Options& options)
    : parts_(parts),
      limits_(options.limits),
      clock_(options.clock),
      keep_devices_(options.keep_devices),
      store_(std::move(store)),
      client_(executor, url, link_options(options)),
      nodes_(executor, client_, nodes_options(std::move(founding), url.database, options)),
      peers_(nodes_, parts.directory, parts.presence, options.limits.max_sockets_per_account,
             [this, executor](cluster::Groups::Handlers handlers) {
               return std::make_unique<cluster::Roster>(executor, client_, nodes_, std::move(handlers));
             }),
      codes_(store_, nodes_, options.clock),
      revocations_(executor, client_, nodes_.prefix(), parts.devices, parts.directory, peers_, options.clock),
      adapter_(std::make_shared<cluster::RedisAdapter>(executor, client_)),
      tasks_(executor) {
  parts_.sockets.set_adapter(adapter_);
  adapter_->serve(parts_.sockets.of("/"));
  parts_.directory.attach(&peers_);
  nodes_.on_joined([this] {
    has_joined_ = true;
    cut_again_ = true;
    if (!cutting_) tasks_.spawn(cut_revoked(*this));
    if (!keep_devices_) revocations_.catch_up();
  });
  answer_requests(parts_, nodes_, peers_);
}

core::Result<void> ClusterNode::share(const Options& options) {
  if (keep_devices_) return share_database();
  peers_.on_revoked([this](const std::string& account, const core::json::object& told) {
    revocations_.take(account, told);
  });
  // What counts once among the shards here counts even when Redis, which decides between nodes, is away.
  if (options.shards) {
    parts_.nonces.count_by(
        [group = options.shards, clock = clock_](std::string_view nonce, core::WallTime expires_at) {
          return group->use_nonce(nonce, expires_at, clock());
        });
  }
  return {};
}

core::Result<void> ClusterNode::share_database() {
  parts_.pairing.share(&codes_);
  const auto key =
      parts_.devices.server_value("nonce_key", core::to_hex(core::random_bytes(auth::Nonces::kKeySize)));
  if (!key) return core::failure(key.error());
  parts_.nonces.use_key(core::as_bytes(*key));
  // On a full disk each node counts by itself: better than to let nobody in.
  parts_.nonces.count_by([this](std::string_view nonce, core::WallTime expires_at) -> std::optional<bool> {
    const auto first = store_.use_nonce(nonce, expires_at);
    if (first) return *first;
    if (told_uncounted_.due(std::chrono::steady_clock::now()))
      core::logger("signaling")->error("each node counts nonces by itself: {}", first.error().message());
    return std::nullopt;
  });
  return {};
}

void ClusterNode::start() {
  client_.start();
  nodes_.start();
}

boost::asio::awaitable<core::Result<void>> ClusterNode::prepare(MemberPointer member) {
  co_await peers_.open(member->account());
  const auto elsewhere = parts_.directory.sockets_elsewhere(*member);
  const auto here = parts_.directory.rooms().members(member->account()).size();
  if (elsewhere + here >= limits_.max_sockets_per_account)
    co_return core::failure(SignalingError::account_full);
  co_return core::Result<void>();
}

boost::asio::awaitable<core::Result<void>> ClusterNode::check_hello(std::string account,
                                                                    std::string device_id,
                                                                    std::string nonce) {
  if (keep_devices_) co_return core::Result<void>();
  if (!nonce.empty()) {
    const auto lifetime = std::to_string(std::chrono::milliseconds(auth::Nonces::kLifetime).count());
    std::vector<std::string> claim{"SET", nodes_.prefix() + ":nonce:" + nonce, "1", "PX", lifetime, "NX"};
    const auto claimed = co_await client_.command(std::move(claim));
    if (claimed && claimed->type == cluster::RedisReply::Type::nil)
      co_return core::failure(identity::IdentityError::proof_invalid, "nonce");
  }
  co_return co_await revocations_.check(std::move(account), std::move(device_id));
}

void ClusterNode::revoked(const identity::Statement& statement) {
  if (!keep_devices_) revocations_.publish(statement);
}

void ClusterNode::sweep() {
  peers_.sweep();
  if (++sweeps_ % kSweepsBetweenCleanings != 0) return;
  if (const auto done = store_.forget_expired(clock_()); !done)
    core::logger("signaling")->error("the nodes' database: {}", done.error().message());
}

core::Result<void> ClusterNode::cut_revoked_of(const std::string& account) {
  const auto devices = parts_.devices.devices(account);
  if (!devices) return core::failure(devices.error());
  for (const auto& device : *devices) {
    if (device.revoked) parts_.directory.cut_here(account, device.device_id);
  }
  return {};
}

// A revocation that was made while Redis was away has told nobody. Between two accounts the loop is free.
boost::asio::awaitable<void> ClusterNode::cut_revoked(ClusterNode& self) {
  const core::Mark mark(self.cutting_);
  while (std::exchange(self.cut_again_, false)) {
    for (const auto& account : self.peers_.accounts()) {
      const auto cut = self.cut_revoked_of(account);
      if (!cut) {
        core::logger("signaling")->error("devices: {}", cut.error().message());
        break;
      }
      co_await boost::asio::post(self.tasks_.executor(), boost::asio::use_awaitable);
    }
  }
}

core::json::object ClusterNode::health() const {
  core::json::object health{{"ready", nodes_.joined()}, {"nodes", nodes_.others().size() + 1}};
  if (const auto trouble = nodes_.trouble()) {
    health["code"] = trouble->code();
    health["message"] = words_of(*trouble);
  }
  return health;
}

// Without Redis every node would say so, and a proxy would have none left to choose. What is set up wrongly
// is this node's alone, and waiting does not help.
std::optional<std::string> ClusterNode::obstacle() const {
  using enum cluster::ClusterError;
  const auto trouble = nodes_.trouble();
  if (has_joined_ || !trouble) return std::nullopt;
  for (const auto wrong : {tls_failed, login_refused, refused, other_cluster}) {
    if (trouble->is(wrong)) return "cluster: " + std::string(trouble->code());
  }
  return std::nullopt;
}

boost::asio::awaitable<void> ClusterNode::stop() {
  tasks_.cancel();
  co_await tasks_.join();
  co_await revocations_.stop();
  co_await peers_.stop();
  // Whose connections this node has just ended go on elsewhere: they keep their time to return.
  const auto& absences = parts_.directory.absences();
  const auto linger = absences.size() == 0 ? std::chrono::milliseconds(0) : absences.grace();
  co_await nodes_.stop(linger);
  co_await client_.stop();
}

}  // namespace pantheon::signaling
