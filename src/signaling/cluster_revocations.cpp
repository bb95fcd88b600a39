#include "signaling/cluster_revocations.hpp"

#include "core/log.hpp"
#include "core/mark.hpp"
#include "identity/error.hpp"
#include "signaling/devices.hpp"

namespace pantheon::signaling {

namespace json = core::json;

namespace {

constexpr std::chrono::milliseconds kRetry{500};

}  // namespace

ClusterRevocations::ClusterRevocations(const boost::asio::any_io_executor& executor,
                                       cluster::RedisClient& client, std::string prefix,
                                       store::DeviceStore& store, Directory& directory, ClusterPeers& peers,
                                       core::WallClock clock)
    : client_(&client),
      prefix_(std::move(prefix)),
      store_(&store),
      directory_(&directory),
      peers_(&peers),
      clock_(std::move(clock)),
      tasks_(executor) {}

void ClusterRevocations::publish(const identity::Statement& revocation) {
  const auto& claim = revocation.claim();
  const auto given = client_->post({"HSET", key_of(claim.account), claim.device_id, revocation.to_text()});
  if (!given) catch_up();
}

bool ClusterRevocations::keep(const std::string& account,
                              const core::Result<identity::Statement>& revocation) {
  const bool fits = revocation && revocation->claim().type == identity::StatementType::revoke &&
                    revocation->claim().account == account;
  if (!fits) {
    core::logger("signaling")->warn("a malformed revocation of another node was ignored");
    return false;
  }
  if (const auto kept = keep_revocation(*store_, *revocation, clock_()); !kept)
    core::logger("signaling")->error("a revocation could not be kept: {}", kept.error().message());
  return true;
}

void ClusterRevocations::take(const std::string& account, const json::object& told) {
  const auto* object = core::get_object(told, "statement");
  if (object != nullptr) keep(account, identity::Statement::parse(*object));
}

boost::asio::awaitable<core::Result<void>> ClusterRevocations::check(std::string account,
                                                                     std::string device_id) {
  std::vector<std::string> look_up{"HGET", key_of(account), device_id};
  const auto found = co_await client_->command(std::move(look_up));
  if (!found || found->text.empty()) co_return core::Result<void>();
  if (!keep(account, identity::Statement::parse(found->text))) co_return core::Result<void>();
  co_return core::failure(identity::IdentityError::device_revoked);
}

void ClusterRevocations::catch_up() {
  again_ = true;
  if (!running_) tasks_.spawn(run(*this));
}

boost::asio::awaitable<void> ClusterRevocations::run(ClusterRevocations& self) {
  const core::Mark mark(self.running_);
  while (std::exchange(self.again_, false)) {
    bool done = true;
    for (const auto& account : self.peers_->accounts()) {
      if (done) done = co_await cut(self, account);
    }
    if (done) done = co_await give(self);
    // Where Redis is away, this is called when it is back.
    if (done || !self.client_->ready()) continue;
    const bool alive = co_await core::sleep_for(kRetry);
    if (!alive) co_return;
    self.again_ = true;
  }
}

// One after another: it is in no hurry, and between two of them the loop is free.
boost::asio::awaitable<bool> ClusterRevocations::give(ClusterRevocations& self) {
  const auto kept = self.store_->revocations();
  if (!kept) {
    core::logger("signaling")->error("revocations: {}", kept.error().message());
    co_return true;
  }
  for (const auto& row : *kept) {
    const auto statement = identity::Statement::parse(row.statement);
    if (!statement || statement->claim().type != identity::StatementType::revoke) continue;
    std::vector<std::string> give{"HSETNX", self.key_of(row.account), row.device_id, row.statement};
    const auto given = co_await self.client_->command(std::move(give));
    if (!given) co_return false;
    if (given->integer == 0) continue;
    // Another node may have looked a moment too early.
    self.peers_->tell(row.account, "device-revoked",
                      {{"deviceId", row.device_id}, {"statement", statement->to_json()}});
    self.peers_->cut_device(row.account, row.device_id);
  }
  co_return true;
}

boost::asio::awaitable<bool> ClusterRevocations::cut(ClusterRevocations& self, std::string account) {
  std::vector<std::string> look_up{"HGETALL", self.key_of(account)};
  const auto all = co_await self.client_->command(std::move(look_up));
  if (!all) co_return false;
  for (std::size_t i = 0; i + 1 < all->elements.size(); i += 2) {
    const auto& device_id = all->elements[i].text;
    if (!self.directory_->is_connected(account, device_id)) continue;
    if (self.keep(account, identity::Statement::parse(all->elements[i + 1].text)))
      self.directory_->cut_here(account, device_id);
  }
  co_return true;
}

boost::asio::awaitable<void> ClusterRevocations::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace pantheon::signaling
