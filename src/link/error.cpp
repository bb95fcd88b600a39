#include "link/error.hpp"

#include <algorithm>
#include <array>

namespace pantheon::link {
namespace {

// In the order of LinkError, which is that of the codes on the wire.
constexpr std::array<core::ErrorRow, 20> kRows{{
    {"no_error", 200, 0, "Nothing went wrong."},
    {"protocol_error", 502, 76,
     "The other device broke the rules of the link; update Pantheon on both sides."},
    {"no_common_version", 505, 76, "The devices have no common version of the link; update the older one."},
    {"binding_mismatch", 403, 77,
     "The connection does not belong to the device it claims to be; someone may be in between. Pair again."},
    {"key_untrusted", 403, 77, "The other device is not paired with this one; pair it, or check its key."},
    {"unknown_critical_frame", 502, 76,
     "The other device needs something this version lacks; update this one."},
    {"flow_control_error", 502, 76, "The other device sent more than it was allowed to; update it."},
    {"bad_head", 400, 65, "The head of a request or an answer is not valid."},
    {"refused_stream", 503, 75, "The other device serves too many requests at once; try again soon."},
    {"stream_closed", 410, 76, "The exchange is over; start a new one."},
    {"handshake_timeout", 504, 75, "The other device did not prove who it is in time; connect again."},
    {"timed_out", 504, 75, "The other device does not answer any more; check its network and connect again."},
    {"cancelled", 499, 130, "The request was cancelled before it finished."},
    {"engine_unavailable", 503, 69, "The model engine cannot be reached; start it on the host."},
    {"engine_failed", 502, 69, "The model engine broke off in the middle of its answer; try again."},
    {"too_large", 413, 65, "The message is larger than allowed; send a smaller one."},
    {"shutting_down", 503, 75, "The other device is shutting down or the link is not ready; connect again."},
    {"resume_unsupported", 501, 69, "The other device cannot resume an answer; send the request again."},
    {"enhance_your_calm", 429, 75, "The other device sends too many messages; it was disconnected."},
    {"internal", 500, 70, "Something went wrong on the other device; see its log for the cause."},
}};

}  // namespace

const core::ErrorRow& row(LinkError code) {
  const auto index = static_cast<std::size_t>(code);
  return kRows.at(index < kRows.size() ? index : static_cast<std::size_t>(LinkError::internal));
}

std::span<const core::ErrorRow> link_error_rows() {
  return kRows;
}

LinkError error_from_wire(std::uint32_t code) {
  return code < kRows.size() ? static_cast<LinkError>(code) : LinkError::internal;
}

std::optional<LinkError> error_from_name(std::string_view name) {
  const auto* found = std::ranges::find(kRows, name, &core::ErrorRow::code);
  if (found == kRows.end()) return std::nullopt;
  return static_cast<LinkError>(found - kRows.begin());
}

}  // namespace pantheon::link
