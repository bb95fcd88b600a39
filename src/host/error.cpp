#include "host/error.hpp"

#include <array>

namespace pantheon::host {
namespace {

// In the order of HostError.
constexpr std::array<core::ErrorRow, 15> kRows{{
    {"hosting_off", 503, 69,
     "This machine does not share its models at the moment; switch hosting on there."},
    {"route_not_found", 404, 65,
     "A host answers inference routes only, such as /v1/chat/completions and /api/chat."},
    {"host_method_not_allowed", 405, 65,
     "This route is asked with another method; see its API's documentation."},
    {"invalid_body", 400, 65, "The body must be one JSON object in UTF-8."},
    {"encoding_unsupported", 415, 65, "Send the body as it is, without a content encoding."},
    {"model_missing", 400, 65,
     "The request names no model; send the member \"model\" with an id of the catalogue."},
    {"model_ambiguous", 400, 65,
     "The request names a model more than once; send exactly one member \"model\", a string."},
    {"model_not_found", 404, 65,
     "This host does not share a model of that name; ask it for its list of models."},
    {"dialect_unsupported", 400, 65, "The engine of this model does not speak this API; use the other one."},
    {"request_too_large", 413, 65,
     "The request is larger than this host accepts; send less, or fewer at once."},
    {"request_stalled", 408, 75,
     "The rest of the request did not come; check the connection and send it again."},
    {"queue_full", 429, 75, "Too many requests wait for this engine already; try again in a moment."},
    {"loop_detected", 508, 78,
     "The request came back to a host it has already passed; share each engine only once."},
    {"management_off", 403, 77, "The owner of this host does not let this device change its models."},
    {"unknown_message", 400, 65, "This type of message is not known; known are get_models, chat and ping."},
}};

}  // namespace

const core::ErrorRow& row(HostError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> host_error_rows() {
  return kRows;
}

}  // namespace pantheon::host
