#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "core/bytes.hpp"
#include "host/token_counter.hpp"

namespace pantheon::host {

/// What was served, in figures; never content.
struct ServedTotals {
  std::uint64_t requests = 0;  ///< that reached or waited for an engine, or failed to
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t active = 0;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t answer_tokens = 0;
  std::uint64_t estimated_tokens = 0;  ///< the part of answer_tokens that was counted by events
  core::Bytes received;                ///< request bodies
  core::Bytes sent;                    ///< answer bodies
};

/// How a request ended.
enum class Outcome { served, failed, cancelled };

/// Totals of a host and of each device, at most 1,000 devices: beyond, the one with the fewest requests is
/// dropped.
class Statistics {
 public:
  void started(const std::string& device);
  void finished(const std::string& device, Outcome outcome, const TokenCount& tokens, core::Bytes received,
                core::Bytes sent);
  const ServedTotals& totals() const { return totals_; }
  const std::map<std::string, ServedTotals>& devices() const { return devices_; }

 private:
  ServedTotals totals_;
  std::map<std::string, ServedTotals> devices_;
};

}  // namespace pantheon::host
