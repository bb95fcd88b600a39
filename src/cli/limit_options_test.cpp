#include "cli/limit_options.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pantheon::cli {
namespace {

// Every member of Limits: one that is added there does not compile here until it is named.
auto members_of(const signaling::Limits& limits) {
  const auto& [max_signal, max_models, max_model_entries, max_models_per_account, max_sockets_per_account,
               max_absences, max_accounts, max_devices_per_account, max_statements_per_account,
               max_open_codes_per_account, max_open_codes, events, lists, announcements, pairings, renewals,
               device_share, account_share, address_share, refusals, max_buckets, requests, max_sockets,
               max_sockets_per_address, max_polling, max_send_queue, connects, account_connects, redeems,
               all_redeems, refreshes, max_legacy_message, legacy_requests, legacy_rest, of_asker, of_host,
               max_legacy_requests, max_legacy_connections] = limits;
  const auto as_number = [](auto member) { return static_cast<double>(member); };
  return std::array{as_number(max_signal.count),
                    as_number(max_models.count),
                    as_number(max_model_entries),
                    as_number(max_models_per_account.count),
                    as_number(max_sockets_per_account),
                    as_number(max_absences),
                    as_number(max_accounts),
                    as_number(max_devices_per_account),
                    as_number(max_statements_per_account),
                    as_number(max_open_codes_per_account),
                    as_number(max_open_codes),
                    events,
                    lists,
                    announcements,
                    pairings,
                    renewals,
                    device_share,
                    account_share,
                    address_share,
                    refusals,
                    as_number(max_buckets),
                    requests,
                    as_number(max_sockets),
                    as_number(max_sockets_per_address),
                    as_number(max_polling),
                    as_number(max_send_queue.count),
                    connects,
                    account_connects,
                    redeems,
                    all_redeems,
                    refreshes,
                    as_number(max_legacy_message.count),
                    legacy_requests,
                    legacy_rest,
                    as_number(of_asker),
                    as_number(of_host),
                    as_number(max_legacy_requests),
                    as_number(max_legacy_connections)};
}

TEST(LimitOptions, EachChangesOneLimitAndEachLimitHasOne) {
  const auto defaults = members_of({});
  std::array<int, defaults.size()> changed{};
  signaling::Limits settable;
  std::vector<OptionRow> rows = limit_options(settable).rows;
  for (auto& row : rate_options(settable).rows) rows.push_back(std::move(row));
  for (const auto& row : rows) {
    settable = {};
    const std::string value = row.value.takes.find("KiB") == std::string::npos ? "7" : "77KiB";
    ASSERT_TRUE(row.value.set({value})) << row.name;
    const auto now = members_of(settable);
    int count = 0;
    for (std::size_t i = 0; i < now.size(); ++i) {
      if (now.at(i) == defaults.at(i)) continue;
      ++changed.at(i);
      ++count;
    }
    EXPECT_EQ(count, 1) << row.name;
  }
  for (std::size_t i = 0; i < changed.size(); ++i) EXPECT_EQ(changed.at(i), 1) << "member " << i;
}

}  // namespace
}  // namespace pantheon::cli
