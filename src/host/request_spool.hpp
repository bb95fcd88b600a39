#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/bytes.hpp"
#include "host/model_scanner.hpp"
#include "session/exchange.hpp"

namespace pantheon::host {

namespace asio = boost::asio;

/// Memory for the bodies of requests that are not yet with an engine. Peers whose key is not proven have a
/// quarter of it, all together. Use from the executor's one thread.
class SpoolBudget {
 public:
  struct Limits {
    core::Bytes each = core::Bytes{32 * 1024 * 1024};
    core::Bytes total = core::Bytes{128 * 1024 * 1024};
    std::chrono::milliseconds idle{30'000};  ///< how long a body may stand still before it is given up
  };
  enum class Sender { proven, unproven };

  /// A share of the budget, given back when it is destroyed. May outlive the budget.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept;
    Share& operator=(Share&& other) noexcept;
    ~Share() { release(); }
    /// Takes that many more bytes: `request_too_large` when the request's or the host's limit is passed.
    core::Result<void> grow(core::Bytes more);
    void release();

   private:
    friend class SpoolBudget;
    struct Account;
    Share(std::shared_ptr<Account> account, Sender sender) : account_(std::move(account)), sender_(sender) {}
    std::shared_ptr<Account> account_;
    Sender sender_ = Sender::proven;
    core::Bytes held_;
  };

  explicit SpoolBudget(Limits limits);
  Share share(Sender sender);
  core::Bytes used() const;
  std::chrono::milliseconds idle() const;

 private:
  std::shared_ptr<Share::Account> account_;
};

/// A request's body in memory, and what was found in it.
struct SpooledRequest {
  std::string body;
  ScannedBody scanned;
  SpoolBudget::Share share;  ///< keep as long as the body
};

/// Reads the body of an exchange, looking for its model on the way: a body that is refused is not read to its
/// end. `request_stalled`, errors of SpoolBudget, ModelScanner and of the exchange.
asio::awaitable<core::Result<SpooledRequest>> spool_request(session::Exchange& exchange, SpoolBudget& budget);

/// As spool_request, without a look inside.
asio::awaitable<core::Result<SpooledRequest>> spool_unscanned(session::Exchange& exchange,
                                                              SpoolBudget& budget);

}  // namespace pantheon::host
