#include "app/account.hpp"

#include "app/error.hpp"
#include "app/server_address.hpp"
#include "core/random.hpp"
#include "identity/error.hpp"
#include "identity/pairing.hpp"
#include "platform/error.hpp"
#include "platform/network.hpp"
#include "platform/paths.hpp"
#include "session/error.hpp"
#include "session/pairing_newcomer.hpp"

namespace pantheon::app {
namespace {

using FirstSight = identity::KeyBook::FirstSight;
using AccountResult = core::Result<std::unique_ptr<Account>>;

constexpr const char* kHome = "home";
constexpr std::size_t kMostStatements = 4;  ///< about this device, one for each time it was paired
constexpr const char* kLinkIsOver =
    "the pairing link is used or over; going on as the device that an earlier pairing with this server made";
constexpr const char* kCameBackElsewhere =
    "this computer had been removed from the account and is in it again as a new device";
constexpr const char* kCameBack =
    "this computer had been removed from its own account and is in it again as a new device; pair your other "
    "devices with it again";

Membership fresh_membership(std::string account, FirstSight first_sight, const identity::DeviceKey& own) {
  identity::KeyBook book(account, first_sight);
  (void)book.pin(own.device_id(), own.public_key());  // an empty book has room for our own key
  return {std::move(account), std::move(book), {}, {}, {}, {}};
}

asio::awaitable<core::Result<session::Credentials>> owner_credentials(signaling::Service& service,
                                                                      std::string device_id,
                                                                      identity::PublicKey key,
                                                                      std::string name) {
  auto tokens = service.issue_owner_token(device_id, key, name, platform::platform_name());
  if (!tokens) co_return core::failure(tokens.error());
  co_return session::Credentials{tokens->access_token, ""};
}

asio::awaitable<core::Result<session::Credentials>> paired_credentials(session::DeviceTokens& tokens) {
  auto token = co_await tokens.access_token();
  if (!token) co_return core::failure(token.error());
  co_return session::Credentials{std::move(*token), ""};
}

asio::awaitable<core::Result<session::Credentials>> fixed_credentials(session::Credentials credentials) {
  co_return credentials;
}

/// The token of a file, as whoever renews it has last written it.
core::Result<session::Credentials> credentials_in(const std::filesystem::path& file) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto text = platform::read_file(file);
  if (!text) return core::failure(text.error());
  const auto begin = text->find_first_not_of(kBlanks);
  if (begin == std::string::npos)
    return core::failure(platform::PlatformError::cannot_read_file, file.string() + " is empty");
  return session::Credentials{text->substr(begin, text->find_last_not_of(kBlanks) + 1 - begin), ""};
}

asio::awaitable<core::Result<session::Credentials>> current_credentials(std::filesystem::path file) {
  co_return credentials_in(file);
}

/// Makes the tokens of a stored pairing the credentials.
void use_device_tokens(Account& account, const DeviceState& state, http::Client& http,
                       const std::string& server) {
  account.tokens = std::make_unique<session::DeviceTokens>(
      http, server, account.key.device_id(), account.key,
      session::DeviceTokens::Pair{account.membership.access_token, account.membership.refresh_token},
      [&account, &state](const session::DeviceTokens::Pair& pair) {
        account.membership.access_token = pair.access_token;
        account.membership.refresh_token = pair.refresh_token;
        return state.save(account.key_in_state, account.membership);
      });
  account.credentials = [tokens = account.tokens.get()] { return paired_credentials(*tokens); };
  account.gives_newer = true;
}

/// As which device an earlier pairing with that server left us.
std::unique_ptr<Account> paired_account(Membership membership, const DeviceState& state, http::Client& http,
                                        const std::string& server) {
  auto account = std::make_unique<Account>(membership.own_key.value_or(state.key()));
  account->key_in_state = server;
  account->membership = std::move(membership);
  use_device_tokens(*account, state, http, server);
  return account;
}

/// How a pairing link let us in, and as which device.
struct Entry {
  session::PairedAccount paired;
  identity::DeviceKey own;
  bool came_back = false;  ///< another key than before, as the device of that one was removed
};

/// The membership that a pairing gives: in an account that we were in before, whom we trust stays, and who
/// was removed stays removed. `device_revoked` when that is the device which lets us in.
core::Result<Membership> membership_by(const Entry& entry, std::optional<Membership> before,
                                       const DeviceState& state) {
  const auto& [paired, own, came_back] = entry;
  const bool same = before && before->account == paired.account;
  auto membership = same ? std::move(*before) : fresh_membership(paired.account, FirstSight::refuse, own);
  if (came_back) {
    membership.statements.clear();  // they are about the device that was removed
    if (const auto pinned = membership.book.pin(own.device_id(), own.public_key()); !pinned)
      return core::failure(pinned.error());
  }
  if (own.device_id() != state.key().device_id()) membership.own_key = own;
  if (const auto pinned = membership.book.pin(paired.voucher_device_id, paired.voucher_key); !pinned)
    return core::failure(pinned.error());
  auto& statements = membership.statements;
  statements.insert(statements.begin(), paired.statement.to_json());
  if (statements.size() > kMostStatements) statements.resize(kMostStatements);
  membership.access_token = paired.access_token;
  membership.refresh_token = paired.refresh_token;
  return membership;
}

core::Result<identity::PairingLink> link_for(const UpOptions& options) {
  auto link = identity::parse_pairing_link(options.pair_link);
  if (!link) return link;
  if (const auto origin = server_origin(link->origin); origin && *origin == options.server) return link;
  return core::failure(core::CommonError::invalid_argument,
                       "--pair is a link of " + link->origin + ", --server names " + options.server);
}

/// Redeems the link. A removed id never comes back: whose was, gets another key, for that account alone.
asio::awaitable<core::Result<Entry>> enter_by(identity::PairingLink link, const DeviceState& state,
                                              http::Client& http, const UpOptions& options,
                                              const std::optional<Membership>& before) {
  const auto usual = before ? before->own_key.value_or(state.key()) : state.key();
  auto paired = co_await session::redeem_pairing_link(http, link, usual, usual.device_id(), options.name,
                                                      platform::platform_name());
  if (paired) co_return Entry{std::move(*paired), usual, false};
  const auto& error = paired.error();
  const bool removed = error.is(session::SessionError::token_refused) ||
                       // A server that knows no better lets the other device refuse.
                       (error.is(session::SessionError::pairing_refused) && before &&
                        before->book.is_revoked(usual.device_id()));
  if (!removed) co_return core::failure(error);
  const auto fresh = identity::DeviceKey::generate();
  auto again = co_await session::redeem_pairing_link(http, link, fresh, fresh.device_id(), options.name,
                                                     platform::platform_name());
  if (!again) co_return core::failure(again.error());
  co_return Entry{std::move(*again), fresh, true};
}

asio::awaitable<AccountResult> join_by_link(const DeviceState& state, http::Client& http,
                                            const UpOptions& options) {
  const auto link = link_for(options);
  if (!link) co_return core::failure(link.error());
  auto before = state.load(options.server);
  if (!before) co_return core::failure(before.error());
  const auto entry = co_await enter_by(*link, state, http, options, *before);
  if (!entry) {
    // The same command as before: what it led to is still there.
    const bool used = entry.error().is(session::SessionError::pairing_code_unknown) && before->has_value();
    if (!used) co_return core::failure(entry.error());
    auto account = paired_account(std::move(**before), state, http, options.server);
    account->note = kLinkIsOver;
    co_return account;
  }
  auto membership = membership_by(*entry, std::move(*before), state);
  if (!membership) co_return core::failure(membership.error());
  if (const auto saved = state.save(options.server, *membership); !saved)
    co_return core::failure(saved.error());
  auto account = paired_account(std::move(*membership), state, http, options.server);
  if (entry->came_back) account->note = kCameBackElsewhere;
  co_return account;
}

asio::awaitable<core::Result<std::string>> account_of(asio::any_io_executor executor, identity::DeviceKey own,
                                                      const session::Credentials& credentials,
                                                      const UpOptions& options) {
  session::SignInDevice device{options.server, own.device_id(), core::random_id(), options.name,
                               platform::platform_name()};
  return session::ask_account(std::move(executor), std::move(device), std::move(own), credentials);
}

/// As the usual device, or in an account that this one was removed from and came back to by a link, as that
/// of the link.
asio::awaitable<AccountResult> enter_by_token(asio::any_io_executor executor, const DeviceState& state,
                                              const session::Credentials& credentials,
                                              const UpOptions& options) {
  const auto named = co_await account_of(executor, state.key(), credentials, options);
  if (named) {
    auto account = std::make_unique<Account>(state.key());
    account->key_in_state = options.server + " " + *named;
    auto stored = state.load(account->key_in_state);
    if (!stored) co_return core::failure(stored.error());
    account->membership = stored->has_value() ? std::move(**stored)
                                              : fresh_membership(*named, FirstSight::remember, state.key());
    co_return account;
  }
  if (!named.error().is(session::SessionError::token_refused)) co_return core::failure(named.error());
  auto paired = state.load(options.server);
  if (!paired) co_return core::failure(paired.error());
  if (!paired->has_value() || !(*paired)->own_key) co_return core::failure(named.error());
  const auto own = *(*paired)->own_key;
  const auto back = co_await account_of(executor, own, credentials, options);
  if (!back || *back != (*paired)->account) co_return core::failure(named.error());
  auto account = std::make_unique<Account>(own);
  account->key_in_state = options.server;
  account->membership = std::move(**paired);
  co_return account;
}

asio::awaitable<AccountResult> join_by_token(asio::any_io_executor executor, const DeviceState& state,
                                             const UpOptions& options) {
  session::Credentials credentials{options.token, options.token.empty() ? options.auth_key : ""};
  if (!options.token_file.empty()) {
    auto read = credentials_in(options.token_file);
    if (!read) co_return core::failure(read.error());
    credentials = std::move(*read);
  }
  auto entered = co_await enter_by_token(executor, state, credentials, options);
  if (!entered) co_return core::failure(entered.error());
  auto account = std::move(*entered);
  account->membership.book.set_first_sight(options.verified_only ? FirstSight::refuse : FirstSight::remember);
  if (options.token_file.empty()) {
    account->credentials = [credentials] { return fixed_credentials(credentials); };
  } else {
    account->credentials = [file = options.token_file] { return current_credentials(file); };
    account->gives_newer = true;
  }
  co_return account;
}

/// What is kept of the account of the server of this process, or a fresh membership in it.
core::Result<Membership> membership_at_home(const DeviceState& state, const std::string& name) {
  auto stored = state.load(kHome);
  if (!stored) return core::failure(stored.error());
  // Another database is another account: the pins of the old one mean nothing in it.
  if (stored->has_value() && (*stored)->account == name) return std::move(**stored);
  auto fresh = fresh_membership(name, FirstSight::refuse, state.home_key());
  if (const auto saved = state.save(kHome, fresh); !saved) return core::failure(saved.error());
  return fresh;
}

core::Result<bool> was_removed(const DeviceState& state, signaling::Service& service,
                               const identity::KeyBook& book, const std::string& name) {
  const auto& key = state.home_key();
  if (book.is_revoked(key.device_id())) return true;
  const auto tokens =
      service.issue_owner_token(key.device_id(), key.public_key(), name, platform::platform_name());
  if (tokens) return false;
  if (tokens.error().is(identity::IdentityError::device_revoked)) return true;
  return core::failure(tokens.error());
}

}  // namespace

AccountResult join_at_home(DeviceState& state, signaling::Service& service, const UpOptions& options) {
  auto membership = membership_at_home(state, service.owner_account());
  if (!membership) return core::failure(membership.error());
  const auto removed = was_removed(state, service, membership->book, options.name);
  if (!removed) return core::failure(removed.error());
  if (*removed) {
    // A removed id never comes back, and there is nobody else who could let this device in.
    if (const auto renewed = state.renew_home_key(); !renewed) return core::failure(renewed.error());
    const auto& fresh = state.home_key();
    if (const auto pinned = membership->book.pin(fresh.device_id(), fresh.public_key()); !pinned)
      return core::failure(pinned.error());
    if (const auto saved = state.save(kHome, *membership); !saved) return core::failure(saved.error());
  }
  auto account = std::make_unique<Account>(state.home_key());
  account->key_in_state = kHome;
  account->membership = std::move(*membership);
  if (*removed) account->note = kCameBack;
  const auto id = account->key.device_id();
  service.set_server_device(id);
  account->credentials = [&service, id, key = account->key.public_key(), name = options.name] {
    return owner_credentials(service, id, key, name);
  };
  account->gives_newer = true;
  return account;
}

asio::awaitable<AccountResult> join_elsewhere(asio::any_io_executor executor, const DeviceState& state,
                                              http::Client& http, const UpOptions& options) {
  if (!options.pair_link.empty()) co_return co_await join_by_link(state, http, options);
  if (!options.token.empty() || !options.token_file.empty() || !options.auth_key.empty())
    co_return co_await join_by_token(executor, state, options);
  auto stored = state.load(options.server);
  if (!stored) co_return core::failure(stored.error());
  if (!stored->has_value()) co_return core::failure(AppError::no_account_at_server, options.server);
  co_return paired_account(std::move(**stored), state, http, options.server);
}

}  // namespace pantheon::app
