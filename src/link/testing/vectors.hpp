#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "core/bytes.hpp"
#include "core/json.hpp"

/// Reads the vectors of tests/vectors/link/ (README.md there says their shape). For tests only: throws on any
/// fault.
namespace pantheon::link::testing {

inline core::json::object read_vectors(const std::string& file) {
  std::ifstream in(std::string(PANTHEON_SOURCE_DIR) + "/tests/vectors/link/" + file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return core::parse_json_object(text).value();
}

inline core::ByteVector from_hex(std::string_view hex) {
  core::ByteVector bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

inline std::string text_of(const core::json::value& value) {
  return std::string(value.as_string());
}
inline std::string text_of(const core::json::object& object, std::string_view key) {
  return text_of(object.at(key));
}
inline core::ByteVector bytes_of(const core::json::object& object, std::string_view key) {
  return from_hex(object.at(key).as_string());
}

/// Payload of a case of heads.json: `hex`, or `text` with its `fill`.
inline core::ByteVector payload_of(const core::json::object& test) {
  if (test.contains("hex")) return bytes_of(test, "hex");
  auto text = text_of(test, "text");
  if (const auto* fill = test.if_contains("fill")) {
    std::string filling;
    const auto& object = fill->as_object();
    for (std::int64_t i = 0; i < object.at("times").to_number<std::int64_t>(); ++i)
      filling += text_of(object, "text");
    const std::string mark = "%FILL%";
    text.replace(text.find(mark), mark.size(), filling);
  }
  const auto bytes = core::as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

}  // namespace pantheon::link::testing
