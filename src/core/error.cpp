#include "core/error.hpp"

#include <array>

namespace pantheon::core {
namespace {

// In the order of CommonError.
constexpr std::array<ErrorRow, 8> kRows{{
    {"invalid_json", 400, 65, "The text is not valid JSON of the expected form; send a JSON document."},
    {"invalid_base64", 400, 65, "The text is not valid base64url; encode it without padding."},
    {"too_large", 413, 65, "The message is larger than allowed; send a smaller one."},
    {"cancelled", 499, 130, "The operation was cancelled before it finished."},
    {"timeout", 504, 75, "There was no answer in time; try again."},
    {"unavailable", 503, 69, "The service cannot be reached; check that it is running and try again."},
    {"internal", 500, 70, "Something went wrong inside Pantheon; see the log for the cause."},
    {"invalid_argument", 400, 64, "A value is not allowed here; see --help or the documentation."},
}};

}  // namespace

const ErrorRow& row(CommonError code) {
  return kRows.at(static_cast<std::size_t>(code));
}
std::span<const ErrorRow> common_error_rows() {
  return kRows;
}

std::string Error::message() const {
  std::string text(row_->advice);
  if (!detail_.empty()) text.append(" (").append(detail_).append(")");
  return text;
}

}  // namespace pantheon::core
