#include "link/head.hpp"

#include <algorithm>

#include "link/error.hpp"
#include "link/text.hpp"

namespace pantheon::link {
namespace {

constexpr std::size_t kMaxHeaders = 128;
constexpr std::size_t kMaxHops = 3;
constexpr std::size_t kMaxPath = 8 * 1024;
constexpr std::size_t kKeyBytes = 16;

tl::unexpected<core::Error> bad(const char* what) {
  return core::failure(LinkError::bad_head, what);
}

bool is_name_character(char c) {
  constexpr std::string_view kMarks = "!#$%&'*+.^_|~-";
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kMarks.find(c) != std::string_view::npos;
}

bool valid_header(std::string_view name, std::string_view value) {
  using namespace std::string_view_literals;
  return !name.empty() && std::ranges::all_of(name, is_name_character) &&
         value.find_first_of("\r\n\0"sv) == std::string_view::npos;
}

bool valid_method(std::string_view method) {
  return !method.empty() && method.size() <= 16 &&
         std::ranges::all_of(method, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool valid_path(std::string_view path) {
  return path.starts_with('/') && path.size() <= kMaxPath && std::ranges::none_of(path, [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte <= 0x20 || byte == 0x7F;
         });
}

bool valid_status(std::int64_t status) {
  return status == 102 || (status >= 200 && status <= 599);
}

bool valid_key(std::string_view key) {
  const auto bytes = core::from_base64url(key);
  return bytes && bytes->size() == kKeyBytes;
}

bool valid_hop(std::string_view hop) {
  return !hop.empty() && hop.size() <= kMaxDeviceId;
}

core::Result<core::json::object> parse_payload(core::ByteView payload) {
  if (payload.size() > kMaxHead.count) return bad("head over 32 KiB");
  auto object = core::parse_json_object(core::as_text(payload));
  if (!object) return bad("head is no JSON object");
  return object;
}

core::Result<HeaderList> parse_headers(const core::json::object& head) {
  HeaderList headers;
  const auto* member = head.if_contains("headers");
  if (member == nullptr) return headers;
  const auto* list = member->if_array();
  if (list == nullptr || list->size() > kMaxHeaders) return bad("headers are no list of at most 128");
  headers.reserve(list->size());
  for (const auto& entry : *list) {
    const auto* pair = entry.if_array();
    if (pair == nullptr || pair->size() != 2) return bad("a header is no pair");
    const auto* name = (*pair)[0].if_string();
    const auto* value = (*pair)[1].if_string();
    if (name == nullptr || value == nullptr || !valid_header(*name, *value))
      return bad("a header is not valid");
    headers.emplace_back(*name, *value);
  }
  return headers;
}

core::Result<std::vector<std::string>> parse_hops(const core::json::object& head) {
  std::vector<std::string> hops;
  const auto* member = head.if_contains("hops");
  if (member == nullptr) return hops;
  const auto* list = member->if_array();
  if (list == nullptr || list->size() > kMaxHops) return bad("hops are no list of at most 3");
  for (const auto& entry : *list) {
    const auto* hop = entry.if_string();
    if (hop == nullptr || !valid_hop(*hop)) return bad("a hop is no device id");
    hops.emplace_back(*hop);
  }
  return hops;
}

bool valid_headers(const HeaderList& headers) {
  return headers.size() <= kMaxHeaders && std::ranges::all_of(headers, [](const auto& header) {
           return valid_header(header.first, header.second) && valid_utf8(header.second);
         });
}

core::json::array headers_json(const HeaderList& headers) {
  core::json::array list;
  list.reserve(headers.size());
  for (const auto& [name, value] : headers) list.emplace_back(core::json::array{name, value});
  return list;
}

core::Result<std::string> checked_text(const core::json::object& object) {
  auto text = core::serialize_json(object);
  if (text.size() > kMaxHead.count) return bad("head over 32 KiB");
  return text;
}

}  // namespace

core::Result<RequestHead> parse_request_head(core::ByteView payload) {
  const auto object = parse_payload(payload);
  if (!object) return core::failure(object.error());
  const auto method = core::get_string(*object, "method");
  if (!method || !valid_method(*method)) return bad("method is not valid");
  const auto path = core::get_string(*object, "path");
  if (!path || !valid_path(*path)) return bad("path is not valid");
  auto headers = parse_headers(*object);
  if (!headers) return core::failure(headers.error());
  auto hops = parse_hops(*object);
  if (!hops) return core::failure(hops.error());
  std::string key;
  if (object->contains("key")) {
    const auto text = core::get_string(*object, "key");
    if (!text || !valid_key(*text)) return bad("key is not 16 bytes of base64url");
    key = *text;
  }
  return RequestHead{std::string(*method), std::string(*path), std::move(*headers), std::move(*hops),
                     std::move(key)};
}

core::Result<ResponseHead> parse_response_head(core::ByteView payload) {
  const auto object = parse_payload(payload);
  if (!object) return core::failure(object.error());
  const auto status = core::get_integer(*object, "status");
  if (!status || !valid_status(*status)) return bad("status is not valid");
  auto headers = parse_headers(*object);
  if (!headers) return core::failure(headers.error());
  core::json::object info;
  if (const auto* member = object->if_contains("info")) {
    if (!member->is_object()) return bad("info is no object");
    info = member->get_object();
  }
  return ResponseHead{static_cast<unsigned>(*status), std::move(*headers), std::move(info)};
}

core::Result<std::string> serialize_head(const RequestHead& head) {
  if (!valid_method(head.method)) return bad("method is not valid");
  if (!valid_path(head.path) || !valid_utf8(head.path)) return bad("path is not valid");
  if (!valid_headers(head.headers)) return bad("a header is not valid");
  const auto valid = [](const std::string& hop) { return valid_hop(hop) && valid_utf8(hop); };
  if (head.hops.size() > kMaxHops || !std::ranges::all_of(head.hops, valid)) return bad("hops are not valid");
  if (!head.key.empty() && !valid_key(head.key)) return bad("key is not 16 bytes of base64url");
  core::json::object object{
      {"method", head.method}, {"path", head.path}, {"headers", headers_json(head.headers)}};
  if (!head.key.empty()) object["key"] = head.key;
  if (!head.hops.empty()) object["hops"] = core::json::array(head.hops.begin(), head.hops.end());
  return checked_text(object);
}

core::Result<std::string> serialize_head(const ResponseHead& head) {
  if (!valid_status(head.status)) return bad("status is not valid");
  if (!valid_headers(head.headers)) return bad("a header is not valid");
  core::json::object object{{"status", head.status}, {"headers", headers_json(head.headers)}};
  if (!head.info.empty()) object["info"] = head.info;
  return checked_text(object);
}

}  // namespace pantheon::link
