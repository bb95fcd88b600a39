#include "http/message.hpp"

#include <algorithm>

#include "core/json.hpp"

namespace pantheon::http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (same_name(field, name)) return value;
  }
  return std::nullopt;
}

void Headers::set(std::string_view name, std::string value) {
  for (auto it = fields_.begin(); it != fields_.end(); ++it) {
    if (!same_name(it->first, name)) continue;
    it->second = std::move(value);
    fields_.erase(std::remove_if(it + 1, fields_.end(),
                                 [&](const Field& field) { return same_name(field.first, name); }),
                  fields_.end());
    return;
  }
  add(name, std::move(value));
}

void Headers::add(std::string_view name, std::string value) {
  fields_.emplace_back(std::string(name), std::move(value));
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return same_name(field.first, name); });
}

Response error_response(const core::Error& error) {
  const core::json::object body{{"error", {{"code", error.code()}, {"message", error.message()}}}};
  return json_response(error.http_status(), core::serialize_json(body));
}

Response json_response(unsigned status, std::string document) {
  Response response;
  response.status = status;
  response.headers.set("Content-Type", "application/json");
  response.body = std::move(document);
  return response;
}

}  // namespace pantheon::http
