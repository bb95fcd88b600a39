#include "cli/limit_options.hpp"

#include <algorithm>
#include <iterator>

namespace pantheon::cli {
namespace {

using core::operator""_KiB;
using core::operator""_MiB;
using Rows = std::vector<OptionRow>;

constexpr std::size_t kMostSockets = 10'000'000;
constexpr std::size_t kMostOfAccount = 100'000;
constexpr double kMostPerSecond = 1e6;
constexpr double kMostShare = 1e4;

OptionValue count(std::size_t& place, std::size_t max) {
  return number(place, std::size_t{1}, max);
}

OptionValue rate(double& place, double min) {
  return number(place, min, kMostPerSecond);
}

OptionValue share(double& place) {
  return number(place, 1.0, kMostShare);
}

Rows limits_of_accounts(signaling::Limits& limits) {
  return {
      {"max-signal-size", "MAX_SIGNAL_SIZE", "Of one webrtc-signal event",
       size(limits.max_signal, 1_KiB, 1_MiB)},
      {"max-models-size", "MAX_MODELS_SIZE", "Of one list of models", size(limits.max_models, 1_KiB, 4_MiB)},
      {"max-models", "MAX_MODELS", "Models in one list", count(limits.max_model_entries, kMostOfAccount)},
      {"max-models-size-per-account", "MAX_MODELS_SIZE_PER_ACCOUNT",
       "Of the lists of models of all sockets of an account",
       size(limits.max_models_per_account, 1_KiB, 32_MiB)},
      {"max-accounts", "MAX_ACCOUNTS", "Accounts with devices that are online",
       count(limits.max_accounts, kMostSockets)},
      {"max-sockets-per-account", "MAX_SOCKETS_PER_ACCOUNT", "Sockets of one account at one time",
       count(limits.max_sockets_per_account, 10'000)},
      {"max-devices-per-account", "MAX_DEVICES_PER_ACCOUNT", "Devices of one account that are kept",
       count(limits.max_devices_per_account, kMostOfAccount)},
      {"max-statements-per-account", "MAX_STATEMENTS_PER_ACCOUNT",
       "Signed statements about devices of one account that are kept",
       count(limits.max_statements_per_account, kMostOfAccount)},
      {"max-open-codes-per-account", "MAX_OPEN_CODES_PER_ACCOUNT", "Pairing codes that one account has open",
       count(limits.max_open_codes_per_account, 10'000)},
      {"max-open-codes", "MAX_OPEN_CODES", "Pairing codes that all accounts have open",
       count(limits.max_open_codes, kMostSockets)}};
}

Rows limits_of_connections(signaling::Limits& limits) {
  return {{"max-sockets", "MAX_SOCKETS", "Sockets of the server", count(limits.max_sockets, kMostSockets)},
          {"max-sockets-per-address", "MAX_SOCKETS_PER_ADDRESS", "Sockets of one network address",
           count(limits.max_sockets_per_address, kMostSockets)},
          {"max-polling", "MAX_POLLING", "Socket.IO sessions over long-polling",
           count(limits.max_polling, kMostSockets)},
          {"max-send-queue", "MAX_SEND_QUEUE", "What waits for one slow reader, before it is disconnected",
           size(limits.max_send_queue, 64_KiB, 64_MiB)},
          {"max-absences", "MAX_ABSENCES", "Sockets that broke off and whose return is waited for",
           count(limits.max_absences, kMostSockets)},
          {"max-buckets", "MAX_BUCKETS",
           "Devices, accounts and addresses that have gone and whose rates are remembered",
           count(limits.max_buckets, kMostSockets)}};
}

Rows limits_of_generation1(signaling::Limits& limits) {
  return {{"max-legacy-connections", "MAX_LEGACY_CONNECTIONS", "Connections of clients of generation 1",
           count(limits.max_legacy_connections, kMostSockets)},
          {"max-legacy-message-size", "MAX_LEGACY_MESSAGE_SIZE", "Of a request or an answer of generation 1",
           size(limits.max_legacy_message, 1_KiB, 4_MiB)},
          {"max-legacy-requests-per-client", "MAX_LEGACY_REQUESTS_PER_CLIENT",
           "Requests of one client to generation 1, or of it, that wait for an answer",
           count(limits.max_legacy_requests_of_asker, 10'000)},
          {"max-legacy-requests-per-host", "MAX_LEGACY_REQUESTS_PER_HOST",
           "Of those, the ones that wait for one host", count(limits.max_legacy_requests_of_host, 10'000)},
          {"max-legacy-requests", "MAX_LEGACY_REQUESTS", "All of those",
           count(limits.max_legacy_requests, kMostSockets)}};
}

Rows rates_of_events(signaling::Limits& limits) {
  return {
      {"events-per-second", "EVENTS_PER_SECOND", "Signals of one socket; four seconds of them in a burst",
       rate(limits.events_per_second, 1)},
      {"lists-per-second", "LISTS_PER_SECOND",
       "Joins and requests of lists of one socket; ten seconds of them in a burst",
       rate(limits.lists_per_second, 0.1)},
      {"announcements-per-second", "ANNOUNCEMENTS_PER_SECOND",
       "Announcements of models of one socket; ten seconds of them in a burst",
       rate(limits.announcements_per_second, 0.1)},
      {"pairings-per-second", "PAIRINGS_PER_SECOND",
       "Pairing codes that one socket opens and closes, and its revocations; ten seconds of them in a burst",
       rate(limits.pairings_per_second, 0.1)},
      {"renewals-per-second", "RENEWALS_PER_SECOND",
       "Tokens that one socket renews; ten seconds of them in a burst",
       rate(limits.renewals_per_second, 0.1)},
      {"device-share", "DEVICE_SHARE",
       "Events of all sockets of a device, in multiples of one socket's; each node and shard counts its own, "
       "so that four of them let four times as many pass",
       share(limits.device_share)},
      {"account-share", "ACCOUNT_SHARE", "The same of an account", share(limits.account_share)},
      {"address-share", "ADDRESS_SHARE", "The same of a network address", share(limits.address_share)},
      {"refusals-per-second", "REFUSALS_PER_SECOND",
       "Who is refused more often is disconnected; ten seconds of them in a burst",
       rate(limits.refusals_per_second, 1)}};
}

Rows rates_of_addresses(signaling::Limits& limits) {
  return {
      {"connects-per-second", "CONNECTS_PER_SECOND", "From one address; eight seconds of them in a burst",
       rate(limits.connects_per_second, 0.1)},
      {"account-connects-share", "ACCOUNT_CONNECTS_SHARE",
       "Connects of an account, in multiples of one address's", share(limits.account_connects_share)},
      {"requests-per-second", "REQUESTS_PER_SECOND",
       "HTTP requests of one address, and Socket.IO sessions that it opens; ten seconds of them in a burst",
       rate(limits.requests_per_second, 0.1)},
      {"redeems-per-second", "REDEEMS_PER_SECOND",
       "Pairing codes that one address tries; fifty seconds of them in a burst",
       rate(limits.redeems_per_second, 0.01)},
      {"all-redeems-per-second", "ALL_REDEEMS_PER_SECOND",
       "Pairing codes that all addresses try; fifty seconds of them in a burst",
       rate(limits.all_redeems_per_second, 0.1)},
      {"refreshes-per-second", "REFRESHES_PER_SECOND",
       "Tokens that one address refreshes; twenty seconds of them in a burst",
       rate(limits.refreshes_per_second, 0.1)},
      {"legacy-requests-per-second", "LEGACY_REQUESTS_PER_SECOND",
       "Requests of one client to generation 1, or of it; ten seconds of them in a burst",
       rate(limits.legacy_requests_per_second, 0.1)},
      {"legacy-lists-per-second", "LEGACY_LISTS_PER_SECOND",
       "GET /api/v1/peers/ from one address; twenty seconds of them in a burst",
       rate(limits.legacy_rest_per_second, 0.1)}};
}

Rows joined(Rows rows, Rows more) {
  std::ranges::move(more, std::back_inserter(rows));
  return rows;
}

}  // namespace

OptionGroup limit_options(signaling::Limits& limits) {
  return {"Limits", joined(joined(limits_of_accounts(limits), limits_of_connections(limits)),
                           limits_of_generation1(limits))};
}

OptionGroup rate_options(signaling::Limits& limits) {
  return {"Rates", joined(rates_of_events(limits), rates_of_addresses(limits))};
}

}  // namespace pantheon::cli
