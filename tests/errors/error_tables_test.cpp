// The error tables of all parts, held to the same rules: what a code is called and how it leaves the process
// must be the same wherever it is met.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/error.hpp"
#include "auth/error.hpp"
#include "cli/error.hpp"
#include "cluster/error.hpp"
#include "engine/error.hpp"
#include "engineio/error.hpp"
#include "host/error.hpp"
#include "http/error.hpp"
#include "identity/error.hpp"
#include "link/error.hpp"
#include "platform/error.hpp"
#include "rtc/error.hpp"
#include "session/error.hpp"
#include "session/server_error.hpp"
#include "signaling/error.hpp"
#include "socketio/error.hpp"
#include "store/error.hpp"

namespace pantheon {
namespace {

// The name of a value as the compiler writes it; of a number that is no value it is a cast: "(Error)26".
template <auto Value>
std::string_view name_of_value() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("Value = ") + std::string_view("Value = ").size());
  text = text.substr(0, text.find_first_of(";]"));
  return text.starts_with('(') ? std::string_view() : text.substr(text.rfind(':') + 1);
}

template <class E, std::size_t... I>
std::vector<std::string_view> names_of(std::index_sequence<I...>) {
  std::vector<std::string_view> names{name_of_value<static_cast<E>(I)>()...};
  std::erase(names, std::string_view());
  return names;
}

struct Table {
  const char* part;
  std::span<const core::ErrorRow> rows;
  std::vector<std::string_view> names;  ///< of the values of the enumeration, in their order
};

template <class E>
Table table_of(const char* part, std::span<const core::ErrorRow> rows) {
  return {part, rows, names_of<E>(std::make_index_sequence<64>())};
}

std::vector<Table> tables() {
  return {table_of<core::CommonError>("core", core::common_error_rows()),
          table_of<platform::PlatformError>("platform", platform::platform_error_rows()),
          table_of<http::HttpError>("http", http::http_error_rows()),
          table_of<store::StoreError>("store", store::store_error_rows()),
          table_of<engineio::EngineioError>("engineio", engineio::engineio_error_rows()),
          table_of<socketio::SocketioError>("socketio", socketio::socketio_error_rows()),
          table_of<identity::IdentityError>("identity", identity::identity_error_rows()),
          table_of<auth::AuthError>("auth", auth::auth_error_rows()),
          table_of<cluster::ClusterError>("cluster", cluster::cluster_error_rows()),
          table_of<signaling::SignalingError>("signaling", signaling::signaling_error_rows()),
          table_of<rtc::RtcError>("rtc", rtc::rtc_error_rows()),
          table_of<link::LinkError>("link", link::link_error_rows()),
          table_of<session::SessionError>("session", session::session_error_rows()),
          table_of<engine::EngineError>("engine", engine::engine_error_rows()),
          table_of<host::HostError>("host", host::host_error_rows()),
          table_of<app::AppError>("app", app::app_error_rows()),
          table_of<cli::CliError>("cli", cli::cli_error_rows())};
}

bool is_snake_case(std::string_view code) {
  return !code.empty() && std::all_of(code.begin(), code.end(), [](char c) {
    return std::islower(static_cast<unsigned char>(c)) != 0 ||
           std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '_';
  });
}

// A code may say more than the name in the part: `store_busy` is StoreError::busy.
bool is_called(std::string_view code, std::string_view name) {
  return code.ends_with(name) && (code.size() == name.size() || code[code.size() - name.size() - 1] == '_');
}

TEST(ErrorTables, HaveOneRowForEachErrorInTheOrderOfTheEnumeration) {
  for (const auto& table : tables()) {
    const auto& names = table.names;
    ASSERT_EQ(table.rows.size(), names.size()) << table.part;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto code = table.rows[i].code;
      if (is_called(code, names[i])) continue;
      // A few codes have other words than their error; then they have not those of another one either.
      const auto other = std::ranges::find_if(names, [&](auto name) { return is_called(code, name); });
      EXPECT_TRUE(other == names.end()) << table.part << ": " << code << " stands in the row of " << names[i];
    }
  }
}

TEST(ErrorTables, CodesAreSnakeCaseAndUniqueWithinAPart) {
  for (const auto& table : tables()) {
    std::map<std::string_view, int> seen;
    for (const auto& row : table.rows) {
      EXPECT_TRUE(is_snake_case(row.code)) << table.part << ": " << row.code;
      EXPECT_EQ(++seen[row.code], 1) << table.part << " has " << row.code << " twice";
    }
  }
}

TEST(ErrorTables, EveryErrorSaysInASentenceWhatHappened) {
  for (const auto& table : tables()) {
    // The words of Engine.IO's handshake errors are fixed by its protocol; "no_error" says nothing happened.
    if (std::string_view(table.part) == "engineio") continue;
    for (const auto& row : table.rows) {
      if (row.code == "no_error") continue;
      EXPECT_GE(row.advice.size(), 20U) << table.part << ": " << row.code;
      EXPECT_TRUE(row.advice.ends_with('.')) << table.part << ": " << row.code;
    }
  }
}

TEST(ErrorTables, StatusesAndExitCodesAreThoseOfErrors) {
  for (const auto& table : tables()) {
    for (const auto& row : table.rows) {
      const bool success = row.code == "no_error";
      EXPECT_TRUE(success || (row.http_status >= 400 && row.http_status < 600))
          << table.part << ": " << row.code;
      EXPECT_TRUE(success || (row.exit_code > 0 && row.exit_code < 256)) << table.part << ": " << row.code;
    }
  }
}

TEST(ErrorTables, ACodeThatTwoPartsShareHasOneHttpStatus) {
  std::map<std::string_view, std::pair<const char*, unsigned>> first;
  for (const auto& table : tables()) {
    for (const auto& row : table.rows) {
      const auto [entry, fresh] = first.try_emplace(row.code, table.part, row.http_status);
      EXPECT_TRUE(fresh || entry->second.second == row.http_status)
          << row.code << " is " << entry->second.second << " in " << entry->second.first << " and "
          << row.http_status << " in " << table.part;
    }
  }
}

// A server sends its words along; whoever reads both must not read the same thing twice.
TEST(ErrorTables, WhatTheServerSaysIsSaidInTheSameWordsByThoseWhoKnowItsCode) {
  int known = 0;
  for (const auto& row : signaling::signaling_error_rows()) {
    const auto error = session::error_named(row.code, row.advice);
    if (!error) continue;
    ++known;
    EXPECT_EQ(error->message(), row.advice) << row.code;
  }
  EXPECT_GE(known, 5);
}

}  // namespace
}  // namespace pantheon
