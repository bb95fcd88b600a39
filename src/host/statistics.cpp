#include "host/statistics.hpp"

#include <algorithm>

namespace pantheon::host {
namespace {

constexpr std::size_t kMaxDevices = 1000;

void add(ServedTotals& totals, Outcome outcome, const TokenCount& tokens, core::Bytes received,
         core::Bytes sent) {
  if (totals.active > 0) --totals.active;
  if (outcome == Outcome::failed) ++totals.failed;
  if (outcome == Outcome::cancelled) ++totals.cancelled;
  totals.prompt_tokens += tokens.prompt;
  totals.answer_tokens += tokens.answer;
  if (tokens.estimated) totals.estimated_tokens += tokens.answer;
  totals.received = totals.received + received;
  totals.sent = totals.sent + sent;
}

}  // namespace

void Statistics::started(const std::string& device) {
  ++totals_.requests;
  ++totals_.active;
  if (!devices_.contains(device) && devices_.size() >= kMaxDevices) {
    devices_.erase(std::min_element(devices_.begin(), devices_.end(), [](const auto& a, const auto& b) {
      return a.second.requests < b.second.requests;
    }));
  }
  auto& own = devices_[device];
  ++own.requests;
  ++own.active;
}

void Statistics::finished(const std::string& device, Outcome outcome, const TokenCount& tokens,
                          core::Bytes received, core::Bytes sent) {
  add(totals_, outcome, tokens, received, sent);
  const auto own = devices_.find(device);
  if (own != devices_.end()) add(own->second, outcome, tokens, received, sent);
}

}  // namespace pantheon::host
