// The error tables of all parts, held to the same rules: what a code is called and how it leaves the process
// must be the same wherever it is met.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <span>
#include <string>
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
#include "signaling/error.hpp"
#include "socketio/error.hpp"
#include "store/error.hpp"

namespace pantheon {
namespace {

struct Table {
  const char* part;
  std::span<const core::ErrorRow> rows;
};

std::vector<Table> tables() {
  return {{"core", core::common_error_rows()},
          {"platform", platform::platform_error_rows()},
          {"http", http::http_error_rows()},
          {"store", store::store_error_rows()},
          {"engineio", engineio::engineio_error_rows()},
          {"socketio", socketio::socketio_error_rows()},
          {"identity", identity::identity_error_rows()},
          {"auth", auth::auth_error_rows()},
          {"cluster", cluster::cluster_error_rows()},
          {"signaling", signaling::signaling_error_rows()},
          {"rtc", rtc::rtc_error_rows()},
          {"link", link::link_error_rows()},
          {"session", session::session_error_rows()},
          {"engine", engine::engine_error_rows()},
          {"host", host::host_error_rows()},
          {"app", app::app_error_rows()},
          {"cli", cli::cli_error_rows()}};
}

bool is_snake_case(std::string_view code) {
  return !code.empty() && std::all_of(code.begin(), code.end(), [](char c) {
    return std::islower(static_cast<unsigned char>(c)) != 0 ||
           std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '_';
  });
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

}  // namespace
}  // namespace pantheon
