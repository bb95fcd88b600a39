// links: pantheon_signaling
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/json.hpp"
#include "signaling/nesting.hpp"
#include "signaling/signal_text.hpp"

// What is read without building it up is what the ordinary parser finds, and what is passed on is JSON.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace core = pantheon::core;
  using namespace pantheon::signaling;
  static SignalTextReader reader;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto signal = reader.read(text);
  if (!signal) return 0;
  const auto parsed = core::parse_json(text);
  if (!parsed || core::is_deeper(*parsed, kMaxNesting)) std::abort();
  if (!parsed->is_array() || parsed->get_array().size() != 2) std::abort();
  const auto* object = parsed->get_array()[1].if_object();
  if (object == nullptr) std::abort();
  const auto* value =
      object->contains("signal") ? object->if_contains("signal") : object->if_contains("data");
  const auto passed = core::parse_json(signal->signal);
  if (value == nullptr || !passed || *passed != *value) std::abort();
  const auto to = core::get_string(*object, object->contains("to") ? "to" : "targetUserId");
  if (to.value_or("") != signal->device_id) std::abort();
  const auto out = relayed_signal_text(signal->device_id, "socket", signal->signal);
  if (!core::parse_json(std::string_view(out).substr(2))) std::abort();
  return 0;
}
