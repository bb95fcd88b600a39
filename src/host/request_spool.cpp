#include "host/request_spool.hpp"

#include <algorithm>

#include "host/error.hpp"

namespace pantheon::host {

struct SpoolBudget::Share::Account {
  Limits limits;
  core::Bytes used;
  core::Bytes used_unproven;  ///< part of it

  core::Bytes left_for(Sender sender) const {
    const auto left = limits.total.count - used.count;
    if (sender == Sender::proven) return {left};
    return {std::min(left, limits.total.count / 4 - used_unproven.count)};
  }
  void take(Sender sender, core::Bytes bytes) {
    used.count += bytes.count;
    if (sender == Sender::unproven) used_unproven.count += bytes.count;
  }
  void give_back(Sender sender, core::Bytes bytes) {
    used.count -= bytes.count;
    if (sender == Sender::unproven) used_unproven.count -= bytes.count;
  }
};

SpoolBudget::Share::Share(Share&& other) noexcept
    : account_(std::move(other.account_)), sender_(other.sender_), held_(other.held_) {
  other.held_ = {};
}

SpoolBudget::Share& SpoolBudget::Share::operator=(Share&& other) noexcept {
  if (this == &other) return *this;
  release();
  account_ = std::move(other.account_);
  sender_ = other.sender_;
  held_ = other.held_;
  other.held_ = {};
  return *this;
}

core::Result<void> SpoolBudget::Share::grow(core::Bytes more) {
  if (!account_) return core::failure(HostError::request_too_large);
  // Written as differences, so that no sum can overflow.
  if (more > core::Bytes{account_->limits.each.count - held_.count}) {
    const auto limit = account_->limits.each.count / (1024 * 1024);
    return core::failure(HostError::request_too_large, "the limit is " + std::to_string(limit) + " MiB");
  }
  if (more > account_->left_for(sender_)) {
    return core::failure(HostError::request_too_large, "too much is waiting here at the moment");
  }
  held_ = held_ + more;
  account_->take(sender_, more);
  return {};
}

void SpoolBudget::Share::release() {
  if (account_) account_->give_back(sender_, held_);
  held_ = {};
  account_.reset();
}

SpoolBudget::SpoolBudget(Limits limits)
    : account_(std::make_shared<Share::Account>(Share::Account{limits, {}, {}})) {}

SpoolBudget::Share SpoolBudget::share(Sender sender) {
  return {account_, sender};
}

core::Bytes SpoolBudget::used() const {
  return account_->used;
}

std::chrono::milliseconds SpoolBudget::idle() const {
  return account_->limits.idle;
}

namespace {

asio::awaitable<core::Result<SpooledRequest>> spool(session::Exchange& exchange, SpoolBudget& budget,
                                                    ModelScanner* scanner) {
  SpooledRequest spooled;
  const bool proven = exchange.peer().proven;
  spooled.share = budget.share(proven ? SpoolBudget::Sender::proven : SpoolBudget::Sender::unproven);
  for (;;) {
    // What stands still would keep its memory from everybody else.
    const auto bytes = co_await exchange.read_until(std::chrono::steady_clock::now() + budget.idle());
    if (!bytes && bytes.error().is(core::CommonError::timeout))
      co_return core::failure(HostError::request_stalled);
    if (!bytes) co_return core::failure(bytes.error());
    if (bytes->empty()) break;
    const auto grown = spooled.share.grow(core::Bytes{bytes->size()});
    if (!grown) co_return core::failure(grown.error());
    const auto text = core::as_text(*bytes);
    if (scanner != nullptr && !scanner->feed(text)) break;
    spooled.body.append(text);
  }
  if (scanner != nullptr) {
    auto scanned = scanner->finish();
    if (!scanned) co_return core::failure(scanned.error());
    spooled.scanned = *std::move(scanned);
  }
  co_return spooled;
}

}  // namespace

asio::awaitable<core::Result<SpooledRequest>> spool_request(session::Exchange& exchange,
                                                            SpoolBudget& budget) {
  ModelScanner scanner;
  co_return co_await spool(exchange, budget, &scanner);
}

asio::awaitable<core::Result<SpooledRequest>> spool_unscanned(session::Exchange& exchange,
                                                              SpoolBudget& budget) {
  return spool(exchange, budget, nullptr);
}

}  // namespace pantheon::host
