// links: pantheon_host_pure
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/json.hpp"
#include "host/model_scanner.hpp"

namespace {

namespace core = pantheon::core;
using pantheon::host::ModelScanner;
using pantheon::host::ScannedBody;

core::Result<ScannedBody> scan(std::string_view body, std::size_t step) {
  ModelScanner scanner;
  for (std::size_t i = 0; i < body.size(); i += step) scanner.feed(body.substr(i, step));
  return scanner.finish();
}

void require(bool condition) {
  if (!condition) std::abort();
}

/// Engines differ in whether half a surrogate pair is an error; the other parser here says it is.
bool escapes_a_surrogate(std::string_view body) {
  for (auto at = body.find("\\u"); at != std::string_view::npos; at = body.find("\\u", at + 1)) {
    const auto digits = body.substr(at + 2, 2);
    if (digits.size() == 2 && (digits[0] | 0x20) == 'd' && digits[1] >= '8') return true;
  }
  return false;
}

}  // namespace

// What the scanner accepts, another parser accepts too and finds the same model in it; the pieces in which a
// body arrives change nothing; replacing the model's bytes replaces the model.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = scan(body, body.size() + 1);
  const auto pieces = scan(body, 1U + data[0] % 16U);
  require(whole.has_value() == pieces.has_value());
  if (!whole) return 0;
  require(whole->model == pieces->model && whole->model_range == pieces->model_range);

  std::string changed(body);
  pantheon::host::apply_edits(changed, {{whole->model_range, "\"other\""}});
  const auto again = scan(changed, changed.size());
  require(again.has_value() && again->model == "other");

  if (escapes_a_surrogate(changed)) return 0;
  core::json::parse_options options;
  options.max_depth = 300;
  options.allow_invalid_utf8 = true;
  boost::system::error_code error;
  const auto parsed =
      core::json::parse(core::json::string_view(changed.data(), changed.size()), error, {}, options);
  // The other parser wants numbers that a double holds; engines differ in that.
  if (error == core::json::error::exponent_overflow) return 0;
  require(!error && parsed.is_object() && parsed.get_object().at("model") == "other");
  return 0;
}
