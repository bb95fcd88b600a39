#include "signaling/shard_node.hpp"

#include "cluster/local_groups.hpp"
#include "core/log.hpp"

namespace pantheon::signaling {

core::Result<std::unique_ptr<ShardNode>> ShardNode::open(const SharedParts& parts,
                                                         const std::filesystem::path& database,
                                                         const Options& options) {
  auto store = store::NodeStore::open(node_database(database));
  if (!store) return core::failure(store.error());
  return std::unique_ptr<ShardNode>(new ShardNode(parts, std::move(*store), options));
}

ShardNode::ShardNode(const SharedParts& parts, store::NodeStore store, const Options& options)
    : clock_(options.clock),
      group_(options.shards),
      store_(std::move(store)),
      node_(group_->hub(), options.shard),
      peers_(node_, parts.directory, parts.presence, options.limits.max_sockets_per_account,
             [this, shard = options.shard](cluster::Groups::Handlers handlers) {
               return std::make_unique<cluster::LocalGroups>(group_->hub(), shard, std::move(handlers));
             }),
      codes_(store_, node_, options.clock) {
  parts.directory.attach(&peers_);
  parts.pairing.share(&codes_);
  answer_requests(parts, node_, peers_);
  parts.nonces.use_key(group_->nonce_key());
  parts.nonces.count_by([group = group_, clock = clock_](std::string_view nonce, core::WallTime expires_at) {
    return group->use_nonce(nonce, expires_at, clock());
  });
}

boost::asio::awaitable<core::Result<void>> ShardNode::prepare(MemberPointer member) {
  co_await peers_.open(member->account());
  co_return core::Result<void>();
}

void ShardNode::sweep() {
  peers_.sweep();
  if (++sweeps_ % kSweepsBetweenCleanings != 0) return;
  if (const auto done = store_.forget_expired(clock_()); !done)
    core::logger("signaling")->error("the shards' database: {}", done.error().message());
}

boost::asio::awaitable<void> ShardNode::stop() {
  co_await peers_.stop();
  co_await node_.stop();
}

}  // namespace pantheon::signaling
