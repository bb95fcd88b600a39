#include "engine/error.hpp"

#include <array>

namespace pantheon::engine {
namespace {

// In the order of EngineError.
constexpr std::array<core::ErrorRow, 9> kRows{{
    {"engine_address_invalid", 400, 64,
     "The engine's address cannot be used; give one like http://127.0.0.1:8080."},
    {"engine_unavailable", 503, 69,
     "The model engine on the host does not answer; start it there (for Ollama: ollama serve) and try "
     "again."},
    {"engine_failed", 502, 69,
     "The model engine on the host stopped in the middle of its answer; look at the engine, then ask again."},
    {"engine_timeout", 504, 75,
     "The model engine on the host took the request but did not answer in time; it may be overloaded."},
    {"engine_bad_answer", 502, 76,
     "The model engine on the host answered with something that is not valid; it may be too old or too new."},
    {"engine_unrecognised", 502, 76,
     "Something answers at this address, but it is not a model engine; check the address."},
    {"engine_is_gateway", 508, 78,
     "This address is a Pantheon gateway, not an engine; share the engine on the machine where it runs."},
    {"engine_request_invalid", 400, 65,
     "The request cannot be passed on to the model engine; it has a header that HTTP does not allow."},
    {"engine_wants_key", 502, 77,
     "The model engine asks for an API key; give the host the right one in PANTHEON_ENGINE_KEY."},
}};

}  // namespace

const core::ErrorRow& row(EngineError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const core::ErrorRow> engine_error_rows() {
  return kRows;
}

}  // namespace pantheon::engine
