#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "auth/jwk.hpp"

namespace pantheon::auth {

namespace asio = boost::asio;

/// What one look at an issuer's published keys brought.
struct FetchedKeys {
  KeySet keys;
  std::optional<std::chrono::seconds> lifetime;  ///< as the issuer says, if it does
};
/// Fetches the keys of an issuer; bounded in time and size by itself. Never called twice at the same time.
using FetchKeys = std::function<asio::awaitable<core::Result<FetchedKeys>>()>;

struct KeyTiming {
  std::chrono::milliseconds min_lifetime = std::chrono::minutes(1);
  std::chrono::milliseconds default_lifetime = std::chrono::hours(1);  ///< when the issuer says nothing
  std::chrono::milliseconds max_lifetime = std::chrono::hours(24);
  std::chrono::milliseconds max_stale = std::chrono::hours(6);  ///< beyond its lifetime, while fetching fails
  std::chrono::milliseconds first_retry = std::chrono::seconds(1);  ///< after a failure; then doubled
  std::chrono::milliseconds max_retry = std::chrono::seconds(30);
  std::chrono::milliseconds refetch_wait = std::chrono::seconds(30);  ///< between fetches for unknown key ids
  std::chrono::milliseconds patience = std::chrono::seconds(10);      ///< of one who asks
  std::size_t max_waiting = 10'000;                                   ///< who ask at the same time
};

/// The keys an issuer publishes, fetched when they are first asked for and from then on renewed before their
/// lifetime ends, by one fetch at a time. An unknown key id makes it look again, though not often. While the
/// issuer cannot be reached the last keys stay good for a bounded time. Use from the executor's one thread.
class PublishedKeys {
 public:
  /// `name`: for the log.
  PublishedKeys(asio::any_io_executor executor, std::string name, FetchKeys fetch, KeyTiming timing = {});
  ~PublishedKeys();
  PublishedKeys(const PublishedKeys&) = delete;
  PublishedKeys& operator=(const PublishedKeys&) = delete;

  /// The keys, with the one of this id among them if the issuer has it now; `sign_in_unavailable` when there
  /// are none and none come in time.
  asio::awaitable<core::Result<std::shared_ptr<const KeySet>>> get(std::optional<std::string> id);
  /// The keys at hand; null when there are none that count.
  std::shared_ptr<const KeySet> current() const;

  /// Ends everything, also for those who wait. Await it before this is destroyed.
  asio::awaitable<void> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace pantheon::auth
